/**
 * The agent of one host over its control channel: requests with ids and deadlines, answers in any order, events as they come.
 * It owns the channel and nothing else; when the channel is gone it is of no more use, and the jobs go on without it.
 */
import { randomBytes } from 'node:crypto'
import type { HostSample } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { CoreClock, type WatchedClock } from '../clock.ts'
import type {
  Agent,
  AgentEvent,
  AgentInfo,
  AgentJob,
  AgentJobSample,
  AgentProcess,
  AgentTree,
  FolderStat,
  HostDisk,
  KeptProcess,
  PassedSignal,
  ProcessSpec,
  StartSpec,
} from './agent.ts'
import { AgentChannel, type Answer } from './agent-channel.ts'
import { type AgentProgram, agentCommand } from './agent-install.ts'
import {
  type DiskEntry,
  parseClock,
  parseDisk,
  parseDiskEntry,
  parseFlag,
  parseFolderStat,
  parseJob,
  parseJobSample,
  parseKeptProcess,
  parseProcess,
  parseRestart,
  parseSample,
  parseText,
  parseTree,
} from './agent-records.ts'
import { Batches } from './batches.ts'
import type { HostClock } from './host-clock.ts'
import { type HostCounters, hostSample } from './host-sample.ts'
import type { Transport } from './transport.ts'

/** Copying and counting may take long; a host that is gone is noticed by its samples, not by these. */
const LONG_MS = 3_600_000
/** A request is to fit into what a pipe takes at once, with others. */
const REMOVED_AT_ONCE = 64
const TREES_AT_ONCE = 100
/** An agent does nothing else meanwhile, and is to answer a sample in time on a slow host, too. */
const STARTS_AT_ONCE = 50
/** A command is told back only so far: it is for people. The whole of it stays in the job's `cmd`. */
const SUMMARY_CHARACTERS = 500
/** What is told as it happens has happened within this time. */
const JUST_NOW_MS = 3_000

export type AgentOptions = {
  program: AgentProgram
  /** The host's name, for messages. */
  host: string
  /** Id of this computer: whose things `diskEntries` and `removeEntry` mean, and who owns copies made by us. */
  owner: string
  /** In place of `~/.drover`. */
  root?: string
  /** Where the last client of this host stood: what happened since comes as events. Without it, only what happens from now on. */
  eventOffset?: string | null
  clock?: WatchedClock
  /** For what the host sent that no agent sends; it is dropped. */
  onViolation?: (error: AppError) => void
}

/**
 * Brings the agent up, installing it where needed.
 *
 * @throws {AppError} `HOST_ERROR` if it does not start, `DISK_FULL`, `HOST_UNREACHABLE`, `PROTOCOL` if it is not the one we brought.
 */
export async function openAgent(transport: Transport, options: AgentOptions): Promise<AgentClient> {
  const nonce = randomBytes(9).toString('hex')
  const { clock = new CoreClock() } = options
  const channel = await AgentChannel.open(transport, { nonce, ...options, clock })
  return new AgentClient(channel, { ...options, clock })
}

export class AgentClient implements Agent {
  readonly info: AgentInfo
  readonly commands: Agent['commands']
  readonly #channel: AgentChannel
  readonly #owner: string
  readonly #clock: WatchedClock
  readonly #hostClock: HostClock
  readonly #cpuMs = new Map<string, number>()
  readonly #listeners = new Set<(event: AgentEvent) => void>()
  /** Not answered yet, by the ids of job and process. */
  readonly #starting = new Map<string, Promise<Answer>>()
  readonly #starts: Batches<ReturnType<typeof startFields>, Answer>
  #counters: HostCounters
  #jobSamples: Promise<AgentJobSample[]> | null = null
  #eventOffset: string
  #watching: Promise<void> | null = null

