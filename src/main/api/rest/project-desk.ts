/**
 * What the routes of a project's server work with: the methods, as far as this project may call them, its output, and which of its
 * processes are selected. The selection lasts as long as the server.
 */
import type { Input, Method, Methods, Output, Principal } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import { nearest } from '../../../shared/nearest.ts'
import type { ProcessView, ProjectView } from '../../../shared/process.ts'
import { VERSION } from '../../../shared/version.ts'
import { dispatch } from '../dispatch.ts'
import type { OutputRing } from './output-ring.ts'

export type DeskOptions = {
  methods: Methods
  projectId: string
  ring: OutputRing
  now(): number
  port: number
  /** After the answer. */
  restart(): void
}

export class ProjectDesk {
  readonly #options: DeskOptions
  readonly #principal: Principal
  readonly #deselected = new Set<string>()
  readonly startedAt: number

  constructor(options: DeskOptions) {
    this.#options = options
    this.#principal = { role: 'project', projectId: options.projectId }
    this.startedAt = options.now()
  }

  get id(): string {
    return this.#options.projectId
  }

  get ring(): OutputRing {
    return this.#options.ring
  }

  get port(): number {
    return this.#options.port
  }

  get uptimeMs(): number {
    return Math.max(0, this.#options.now() - this.startedAt)
  }

  get version(): string {
    return VERSION
  }

  async call<M extends Method>(method: M, input: Input<M>): Promise<Output<M>> {
    // What a method gives is what the contract says: TypeScript cannot follow that through dispatch.
    return (await dispatch(this.#options.methods, this.#principal, method, input)) as Output<M>
  }

  async project(): Promise<ProjectView> {
    return (await this.call('project.get', { project: this.id })).project
  }

  isSelected(label: string): boolean {
    return !this.#deselected.has(label)
  }

  select(processes: readonly ProcessView[], isSelected: boolean): void {
    for (const { label } of processes) {
      if (isSelected) this.#deselected.delete(label)
      else this.#deselected.add(label)
    }
  }

  restart(): void {
    this.#options.restart()
  }
}

/** Those that a name or a label means. @throws {AppError} `NOT_FOUND` with the nearest there is. */
export function processesNamed(project: ProjectView, word: string): ProcessView[] {
  const meant = project.processes.filter(({ name, label }) => name === word || label === word)
  if (meant.length > 0) return meant
  const near = nearest(
    word.slice(0, 100),
    project.processes.flatMap(({ name, label }) => [name, label]),
  )
  const hint = near === undefined ? '' : `. Did you mean ${near}?`
  throw new AppError('NOT_FOUND', `There is no process ${JSON.stringify(word.slice(0, 100))}${hint}`)
}
