/**
 * A project's processes as they are now, kept up to date by the core's events for whoever follows them. After a reconnect it asks again, so
 * that nothing that happened meanwhile is missed.
 */
import type { CoreEvent } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { ProcessView, ProjectView } from '../../shared/process.ts'
import type { CoreSession } from '../core-client.ts'

type Listener = (process: ProcessView) => void

export class ProjectWatch {
  readonly #session: CoreSession
  readonly #listeners = new Set<Listener>()
  readonly #looks = new Set<() => void>()
  readonly #undo: (() => void)[] = []
  readonly #processes = new Map<string, ProcessView>()
  /** Of which an event has told: what a call answers may be older than that, as it is handled a little later than it came. */
  readonly #told = new Set<string>()
  /** Events that came before the project was known. */
  #early: CoreEvent[] = []
  #projectId: string | undefined
  #failure: Error | undefined

  private constructor(session: CoreSession) {
    this.#session = session
  }

  /** Before the call that begins something, so that nothing of what follows is missed. */
  static async start(session: CoreSession): Promise<ProjectWatch> {
    const watch = new ProjectWatch(session)
    watch.#undo.push(session.onReconnect(() => void watch.#refresh()))
    watch.#undo.push(session.onGone(error => watch.#fail(error)))
    watch.#undo.push(await session.onEvent(event => watch.#heard(event)))
    return watch
  }

  /** From here on it is about this project, as a call has just answered. */
  follow(project: ProjectView): void {
    this.#projectId = project.id
    const early = this.#early
    this.#early = []
    for (const event of early) this.#heard(event)
    this.#offerAll(project.processes)
  }

  /** In the project's order. */
  get processes(): ProcessView[] {
    return [...this.#processes.values()].sort((one, other) => one.position - other.position)
  }

  /** Takes what a call has just answered, save where an event has said something since. */
  offer(processes: readonly ProcessView[]): void {
    for (const process of processes) if (!this.#told.has(process.id)) this.#take(process)
  }

  /** Told of each process that is not as it was. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Settles when `test` holds. @throws {AppError} `NOT_FOUND` if the project is removed, `CORE_UNREACHABLE` if the core goes, `CANCELLED` by `signal`. */
  until(test: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#looks.delete(look)
        signal?.removeEventListener('abort', look)
        finish()
      }
      const look = () => {
        if (this.#failure !== undefined) settle(() => reject(this.#failure))
        else if (test()) settle(resolve)
        else if (signal?.aborted) settle(() => reject(new AppError('CANCELLED', 'It is not yet as it is to be')))
      }
      this.#looks.add(look)
      signal?.addEventListener('abort', look)
      look()
    })
  }

  close(): void {
    for (const undo of this.#undo) undo()
    this.#listeners.clear()
    this.#looks.clear()
  }

  #heard(event: CoreEvent): void {
    const projectId = this.#projectId
    if (projectId === undefined) {
      if (event.type.startsWith('process.') || event.type.startsWith('project.')) this.#early.push(event)
    } else if (event.type === 'process.changed' && event.process.projectId === projectId) {
      this.#told.add(event.process.id)
      this.#take(event.process)
    } else if (event.type === 'process.removed' && event.projectId === projectId) {
      this.#told.add(event.processId)
      this.#remove(event.processId)
    } else if (event.type === 'project.removed' && event.projectId === projectId)
      this.#fail(new AppError('NOT_FOUND', 'The project was removed'))
  }

  async #refresh(): Promise<void> {
    if (this.#projectId === undefined) return
    // Events may have been missed: those from now on count.
    this.#told.clear()
    try {
      this.#offerAll((await this.#session.call('project.get', { project: this.#projectId })).project.processes)
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') this.#fail(error)
      // Anything else: the link broke again, and the next reconnect asks again.
    }
  }

  /** There are no others. */
  #offerAll(processes: readonly ProcessView[]): void {
    const ids = new Set(processes.map(process => process.id))
    for (const id of [...this.#processes.keys()]) if (!ids.has(id) && !this.#told.has(id)) this.#remove(id)
    this.offer(processes)
  }

  #take(process: ProcessView): void {
    this.#processes.set(process.id, process)
    for (const listener of [...this.#listeners]) listener(process)
    this.#look()
  }

  #remove(id: string): void {
    this.#processes.delete(id)
    this.#look()
  }

  #fail(error: Error): void {
    this.#failure = error
    this.#look()
  }

  #look(): void {
    for (const look of [...this.#looks]) look()
  }
}