  constructor(channel: AgentChannel, options: AgentOptions & { clock: WatchedClock }) {
    const { owner, program, root, eventOffset, clock } = options
    this.#channel = channel
    this.#starts = new Batches(all => channel.requestAll('start', all), STARTS_AT_ONCE)
    this.#owner = owner
    this.#clock = clock
    this.#hostClock = channel.hostClock
    this.info = channel.info
    this.#counters = channel.hello.counters
    this.#eventOffset = eventOffset ?? channel.hello.eventOffset
    channel.onEvent = line => this.#takeEvent(line)
    const command = (...words: string[]) => agentCommand(program, words, root)
    this.commands = {
      log: (id, fromByte, follow) => command('log', id, String(fromByte), follow ? '1' : '0'),
      feed: () => command('feed'),
      findInLog: (id, { fromByte, pattern, isRegex, ignoreCase }) =>
        command('find-in-log', id, String(fromByte), isRegex ? 'E' : 'F', ignoreCase ? 'i' : '-', pattern),
      searchLog: (id, { fromByte, bytes, mostLines, pattern, isRegex, ignoreCase }) => {
        const numbers = [fromByte, bytes, mostLines].map(String)
        return command('search-log', id, ...numbers, isRegex ? 'E' : 'F', ignoreCase ? 'i' : '-', pattern)
      },
      listFiles: (id, path, most) => command('list-files', id, path, String(most)),
      attach: id => command('attach', id),
      rsyncReceive: (key, serverArguments) => command('rsync-in', key, owner, ...serverArguments),
      tarReceive: key => command('tar-in', key, owner),
      removeFromFolder: key => command('remove-in', key, owner),
      lookIntoFolder: key => command('look-in', key, owner),
      manifestReceive: (key, bytes) => command('manifest-in', key, owner, String(bytes)),
      manifestSend: key => command('manifest-out', key),
      tarSend: (id, pattern) => command('tar-out', id, pattern),
      listApps: most => command('list-apps', String(most)),
      readApps: () => command('read-apps'),
      hasPrograms: () => command('has-programs'),
      visitIn: ({ id, name, jobId }) => command('visit', 'in', id, name, owner, jobId),
      visit: (what, { id, name }) => command('visit', what, id, name),
      visitKnown: (what, { id, name, hash }) => command('visit', what, id, name, hash),
      appIcon: (name, size, maxBytes) => command('app-icon', name, String(size), String(maxBytes)),
    }
  }

  /** Stand of the last event that every listener has seen: give it to the next client of this host. Persist it when it changes. */
  get eventOffset(): string {
    return this.#eventOffset
  }
  get clockOffsetMs(): number {
    return this.#hostClock.offsetMs
  }
  get lost(): Promise<Error> {
    return this.#channel.lost
  }

