/** Ends jobs, and returns when they have ended. */
import type { Input } from '../shared/contract.ts'
import type { JobView } from '../shared/domain.ts'
import { AppError } from '../shared/errors.ts'
import { commandText, shortId } from '../shared/format.ts'
import { visible } from '../shared/visible.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { adviceFor } from './errors.ts'
import { summaryText } from './job-exit.ts'
import { JobsEnd } from './jobs-end.ts'

const DEFAULT_GRACE_MS = 10_000
/** After the grace time the host kills; this long it may take to say so. */
const PATIENCE_MS = 20_000

type Stopping = { cli: Cli; session: CoreSession; jobs: JobsEnd; graceMs: number; signal: Input<'job.stop'>['signal'] }

export type StopHow = { graceMs?: number; signal?: Input<'job.stop'>['signal'] }

/** The exit code: 1 if one could not be stopped, which has then been said. */
export async function stopJobs(cli: Cli, session: CoreSession, named: readonly JobView[], how: StopHow): Promise<number> {
  const { graceMs = DEFAULT_GRACE_MS, signal } = how
  const ids = named.map(job => job.id)
  const jobs = await JobsEnd.of(session, ids)
  const stopped = await Promise.all(jobs.all.map(job => stop({ cli, session, jobs, graceMs, signal }, job)))
  if (cli.out.isJson) cli.out.json(stopped.filter(job => job !== undefined))
  return stopped.every(job => job !== undefined) ? 0 : 1
}

/** Undefined when it could not be done, which has then been said. */
async function stop({ cli, session, jobs, graceMs, signal }: Stopping, job: JobView): Promise<JobView | undefined> {
  const name = `${shortId(job.id)} (${visible(commandText(job.command))})`
  if (job.state === 'ended') {
    if (!cli.out.isJson) cli.out.note(`${name} has ended already`)
    return job
  }
  try {
    const { job: now } = await session.call('job.stop', { job: job.id, graceMs, ...(signal && { signal }) })
    if (now.unknownSince !== null && now.state !== 'ended') {
      cli.out.error(`${name}: ${now.host} cannot be reached. The job is stopped as soon as it answers.`)
      return undefined
    }
    const ended = await jobs.ended(job.id, AbortSignal.timeout(graceMs + PATIENCE_MS))
    if (!cli.out.isJson) cli.out.line(summaryText(ended, cli.now()))
    return ended
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    cli.out.error(`${name}: ${error.message}`, adviceFor(error))
    return undefined
  }
}
