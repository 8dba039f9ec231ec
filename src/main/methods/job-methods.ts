/** What clients may ask of jobs: each method of the contract that begins with `job.` or `pull.`. */
import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Methods } from '../../shared/contract.ts'
import type { JobView, Placement } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { Explanation } from '../../shared/placement.ts'
import type { Hosts } from '../hosts/hosts.ts'
import type { JobRunner } from '../jobs/job-runner.ts'
import { hasReachedHost } from '../jobs/job-state.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Pulls } from '../jobs/pulls.ts'
import type { JobRow } from '../store/job-table.ts'
import { foreignJobs } from './foreign-jobs.ts'
import { type JobLookMethod, type JobLookOptions, jobLookMethods } from './job-look-methods.ts'

export type JobMethodsOptions = {
  jobs: Jobs
  runner: Pick<JobRunner<unknown>, 'run' | 'cancel'>
  pulls: Pulls
  hosts: Hosts
  owner: string
  /** Settles when the hosts that are being connected are known to answer or not, or after a while. */
  settled(): Promise<void>
  defaultHost(): string
  /** True for a job whose rules or needs go before the default host. */
  isRuled(row: JobRow): boolean
  /** @throws {AppError} `NO_HOST` if the host lacks what is needed. */
  requireNeeds(host: string, needs: readonly string[]): void
  explain(row: JobRow, options: { withReplay: boolean }): Explanation
  /** For a job without files: decides at once, so that `no host fits` is the caller's to hear. */
  place(row: JobRow): Promise<Placement>
  /** The same for one that is not begun. */
  weigh: (input: Parameters<Methods['job.place']>[0]) => Promise<Placement>
  preview: Methods['job.preview']
  /** @throws {AppError} if the folder was dropped, and has not come whole or is here no more. */
  requireWhole(folder: string): void
  /** An app that is run again needs its desktop again. */
  relaunch(
    row: JobRow,
    how: { host: string | null; terminal: Parameters<Methods['job.rerun']>[0]['terminal']; jobId: string | undefined },
  ): Promise<{ job: JobView }>
  /** Stops the process that a job is a run of, so that it is not run again. False if there is no such process any more. */
  stopProcess(processId: string, graceMs: number): boolean
  lineSince: JobLookOptions['lineSince']
  now(): number
}
type JobMethod = Extract<keyof Methods, `job.${string}` | `pull.${string}`>

export function jobMethods(options: JobMethodsOptions): Pick<Methods, JobMethod> {
  return { ...jobLookMethods(options), ...jobOwnMethods(options) }
}

