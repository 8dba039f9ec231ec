/**
 * Apps that others launched on our hosts and told us of, as clients of beowulf do. They are no jobs: they are measured while they run, so
 * that placements reckon with them, and what they took goes into the history of their command. Nothing of them outlives the core.
 */
import { randomUUID } from 'node:crypto'
import type { Command, Placement } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { commandKey } from '../allocator/command-key.ts'
import type { AgentTree } from '../hosts/agent.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { Holds } from '../jobs/holds.ts'
import type { Log } from '../log.ts'
import type { HistoryTable } from '../store/history-table.ts'

export type ReportedAppsOptions = {
  history: Pick<HistoryTable, 'append' | 'stats'>
  holds: Pick<Holds, 'take'>
  now(): number
  /** A clock that nobody can set. */
  steadyNow(): number
  log: Pick<Log, 'info'>
}
export type ReportedLink = Pick<HostLink, 'name' | 'live'>
/** As placements count what runs on a host. */
export type PlacedApp = { id: string; host: string; command: Command; folder: null; startedAt: number }

type Given = { id: string; app: string; host: string; atMs: number }
type Running = Given & {
  pid: number
  start: string
  seenAtMs: number
  cpuMs: number
  peakMemoryBytes: number
}

/** However many clients there are, and whatever they say. */
const MAX_APPS = 300
/** A client that has not launched by then will hardly report it. */
const LAUNCH_MS = 60_000

export class ReportedApps {
  readonly #options: ReportedAppsOptions
  /** Places that were given and not reported yet, the oldest first. */
  #given: Given[] = []
  readonly #running = new Map<string, Running>()
  #checked = 0
  readonly #asked = new Set<string>()

  constructor(options: ReportedAppsOptions) {
    this.#options = options
  }

  /** A client was told this place and launches there in a moment: until that shows, it counts as much as the app took before. */
  given(app: string, { host }: Pick<Placement, 'host'>): void {
    const { history, holds, steadyNow } = this.#options
    const given = { id: randomUUID(), app, host, atMs: steadyNow() }
    const memoryBytes = history.stats(keyOf(app), null).overall.peakMemoryBytes
    holds.take(given.id, { host, memoryBytes, heldAtMs: given.atMs })
    this.#given = [...this.#given.filter(({ atMs }) => given.atMs - atMs < LAUNCH_MS), given].slice(-MAX_APPS)
  }

  /**
   * Measures it from now on, with all that it starts.
   *
   * @throws {AppError} `HOST_UNREACHABLE`; `NOT_FOUND` if the host's user has no such process; `CONFLICT` if there are too many.
   */
  async report(app: string, pid: number, link: ReportedLink): Promise<void> {
    const { live, name: host } = link
    if (!live) throw new AppError('HOST_UNREACHABLE', `${host} is not connected, so nothing is known of what runs there`)
    if (this.#running.size + this.#checked >= MAX_APPS) {
      throw new AppError('CONFLICT', `${MAX_APPS} apps that others launched are measured already: no further one is`)
    }
    this.#checked += 1
    try {
      const [tree] = await live.agent.processTrees([{ pid, start: null }])
      if (tree === undefined) throw new AppError('NOT_FOUND', `${host} runs no process ${pid} of your user there`)
      // What has ended meanwhile has nothing to be measured; what its host was lost with neither.
      if (tree.processes > 0 && link.live === live) this.#begin(app, host, tree)
    } finally {
      this.#checked -= 1
    }
  }

  /** Asks the host how those there are. For the times at which it is asked of its jobs as well. */
  async sample(link: ReportedLink): Promise<void> {
    const { live, name } = link
    const there = [...this.#running.values()].filter(({ host }) => host === name)
    if (!live || there.length === 0 || this.#asked.has(name)) return
    this.#asked.add(name)
    try {
      const trees = new Map((await live.agent.processTrees(there)).map(tree => [tree.pid, tree]))
      if (link.live === live) for (const running of there) this.#see(running, trees.get(running.pid))
    } catch {
      // A host too busy to count is no failure; its loss is told by itself.
    } finally {
      this.#asked.delete(name)
    }
  }

  /** Their windows were drawn through links that are as good as gone, and what they do nobody can say. */
  hostLost(host: string): void {
    for (const running of this.#running.values()) if (running.host === host) this.#end(running)
  }

  /** Those that run, for the placements of others. */
  placed(): PlacedApp[] {
    const { now, steadyNow } = this.#options
    const [nowAt, steadyMs] = [now(), steadyNow()]
    return [...this.#running.values()].map(({ id, app, host, atMs }) => {
      return { id, host, command: { line: app }, folder: null, startedAt: nowAt - (steadyMs - atMs) }
    })
  }

  #begin(app: string, host: string, tree: AgentTree): void {
    const key = keyOfTree(host, tree)
    if (this.#running.has(key)) return
    const steadyMs = this.#options.steadyNow()
    const given = this.#given.find(one => one.app === app && one.host === host)
    this.#given = this.#given.filter(one => one !== given)
    const { id, atMs } = given ?? { id: randomUUID(), atMs: steadyMs }
    const { pid, start, cpuMs, memoryBytes } = tree
    const running = { id, app, host, atMs, pid, start, seenAtMs: steadyMs, cpuMs, peakMemoryBytes: memoryBytes }
    this.#running.set(key, running)
    this.#options.log.info('an app that another program launched is measured', { app, host, pid })
  }

  #see(running: Running, tree: AgentTree | undefined): void {
    if (tree === undefined || tree.start !== running.start || tree.processes === 0) {
      this.#end(running)
      return
    }
    running.seenAtMs = this.#options.steadyNow()
    running.cpuMs = Math.max(running.cpuMs, tree.cpuMs)
    running.peakMemoryBytes = Math.max(running.peakMemoryBytes, tree.memoryBytes)
  }

  /** How it ended only its client knows. */
  #end(running: Running): void {
    const { app, host, pid, cpuMs, peakMemoryBytes } = running
    if (!this.#running.delete(keyOfTree(host, running))) return
    const { history, now, log } = this.#options
    const durationMs = Math.round(running.seenAtMs - running.atMs)
    history.append({
      commandKey: keyOf(app),
      host,
      folder: null,
      endedAt: now(),
      peakMemoryBytes,
      // One that was never seen again may have run for a moment or for ten seconds.
      durationMs: durationMs > 0 ? durationMs : null,
      exitCode: null,
    })
    log.info('an app that another program launched has ended', { app, host, pid, cpuMs, peakMemoryBytes })
  }
}

function keyOf(app: string): string {
  return commandKey({ line: app })
}

function keyOfTree(host: string, { pid, start }: Pick<AgentTree, 'pid' | 'start'>): string {
  return `${host} ${pid}/${start}`
}