  async start(spec: StartSpec): Promise<AgentJob> {
    const answer = this.#starts.add(startFields(spec))
    const ids = spec.process ? [spec.id, spec.process.id] : [spec.id]
    for (const id of ids) this.#starting.set(id, answer)
    try {
      return this.#job(await answer, spec.id)
    } finally {
      for (const id of ids) if (this.#starting.get(id) === answer) this.#starting.delete(id)
    }
  }

  async stop(id: string, { signal, graceMs }: { signal: string; graceMs: number }): Promise<AgentJob> {
    return this.#job(await this.#requestOf(id, 'stop', [id, signal, String(Math.round(graceMs))]), id)
  }

  async signal(id: string, signal: PassedSignal): Promise<AgentJob> {
    return this.#job(await this.#requestOf(id, 'signal', [id, signal]), id)
  }

  async cut(id: string): Promise<AgentJob> {
    return this.#job(await this.#requestOf(id, 'cut', [id]), id)
  }

  async stopProcess(
    id: string,
    { signal, graceMs, onlyJob }: { signal: string; graceMs: number; onlyJob: string | null },
  ): Promise<{ job: AgentJob | null; isStopped: boolean }> {
    const { rows, rest } = await this.#requestOf(id, 'stop-process', [id, signal, String(Math.round(graceMs)), onlyJob])
    return { job: rows[0] === undefined ? null : this.#parseJob(rows[0]), isStopped: parseFlag(rest) }
  }

  async processes(): Promise<KeptProcess[]> {
    const { rows } = await this.#channel.request('processes', [], LONG_MS)
    return rows.map(row => parseKeptProcess(row, this.clockOffsetMs))
  }

  async removeProcess(id: string): Promise<void> {
    await this.#requestOf(id, 'remove-process', [id], LONG_MS)
  }

  async stat(id: string): Promise<AgentJob | null> {
    const { rows } = await this.#requestOf(id, 'stat', [id])
    return rows.length === 0 ? null : this.#job({ rows }, id)
  }

  async list(): Promise<AgentJob[]> {
    const { rows } = await this.#channel.request('list', [], LONG_MS)
    // One that ended while we asked is told twice.
    return [...new Map(rows.map(row => this.#parseJob(row)).map(job => [job.id, job])).values()]
  }

  async remove(id: string): Promise<void> {
    await this.#requestOf(id, 'remove', [id], LONG_MS)
  }

  async sample(): Promise<HostSample> {
    const askedAt = performance.now()
    const { rest } = await this.#channel.request('sample', [])
    const { counters: now, hostSeconds } = parseSample(rest)
    if (hostSeconds !== null) this.#hostClock.heard(hostSeconds, { tookMs: performance.now() - askedAt })
    const before = this.#counters
    this.#counters = now
    return hostSample(before, now, this.#clock.now())
  }

  /** CPU time never goes back, though that of children nobody waited for is lost to the kernel's own count. */
  jobSamples(): Promise<AgentJobSample[]> {
    // A host that is slow to count is not asked a second time meanwhile.
    this.#jobSamples ??= this.#sampleJobs().finally(() => {
      this.#jobSamples = null
    })
    return this.#jobSamples
  }

  async #sampleJobs(): Promise<AgentJobSample[]> {
    const { rows } = await this.#channel.request('job-samples', [], LONG_MS)
    const samples = rows.map(row => parseJobSample(row, this.info.clockTicks))
    const before = new Map(this.#cpuMs)
    this.#cpuMs.clear()
    return samples.map(sample => {
      const cpuMs = Math.max(sample.cpuMs, before.get(sample.id) ?? 0)
      this.#cpuMs.set(sample.id, cpuMs)
      return { ...sample, cpuMs }
    })
  }

  async processTrees(roots: readonly { pid: number; start: string | null }[]): Promise<AgentTree[]> {
    const trees: AgentTree[] = []
    for (let at = 0; at < roots.length; at += TREES_AT_ONCE) {
      const fields = roots.slice(at, at + TREES_AT_ONCE).map(({ pid, start }) => `${pid}/${start ?? '-'}`)
      const { rows } = await this.#channel.request('process-trees', fields, LONG_MS)
      trees.push(...rows.map(row => parseTree(row, this.info.clockTicks)))
    }
    return trees
  }

  async top(most: number): Promise<AgentProcess[]> {
    const { rows } = await this.#channel.request('top', [String(most)])
    return rows.map(row => parseProcess(row, this.info.clockTicks))
  }

  async makeWorkdir(id: string, folderKey: string | null): Promise<string> {
    return parseText((await this.#channel.request('make-workdir', [id, this.#owner, folderKey], LONG_MS)).rest)
  }

  async folderStat(folderKey: string): Promise<FolderStat> {
    return parseFolderStat((await this.#channel.request('folder-stat', [folderKey])).rest)
  }

  async setFolderStamp(folderKey: string, stamp: string): Promise<void> {
    await this.#channel.request('folder-stamp', [folderKey, stamp, this.#owner])
  }

  async makeSpare(folderKey: string, maxBytes: number): Promise<boolean> {
    return (await this.#channel.request('make-spare', [folderKey, String(Math.floor(maxBytes))], LONG_MS)).rest === '1'
  }

  async disk(): Promise<HostDisk> {
    return parseDisk((await this.#channel.request('disk', [], LONG_MS)).rest)
  }

  async diskEntries(owner: string): Promise<DiskEntry[]> {
    const { rows } = await this.#channel.request('disk-entries', [owner], LONG_MS)
    return rows.map(row => parseDiskEntry(row, this.clockOffsetMs))
  }

  async removeEntry(kind: DiskEntry['kind'], id: string): Promise<void> {
    await this.#channel.request('remove-entry', [kind, id, this.#owner], LONG_MS)
  }

  async removeEntries(kind: 'workdir' | 'job', ids: readonly string[]): Promise<string[]> {
    const gone: string[] = []
    for (let at = 0; at < ids.length; at += REMOVED_AT_ONCE) {
      const fields = [kind, this.#owner, ...ids.slice(at, at + REMOVED_AT_ONCE)]
      const { rows } = await this.#channel.request('remove-entries', fields, LONG_MS)
      gone.push(...rows.map(parseText))
    }
    return gone
  }

  /** Events begin to come with the first listener. */
  onEvent(listener: (event: AgentEvent) => void): () => void {
    this.#listeners.add(listener)
    this.#watching ??= this.#watch()
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#channel.close()
  }

  async #watch(): Promise<void> {
    try {
      const { rest } = await this.#channel.request('watch', [this.#eventOffset])
      const [how, offset = ''] = rest.split(' ')
      if (how !== 'rescan') return
      // Its log no longer reaches back to where we stood: every job, as it is now, stands for what we missed.
      const jobs = await this.list()
      for (const job of jobs) this.#emit({ type: 'job', job })
      for (const { id, jobId, failures, nextAt } of await this.processes())
        if (nextAt !== null) this.#emit({ type: 'restart-planned', processId: id, jobId, at: nextAt, failures })
      this.#eventOffset = parseText(offset)
    } catch (error) {
      // A lost channel is told by `lost`. Anything else leaves us deaf, which nobody would notice.
      this.#channel.fail(error)
    }
  }

  async #takeEvent(rest: string): Promise<void> {
    const [, offset, what, told = ''] = /^([0-9.]+:\d+) (job|ask|restart) (.*)$/.exec(rest) ?? []
    if (offset === undefined) return this.#channel.report(rest)
    if (what === 'restart') this.#emit(parseRestart(told, this.clockOffsetMs))
    else {
      // A row too long for an atomic write is asked for.
      const job = what === 'job' ? await this.#toldJob(told) : await this.stat(parseText(told))
      if (job) this.#emit({ type: 'job', job })
    }
    this.#eventOffset = offset
  }

  /**
   * What comes late tells of the past; but so does what comes at once when the host's clock was set since we heard of it: then it is
   * asked for, or an end would seem to have been an hour ago.
   */
  async #toldJob(row: string): Promise<AgentJob> {
    const { startedAt, endedAt } = this.#parseJob(row)
    const at = endedAt ?? startedAt
    const isPast = at !== null && Math.abs(this.#clock.now() - at) > JUST_NOW_MS
    // What comes after a time away is many at once: one answer does for all.
    if (isPast && this.#hostClock.ageMs > JUST_NOW_MS) await this.#askClock().catch(() => undefined) // It goes by what was known.
    return this.#parseJob(row)
  }

  async #askClock(): Promise<void> {
    const askedAt = performance.now()
    const { rest } = await this.#channel.request('clock', [])
    this.#hostClock.heard(parseClock(rest), { tookMs: performance.now() - askedAt })
  }

  /** What is asked of a job or a process comes behind its start, which may still wait for its batch. */
  async #requestOf(id: string, verb: string, fields: readonly (string | null)[], timeoutMs?: number): Promise<Answer> {
    await this.#starting.get(id)?.catch(() => undefined)
    return await this.#channel.request(verb, fields, timeoutMs)
  }

  #emit(event: AgentEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  #job({ rows }: { rows: readonly string[] }, id: string): AgentJob {
    const job = this.#parseJob(rows[0] ?? '')
    if (job.id !== id) throw new AppError('PROTOCOL', `The agent was asked for job ${id} and told of ${job.id}`)
    return job
  }

  #parseJob(row: string): AgentJob {
    return parseJob(row, this.clockOffsetMs)
  }
}

function startFields(spec: StartSpec): (string | null)[] {
  const { id, owner, worker, folder, command, script, workdir, terminal, process } = spec
  const summary = Array.from(command).slice(0, SUMMARY_CHARACTERS + 1)
  if (summary.length > SUMMARY_CHARACTERS) summary[SUMMARY_CHARACTERS] = '…'
  const size = terminal ? [String(terminal.columns), String(terminal.rows)] : [null, null]
  return [id, owner, worker, folder, command, summary.join(''), script, workdir, ...size, process && processField(process)]
}

function processField({ id, restart, initialMs, maxMs, stableMs, logCapBytes }: ProcessSpec): string {
  return [id, restart, ...[initialMs, maxMs, stableMs, logCapBytes].map(Math.round)].join('/')
}
