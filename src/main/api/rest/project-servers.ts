/**
 * The servers of all projects that have one. Which these are outlives the core: the next one listens again at the same ports. Of a
 * token only the hash is kept.
 */
import type { Methods, Principal, ServerView } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ProjectView } from '../../../shared/process.ts'
import { type Clock, steadyClock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { ServerRow } from '../../store/server-table.ts'
import { AttemptLimit } from '../attempt-limit.ts'
import type { EventBus } from '../events.ts'
import { hashOf, newSecret } from '../secret.ts'
import type { StreamSource } from '../streams.ts'
import { OutputFeed } from './output-feed.ts'
import { OutputRing } from './output-ring.ts'
import { ProjectDesk } from './project-desk.ts'
import { ProjectServer } from './project-server.ts'

export type ServerStore = {
  list(): ServerRow[]
  put(row: ServerRow): void
  remove(projectId: string): void
}
export type ProjectServersOptions = {
  methods: Methods
  openOutput: StreamSource['openOutput']
  bus: EventBus
  store: ServerStore
  clock: Clock
  log: Log
  reportError(error: unknown, during: string): void
}
export type ServerWish = { port: number | null; token: 'keep' | 'new' | 'none'; cascade: boolean }

/** The core itself. */
const OWNER: Principal = { role: 'owner' }
const FIRST_PORT = 8000
const LAST_PORT = 8999

type Entry = { row: ServerRow; folder: string; listening: Listening | null; problem: string | null }
type Listening = { server: ProjectServer; feed: OutputFeed }

export class ProjectServers {
  readonly #options: ProjectServersOptions
  readonly #entries = new Map<string, Entry>()
  /** One thing after another: a port is let go of before it is taken again. */
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: ProjectServersOptions) {
    this.#options = options
    options.bus.subscribe(event => {
      if (event.type === 'project.removed')
        void this.#inTurn(() => this.#remove(event.projectId)).catch(error => this.#report(error))
    })
  }

  /** Oldest first. */
  list(): ServerView[] {
    return [...this.#entries.values()].map(viewOf)
  }

  /** To be called when the core starts and knows its projects. Never fails the core. */
  resume(): Promise<void> {
    return this.#inTurn(async () => {
      const rows = this.#options.store.list()
      if (rows.length === 0) return
      const { projects } = await this.#options.methods['project.list']({}, OWNER)
      for (const row of rows) {
        const project = projects.find(({ id }) => id === row.projectId)
        if (!project) {
          this.#options.store.remove(row.projectId)
          continue
        }
        const entry: Entry = { row, folder: project.folder, listening: null, problem: null }
        this.#entries.set(row.projectId, entry)
        await this.#listenAgain(entry)
      }
    }).catch(error => this.#report(error))
  }

  /** @throws {AppError} `CONFLICT` if the port is taken, `DISK_FULL`; then it is as it was. */
  open(project: Pick<ProjectView, 'id' | 'folder'>, wish: ServerWish): Promise<{ server: ServerView; token: string | null }> {
    return this.#inTurn(async () => {
      const before = this.#entries.get(project.id)
      if (before && isAsWished(before, wish)) return { server: this.#keep(before, wish), token: null }
      const token = wish.token === 'none' ? null : newSecret()
      const row: ServerRow = {
        projectId: project.id,
        port: wish.port ?? before?.row.port ?? FIRST_PORT,
        tokenHash: token && hashOf(token),
        cascade: wish.cascade,
        createdAt: before?.row.createdAt ?? this.#options.clock.now(),
      }
      const entry: Entry = { row, folder: project.folder, listening: null, problem: null }
      if (before) await this.#stop(before)
      try {
        entry.listening = await this.#listen(entry, wish.port === null ? portsFrom(row.port) : [wish.port])
        entry.row = { ...row, port: entry.listening.server.port }
        this.#options.store.put(entry.row)
      } catch (error) {
        await this.#stop(entry)
        if (before) await this.#listenAgain(before)
        throw error
      }
      this.#entries.set(project.id, entry)
      this.#options.log.info('a project is served', { folder: project.folder, address: entry.listening.server.address })
      return { server: viewOf(entry), token }
    })
  }

  /** What there was. @throws {AppError} `NOT_FOUND`, `DISK_FULL` */
  close(projectId: string): Promise<ServerView> {
    return this.#inTurn(async () => {
      const entry = this.#entries.get(projectId)
      if (!entry) throw new AppError('NOT_FOUND', 'This project has no server. Begin one: drover server')
      await this.#remove(projectId)
      return viewOf(entry)
    })
  }

  /** The next core has them again. */
  async closeAll(): Promise<void> {
    this.#isClosed = true
    await this.#turn
    await Promise.all([...this.#entries.values()].map(entry => this.#stop(entry)))
  }

  #keep(entry: Entry, { cascade }: ServerWish): ServerView {
    if (entry.row.cascade !== cascade) {
      const row = { ...entry.row, cascade }
      this.#options.store.put(row)
      entry.row = row
    }
    return viewOf(entry)
  }

  async #remove(projectId: string): Promise<void> {
    const entry = this.#entries.get(projectId)
    if (!entry) return
    this.#options.store.remove(projectId)
    this.#entries.delete(projectId)
    await this.#stop(entry)
  }

  async #restart(entry: Entry): Promise<void> {
    if (this.#entries.get(entry.row.projectId) !== entry) return
    await this.#stop(entry)
    await this.#listenAgain(entry)
  }

  /** Where it was and nowhere else: who uses it would look for it, and show its token, there. */
  async #listenAgain(entry: Entry): Promise<void> {
    try {
      entry.listening = await this.#listen(entry, [entry.row.port])
      entry.problem = null
    } catch (error) {
      entry.problem = error instanceof Error ? error.message : String(error)
      this.#options.log.warning('a project is not served', { folder: entry.folder, error: entry.problem })
    }
  }

  /** At the first of the ports that is free. @throws {AppError} `CONFLICT` */
  async #listen(entry: Entry, ports: readonly number[]): Promise<Listening> {
    if (this.#isClosed) throw new AppError('CANCELLED', 'The core is closing')
    const { methods, openOutput, clock, reportError } = this.#options
    const { projectId, tokenHash } = entry.row
    const ring = new OutputRing(clock.now())
    let taken = 'EADDRINUSE'
    for (const port of ports) {
      const restart = () => setImmediate(() => void this.#inTurn(() => this.#restart(entry)).catch(error => this.#report(error)))
      const desk = new ProjectDesk({ methods, projectId, ring, now: () => clock.now(), port, restart })
      const server = new ProjectServer({ desk, port, tokenHash, tries: this.#limit(entry), reportError })
      try {
        await server.listen()
      } catch (error) {
        taken = (error as NodeJS.ErrnoException).code ?? String(error)
        continue
      }
      const onError = (error: unknown) =>
        this.#options.log.warning('output is not read', { folder: entry.folder, error: String(error) })
      return { server, feed: new OutputFeed({ projectId, ring, openOutput, onError }) }
    }
    throw new AppError('CONFLICT', noPort(ports, taken))
  }

  async #stop(entry: Entry): Promise<void> {
    const { listening } = entry
    entry.listening = null
    listening?.feed.close()
    await listening?.server.close()
  }

  #limit({ folder }: Entry): AttemptLimit {
    const onPause = () => this.#options.log.warning('too many wrong tokens; who has none waits for a minute', { folder })
    return new AttemptLimit({ clock: steadyClock, onPause })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined) // Told to whoever asked.
    return done
  }

  #report(error: unknown): void {
    this.#options.reportError(error, 'a project’s server')
  }
}