function jobOwnMethods(options: JobMethodsOptions): Pick<Methods, Exclude<JobMethod, JobLookMethod>> {
  const { jobs, runner, pulls, hosts, owner, now } = options

  async function push(input: Parameters<Methods['job.push']>[0]): Promise<{ job: JobView }> {
    const id = input.jobId ?? randomUUID()
    const known = jobs.find(id)
    if (known) return { job: jobs.get(id) }
    if (input.sync) checkFolder(input.folder, options.requireWhole)
    const row = newRow({ ...input, id, createdAt: now() })
    const host = input.host ?? (options.isRuled(row) ? 'auto' : options.defaultHost())
    if (host !== 'auto') {
      await hosts.get(host).ready() // Whoever asked for this host hears at once why it cannot be reached.
      options.requireNeeds(host, input.needs)
      Object.assign(row, { host, placement: { host, reason: 'asked for', score: 0, candidates: [] } })
    } else if (!input.sync) {
      const placement = await options.place(row)
      Object.assign(row, { host: placement.host, placement })
    }
    // The same, sent again, may have come here first.
    if (jobs.find(id)) return { job: jobs.get(id) }
    const job = jobs.add(row)
    runner.run(id)
    return { job }
  }

  /** An id that was seen in a list of all is not to be called unknown. */
  async function whoseItIs(ref: string, notFound: AppError): Promise<AppError> {
    const job = (await foreignJobs(hosts, owner)).jobs.find(({ id }) => id.startsWith(ref))
    if (!job) return notFound
    const message = `Job ${job.id} on ${job.host} was started by another computer of yours: only that one can attach to it, stop or remove it`
    return new AppError('NOT_FOUND', message)
  }

  return {
    'job.push': push,
    'job.place': async input => ({ placement: await options.weigh(input) }),
    'job.preview': options.preview,
    'job.list': async ({ limit, foreign, ended, before }) => {
      if (before) return { jobs: jobs.older(before, limit) }
      const own = jobs.list({ limit, ended })
      if (!foreign) return { jobs: own }
      const others = await foreignJobs(hosts, owner)
      return { jobs: [...own, ...others.jobs], silentHosts: others.silent }
    },
    'job.get': async ({ job }) => {
      try {
        return { job: jobs.resolve(job) }
      } catch (error) {
        throw error instanceof AppError && error.code === 'NOT_FOUND' ? await whoseItIs(job, error) : error
      }
    },
    'job.explain': async ({ job, replay }) => options.explain(jobs.row(jobs.resolve(job).id), { withReplay: replay }),
    'job.stop': async ({ job, signal, graceMs }) => {
      const { id } = jobs.resolve(job)
      const before = jobs.row(id)
      if (before.process && before.state !== 'ended' && options.stopProcess(before.process.id, graceMs))
        return { job: jobs.get(id) }
      jobs.requestStop(id, { signal, graceMs })
      if (!hasReachedHost(before)) runner.cancel(id)
      else {
        const link = hosts.get(before.host ?? '')
        if (!link.live) await options.settled()
        const { live } = link
        // Without a link the wish stands in the row, and is told to the host as soon as it answers again.
        if (live) await jobs.passOnStop(id, live.agent).catch(unlessLost)
      }
      return { job: jobs.get(id) }
    },
    'job.signal': async ({ job, signal }) => {
      const { id, host, state } = jobs.resolve(job)
      if (host === null || (state !== 'running' && state !== 'stopping')) {
        throw new AppError('CONFLICT', `Job ${id.slice(0, 8)} does not run: there is nothing to send ${signal} to`)
      }
      const { agent } = await jobs.link(host).ready()
      jobs.told(await agent.signal(id, signal))
      return { job: jobs.get(id) }
    },
    'job.rerun': async ({ job, host, terminal, jobId }) => {
      // Sent again: the job that it made may begin with `job` too, and the one it was made from may be gone.
      if (jobId !== undefined && jobs.find(jobId)) return { job: jobs.get(jobId) }
      const { id } = jobs.resolve(job)
      const row = jobs.row(id)
      const { command, folder, isSynced, env, needs, pull, host: usedHost } = row
      if (row.process !== null) {
        throw new AppError(
          'CONFLICT',
          `Job ${id.slice(0, 8)} is a run of a process: start that again with: drover restart, in its folder`,
        )
      }
      if (row.app !== null) return options.relaunch(row, { host: host ?? usedHost, terminal, jobId })
      const again = { command, folder, sync: isSynced, env: { ...env }, needs: [...needs], pull: [...pull] }
      return push({ ...again, host: host ?? usedHost, terminal, jobId })
    },
    'job.remove': async ({ job, force }) => {
      const { id, host, state, unknownSince } = jobs.resolve(job)
      const short = id.slice(0, 8)
      if (state !== 'ended' && !(force && unknownSince !== null)) {
        throw new AppError('CONFLICT', `Job ${short} has not ended. Stop it first with: drover stop ${short}`)
      }
      await removeFromHost({ hosts, host, id, force })
      jobs.remove(id)
      pulls.jobGone(id)
      return null
    },
    'job.pull': async ({ job, pattern, destination, overwrite }) => {
      const { id } = jobs.resolve(job)
      return { pullId: pulls.start({ jobId: id, pattern, destination, overwrite }) }
    },
    'pull.cancel': async ({ pullId }) => {
      pulls.cancel(pullId)
      return null
    },
  }
}

/** A host that goes while it is asked is asked again when it is back. */
function unlessLost(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'HOST_UNREACHABLE') throw error
}

function checkFolder(folder: string | null, requireWhole: (folder: string) => void): void {
  if (folder === null) throw new AppError('BAD_INPUT', 'A push with files needs a folder')
  requireWhole(folder)
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (!stat) throw new AppError('NOT_FOUND', `There is no folder ${folder}`)
  if (!stat.isDirectory()) throw new AppError('BAD_INPUT', `${folder} is not a folder`)
}

/** Where nobody looks at it yet. */
export const UNSEEN_TERMINAL = { columns: 120, rows: 32 }

export function newRow(input: Parameters<Methods['job.push']>[0] & { id: string; createdAt: number }): JobRow {
  return {
    id: input.id,
    kind: 'push',
    host: null,
    command: input.command,
    folder: input.folder,
    isSynced: input.sync,
    workdir: null,
    hasTerminal: input.terminal !== null,
    columns: input.terminal?.columns ?? null,
    rows: input.terminal?.rows ?? null,
    env: input.env,
    needs: [...new Set(input.needs)],
    pull: [...new Set(input.pull)],
    pullResults: [],
    state: 'queued',
    outcome: null,
    exitCode: null,
    signal: null,
    reason: null,
    unknownSince: null,
    createdAt: input.createdAt,
    startedAt: null,
    endedAt: null,
    logBytes: null,
    peakMemoryBytes: null,
    cpuMs: null,
    placement: null,
    stopRequestedAt: null,
    pendingStop: null,
    app: null,
    process: null,
  }
}

/** Files first, record last: a record without files says so, files without a record would be forgotten. */
async function removeFromHost(job: { hosts: Hosts; host: string | null; id: string; force: boolean }): Promise<void> {
  if (job.host === null || !job.hosts.has(job.host)) return
  try {
    const { agent } = await job.hosts.get(job.host).ready()
    await agent.remove(job.id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return
    if (job.force && error instanceof AppError && error.code === 'HOST_UNREACHABLE') return
    throw error
  }
}
