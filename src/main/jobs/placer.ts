/**
 * Gathers what the allocator wants to know, from the links, the jobs, the store and the config; the allocator decides. What it decided
 * from is kept with the job.
 */
import type { Command, JobKind, Placement } from '../../shared/domain.ts'
import { lastingFolder } from '../../shared/drop.ts'
import type { HostInput, HostLoad, Need, PlacementInputs, Reservation } from '../../shared/placement.ts'
import { allocate } from '../allocator/allocate.ts'
import { commandKey } from '../allocator/command-key.ts'
import { encodeInputs } from '../allocator/inputs-codec.ts'
import { MAX_SAMPLE_AGE_MS } from '../allocator/refusal.ts'
import { rulesFor } from '../allocator/rules.ts'
import type { Rule } from '../config/rules.ts'
import type { HostTraits } from '../config/schema.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { FolderCopy } from '../store/folder-table.ts'
import type { CommandStats } from '../store/history-table.ts'
import type { JobRow } from '../store/job-table.ts'
import type { Store } from '../store/store.ts'
import type { Holds } from './holds.ts'

/** What is to be sent: how big it is, and the mark by which a copy that is up to date is known. */
export type ToSend = { folderKey: string; totalBytes: number; stamp: string }
export type PlacedJob = {
  /** Of a job that is to be begun: its place is held, and what it was made from is kept. None for a question. */
  readonly id?: string
  readonly command: Command
  readonly folder: string | null
  readonly kind?: JobKind
  readonly needs?: readonly string[]
}
export type PlacerLink = Pick<HostLink, 'name' | 'status' | 'sample' | 'sampledAtSteadyMs' | 'live' | 'askSample'>
export type PlacerOptions = {
  store: Pick<Store, 'history' | 'folders' | 'hosts' | 'placements'>
  links(): readonly PlacerLink[]
  /** Waits, not for long, until something is known of every host: right after the core's start it is not. */
  settled(): Promise<void>
  traitsOf(hostName: string): HostTraits
  rules(): readonly Rule[]
  unfinished(): readonly Pick<JobRow, 'id' | 'host' | 'command' | 'folder' | 'startedAt'>[]
  holds: Holds
  now(): number
  /** A clock that nobody can set. */
  steadyNow(): number
}

/** How long a host whose last reading is old may take to give a new one, before it is left out. */
const ASK_MS = 500
/** Of reservations older than this nothing counts any more; a sample that is older is not believed. */
const OLD_RESERVATION_MS = 60_000
/** Of more hosts than this a job itself names only the best; the numbers of all are kept beside it. */
const MAX_CANDIDATES = 100

/** @throws {AppError} `NO_HOST` with the reason of each host. */
export async function place(job: PlacedJob, toSend: ToSend | null, options: PlacerOptions): Promise<Placement> {
  await options.settled()
  const silent = await askStale(options)
  const inputs = gather(job, toSend, { options, silent })
  const placement = allocate(inputs)
  if (job.id !== undefined) {
    options.holds.take(job.id, { host: placement.host, memoryBytes: inputs.need.memoryBytes, heldAtMs: options.steadyNow() })
    options.store.placements.save(job.id, () => encodeInputs(inputs))
  }
  return { ...placement, candidates: best(placement.candidates) }
}

/** True if rules say of the command where it goes, or what it needs there. */
export function isRuled(job: PlacedJob, { rules, now }: Pick<PlacerOptions, 'rules' | 'now'>): boolean {
  const { pin, needs } = rulesFor(rules(), { command: job.command, kind: job.kind ?? 'push' }, now())
  return pin !== null || needs.length > 0 || (job.needs ?? []).length > 0
}

/** Gives the names of hosts that did not answer. */
async function askStale({ links, steadyNow }: PlacerOptions): Promise<ReadonlySet<string>> {
  const asOf = steadyNow()
  const stale = links().filter(link => link.live && (link.sample === null || asOf - link.sampledAtSteadyMs > MAX_SAMPLE_AGE_MS))
  const answers = await Promise.all(stale.map(async link => ((await link.askSample(ASK_MS)) ? [] : [link.name])))
  return new Set(answers.flat())
}

function gather(
  job: PlacedJob,
  toSend: ToSend | null,
  { options, silent }: { options: PlacerOptions; silent: ReadonlySet<string> },
): PlacementInputs {
  const { store, links } = options
  const [now, steadyMs] = [options.now(), options.steadyNow()]
  const { byHost, overall, lastHost } = statsOf(job, store)
  const copies = toSend ? store.folders.copiesOf(toSend.folderKey) : new Map<string, FolderCopy>()
  const busy = jobsByHost(options, { now, steadyMs })
  const hosts = links().map((link): HostInput => {
    const { tags, drain } = options.traitsOf(link.name)
    const { runningJobs, reservations } = busy.get(link.name) ?? { runningJobs: 0, reservations: [] }
    const info = link.live?.agent.info
    return {
      name: link.name,
      state: link.status.state,
      isDrained: drain,
      sample: loadOf(link, { steadyMs, isSilent: silent.has(link.name) }),
      cpus: info?.cpus ?? null,
      arch: info?.arch ?? null,
      hasGpu: info?.hasGpu ?? null,
      runningJobs,
      reservations,
      linkBytesPerSecond: store.hosts.get(link.name).linkBytesPerSecond,
      bytesToSend: bytesToSend(link.name, toSend, copies.get(link.name)),
      history: historyOf(byHost.get(link.name), now),
      tags,
    }
  })
  return { hosts, need: needOf(job, { overall, lastHost, rules: options.rules(), now }) }
}