/** One that could not listen where it was gets a new token in any case: whoever listened in its place may have been shown the old one. */
function isAsWished({ row, listening }: Entry, { port, token }: ServerWish): boolean {
  if (listening === null || (port !== null && port !== row.port)) return false
  return token === 'none' ? row.tokenHash === null : token === 'keep' && row.tokenHash !== null
}

function portsFrom(first: number): number[] {
  const usual = Array.from({ length: LAST_PORT - FIRST_PORT + 1 }, (_, index) => FIRST_PORT + index)
  return [...new Set([first, ...usual])]
}

function noPort(ports: readonly number[], code: string): string {
  const [port, ...others] = ports
  if (others.length > 0) return `No port from ${FIRST_PORT} to ${LAST_PORT} is free`
  if (code === 'EADDRINUSE') return `Port ${port} is taken by another program`
  return code === 'EACCES' ? `Port ${port} may not be had by you` : `Port ${port} cannot be had (${code})`
}

function viewOf({ row, folder, listening, problem }: Entry): ServerView {
  const { projectId, port, tokenHash, cascade, createdAt } = row
  return {
    projectId,
    folder,
    address: listening?.server.address ?? null,
    port,
    hasToken: tokenHash !== null,
    cascade,
    problem,
    createdAt,
  }
}
