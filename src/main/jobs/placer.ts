/** Gathers what the allocator wants to know, from the links, the jobs and the store; the allocator decides. */
import type { Command, Placement } from '../../shared/domain.ts'
import { lastingFolder } from '../../shared/drop.ts'
import { allocate } from '../allocator/allocate.ts'
import { commandKey } from '../allocator/command-key.ts'
import type { HostInput } from '../allocator/host-input.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { FolderCopy } from '../store/folder-table.ts'
import type { CommandStats } from '../store/history-table.ts'
import type { JobRow } from '../store/job-table.ts'
import type { Store } from '../store/store.ts'

/** What is to be sent: how big it is, and the mark by which a copy that is up to date is known. */
export type ToSend = { folderKey: string; totalBytes: number; stamp: string }
export type PlacerOptions = {
  store: Pick<Store, 'history' | 'folders' | 'hosts'>
  links(): readonly HostLink[]
  /** Waits, not for long, until something is known of every host: right after the core's start it is not. */
  settled(): Promise<void>
  tagsOf(hostName: string): readonly string[]
  unfinished(): readonly JobRow[]
  now(): number
}

/** @throws {AppError} `NO_HOST` with the reason of each host. */
export async function place(
  job: { command: Command; folder: string | null },
  toSend: ToSend | null,
  options: PlacerOptions,
): Promise<Placement> {
  await options.settled()
  const { store, links, unfinished } = options
  const now = options.now()
  const { byHost, overall } = statsOf(job, store)
  const copies = toSend ? store.folders.copiesOf(toSend.folderKey) : new Map<string, FolderCopy>()
  const jobsByHost = Map.groupBy(unfinished(), row => row.host)
  const hosts = links().map((link): HostInput => {
    const jobs = jobsByHost.get(link.name) ?? []
    return {
      name: link.name,
      state: link.status.state,
      sample: link.sample,
      cpus: link.live?.agent.info.cpus ?? null,
      runningJobs: jobs.length,
      reservations: jobs.map(row => ({ placedAt: placedAt(row, now), memoryBytes: memoryOf(row, store) })),
      linkBytesPerSecond: store.hosts.get(link.name).linkBytesPerSecond,
      bytesToSend: bytesToSend(link, toSend, copies.get(link.name)),
      history: byHost.get(link.name) ?? null,
      tags: options.tagsOf(link.name),
      isDefaultAffinity: false,
    }
  })
  return allocate({ hosts, need: { memoryBytes: overall.peakMemoryBytes, durationMs: overall.medianDurationMs }, now })
}

/** One that has not started is placed at this moment. One that starts only later was noted by a clock since set back: it is not new. */
function placedAt({ startedAt }: JobRow, now: number): number {
  if (startedAt === null) return now
  return startedAt > now ? 0 : startedAt
}

function memoryOf(row: JobRow, store: PlacerOptions['store']): CommandStats['peakMemoryBytes'] {
  return statsOf(row, store).overall.peakMemoryBytes
}

function statsOf({ command, folder }: { command: Command; folder: string | null }, store: PlacerOptions['store']) {
  return store.history.stats(commandKey(command), folder && lastingFolder(folder))
}

/** An older copy is taken to differ by as much as the sizes do: a guess, which the sync then makes good. */
function bytesToSend(link: HostLink, toSend: ToSend | null, copy: FolderCopy | undefined): number {
  if (toSend === null || link.name === 'local') return 0
  if (!copy) return toSend.totalBytes
  return copy.manifestHash === toSend.stamp ? 0 : Math.abs(toSend.totalBytes - copy.bytes)
}
