/** What clients may ask of the disks on the hosts and of this machine's: what we use there, and freeing it. */
import type { DiskUse, GcReport, Methods } from '../../shared/contract.ts'
import { owedPulls } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { Agent } from '../hosts/agent.ts'
import type { DiskEntry } from '../hosts/agent-records.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { Hosts } from '../hosts/hosts.ts'
import { KEPT_DROPS_MS } from '../jobs/drops/drops.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { JobRow } from '../store/job-table.ts'

const DAY_MS = 86_400_000

export type DiskMethodsOptions = {
  hosts: Hosts
  jobs: Jobs
  owner: string
  keepFinishedDays(): number
  /** The file is at an app of ours, or on its way. */
  isVisiting(visitId: string): boolean
  sweepDrops(request: { olderThanMs: number; dryRun: boolean }): Promise<{ key: string; bytes: number }[]>
  now(): number
}

export function diskMethods({
  hosts,
  jobs,
  owner,
  keepFinishedDays,
  isVisiting,
  sweepDrops,
  now,
}: DiskMethodsOptions): Pick<Methods, 'disk.usage' | 'disk.gc'> {
  const links = (name: string | undefined) => (name === undefined ? hosts.all() : [hosts.get(name)])

  /**
   * What is removed: workdirs of ended jobs and copies of folders that were not used for so long, and whatever has no record. The end of a
   * job was noted by our clock, the last change of its files by the host's: only when both are old is it old, for either may have jumped.
   */
  async function collect(link: HostLink, olderThanMs: number, dryRun: boolean): Promise<GcReport> {
    const { agent } = await link.ready()
    const entries = await agent.diskEntries(owner)
    const isOld = (usedAt: number) => now() - usedAt > olderThanMs
    const removable = entries.filter(entry => {
      if (entry.kind === 'agent') return false // The agent removes old ones of itself.
      if (entry.kind === 'spare') return true
      if (entry.kind === 'visit') return !isVisiting(entry.id) && isOld(entry.usedAt)
      const job = entry.kind === 'folder' ? undefined : jobs.find(entry.id)
      if (job) return entry.kind === 'workdir' && isDone(job) && isOld(job.endedAt ?? entry.usedAt) && isOld(entry.usedAt)
      return isOld(entry.usedAt)
    })
    const gone = dryRun ? removable : await remove(agent, removable)
    const removed: GcReport['removed'] = gone.map(({ kind, id, bytes }) => ({ kind, id, bytes }))
    // Folders dropped on a page are staged on this machine.
    if (link.name === 'local') {
      const unusedForMs = Math.min(olderThanMs, KEPT_DROPS_MS)
      for (const { key, bytes } of await sweepDrops({ olderThanMs: unusedForMs, dryRun }))
        removed.push({ kind: 'drop', id: key, bytes })
    }
    return { host: link.name, removed, error: null }
  }

  /** Nothing in its workdir is needed any more. */
  function isDone(job: JobRow): boolean {
    return job.state === 'ended' && owedPulls(job).length === 0
  }

  return {
    'disk.usage': async ({ host }) => ({
      hosts: await Promise.all(
        links(host).map(async (link): Promise<DiskUse> => {
          const none = { freeBytes: 0, jobsBytes: 0, workdirsBytes: 0, foldersBytes: 0, sparesBytes: 0 }
          return link.ready().then(
            async ({ agent }) => ({ host: link.name, ...(await agent.disk()), error: null }),
            (error: Error) => ({ host: link.name, ...none, error: error.message }),
          )
        }),
      ),
    }),
    'disk.gc': async ({ host, dryRun, olderThanMs = keepFinishedDays() * DAY_MS }) => ({
      hosts: await Promise.all(
        links(host).map(link =>
          collect(link, olderThanMs, dryRun).catch((error: unknown): GcReport => {
            if (error instanceof AppError) return { host: link.name, removed: [], error: error.message }
            throw error
          }),
        ),
      ),
    }),
  }
}

/** Gives what is gone then. There may be thousands of jobs and workdirs; of the rest there are few. */
async function remove(agent: Agent, entries: readonly DiskEntry[]): Promise<DiskEntry[]> {
  const gone = new Set<string>()
  for (const kind of ['workdir', 'job'] as const) {
    const ids = entries.filter(entry => entry.kind === kind).map(({ id }) => id)
    for (const id of await agent.removeEntries(kind, ids)) gone.add(`${kind} ${id}`)
  }
  for (const { kind, id } of entries) {
    if (kind === 'workdir' || kind === 'job') continue
    await agent.removeEntry(kind, id)
    gone.add(`${kind} ${id}`)
  }
  return entries.filter(({ kind, id }) => gone.has(`${kind} ${id}`))
}
