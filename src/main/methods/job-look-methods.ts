/** What clients may ask of what a job leaves on its host: how long its log is, what stands in it, and its files. */
import type { Methods } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import type { Live } from '../hosts/host-link.ts'
import type { Hosts } from '../hosts/hosts.ts'
import { listFiles } from '../jobs/job-files.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { searchLog } from '../jobs/log-search.ts'

export type JobLookMethod = 'job.logSize' | 'job.logSince' | 'job.search' | 'job.files'
export type JobLookOptions = {
  jobs: Jobs
  hosts: Hosts
  /** Where the first line begins that a job may have printed then or later. */
  lineSince(jobId: string, since: number): Promise<number>
}

export function jobLookMethods({ jobs, hosts, lineSince }: JobLookOptions): Pick<Methods, JobLookMethod> {
  /** @throws {AppError} `CONFLICT` for a job that no host has; `HOST_UNREACHABLE`. */
  async function whereItIs(ref: string): Promise<{ id: string; host: string; live: Live }> {
    const { id, host, state, reason } = jobs.resolve(ref)
    if (host === null || state === 'queued' || state === 'syncing') {
      throw new AppError('CONFLICT', `Job ${id.slice(0, 8)} has not reached a host${reason === null ? '' : `: ${reason}`}`)
    }
    return { id, host, live: await hosts.get(host).ready() }
  }

  return {
    'job.logSize': async ({ job }) => {
      const { id, startedAt, logBytes, state, process, host } = jobs.resolve(job)
      // Only runs of processes have a cap. What is known is told of without a host that is away as well.
      const isKnown = state === 'ended' && logBytes !== null
      const live = isKnown && process !== null && host !== null ? hosts.get(host).live : null
      if (isKnown && !live) return { bytes: logBytes, droppedBytes: 0 }
      if (startedAt === null) return { bytes: 0, droppedBytes: 0 }
      const told = await (live ?? (await whereItIs(id)).live).agent.stat(id)
      return { bytes: isKnown ? logBytes : (told?.logBytes ?? 0), droppedBytes: told?.logDropped ?? 0 }
    },
    'job.logSince': async ({ job, since }) => {
      const { id } = await whereItIs(job)
      return { byte: await lineSince(id, since) }
    },
    'job.search': async ({ job, ...query }) => {
      const { id, host, live } = await whereItIs(job)
      return searchLog(host, live, id, query)
    },
    'job.files': async ({ job, path }) => {
      const { id, host, live } = await whereItIs(job)
      return listFiles(host, live, { jobId: id, path })
    },
  }
}