function needOf(
  job: PlacedJob,
  known: { overall: CommandStats; lastHost: string | null; rules: readonly Rule[]; now: number },
): Need {
  const { needs, ...ruled } = rulesFor(known.rules, { command: job.command, kind: job.kind ?? 'push' }, known.now)
  return {
    memoryBytes: known.overall.peakMemoryBytes,
    durationMs: known.overall.medianDurationMs,
    lastHost: known.lastHost,
    ...ruled,
    needs: [...new Set([...(job.needs ?? []), ...needs])],
  }
}

function loadOf(link: PlacerLink, { steadyMs, isSilent }: { steadyMs: number; isSilent: boolean }): HostLoad | null {
  const { sample } = link
  if (sample === null) return null
  const { cpuRatio, ioWaitRatio, memoryTotalBytes, memoryAvailableBytes } = sample
  const { ioPressureRatio = null, memoryPressureRatio = null }: Partial<HostLoad> = sample as Partial<HostLoad>
  const ageMs = Math.max(0, Math.round(steadyMs - link.sampledAtSteadyMs))
  return { ageMs, isSilent, cpuRatio, ioWaitRatio, memoryTotalBytes, memoryAvailableBytes, ioPressureRatio, memoryPressureRatio }
}

type Busy = { runningJobs: number; reservations: Reservation[] }

function jobsByHost(options: PlacerOptions, { now, steadyMs }: { now: number; steadyMs: number }): Map<string, Busy> {
  const busy = new Map<string, Busy>()
  const add = (host: string, reservation: Reservation) => {
    const { runningJobs, reservations } = busy.get(host) ?? { runningJobs: 0, reservations: [] }
    const counted = reservation.ageMs <= OLD_RESERVATION_MS ? [...reservations, reservation] : reservations
    busy.set(host, { runningJobs: runningJobs + 1, reservations: counted })
  }
  const placed = options.unfinished().flatMap(({ host, ...row }) => (host === null ? [] : [{ ...row, host }]))
  for (const row of placed) add(row.host, { ageMs: ageMs(row, now), memoryBytes: memoryOf(row, options.store) })
  const held = options.holds.byHost(new Set(placed.map(row => row.id)), steadyMs)
  for (const [host, reservations] of held) for (const reservation of reservations) add(host, reservation)
  return busy
}

/** One that has not started is placed at this moment. One that starts only later was noted by a clock since set back: it is not new. */
function ageMs({ startedAt }: Pick<JobRow, 'startedAt'>, now: number): number {
  if (startedAt === null) return 0
  return startedAt > now ? Number.MAX_SAFE_INTEGER : now - startedAt
}

function memoryOf(row: Pick<JobRow, 'command' | 'folder'>, store: PlacerOptions['store']): CommandStats['peakMemoryBytes'] {
  return statsOf(row, store).overall.peakMemoryBytes
}

function statsOf({ command, folder }: Pick<PlacedJob, 'command' | 'folder'>, store: PlacerOptions['store']) {
  return store.history.stats(commandKey(command), folder && lastingFolder(folder))
}

function historyOf(stats: CommandStats | undefined, now: number): HostInput['history'] {
  if (stats === undefined) return null
  const { peakMemoryBytes, lastNotFoundAt } = stats
  return { peakMemoryBytes, notFoundAgoMs: lastNotFoundAt === null ? null : now - lastNotFoundAt }
}

/** An older copy is taken to differ by as much as the sizes do: a guess, which the sync then makes good. */
function bytesToSend(hostName: string, toSend: ToSend | null, copy: FolderCopy | undefined): number {
  if (toSend === null || hostName === 'local') return 0
  if (!copy) return toSend.totalBytes
  return copy.manifestHash === toSend.stamp ? 0 : Math.abs(toSend.totalBytes - copy.bytes)
}

function best(candidates: Placement['candidates']): Placement['candidates'] {
  if (candidates.length <= MAX_CANDIDATES) return candidates
  const scoreOf = ({ score }: Placement['candidates'][number]) => score ?? Number.MAX_VALUE
  return candidates.toSorted((one, other) => scoreOf(one) - scoreOf(other)).slice(0, MAX_CANDIDATES)
}
