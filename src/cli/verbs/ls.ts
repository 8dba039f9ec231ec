/** `drover ls`: jobs, from what the core knows; no host is asked. */
import type { JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { showJobs } from '../job-table.ts'

const NEWEST_ENDED = 20

export async function run(cli: Cli, args: Args): Promise<number> {
  // p has always shown all of them.
  const isAll = args.has('all') || args.value('state') !== undefined || cli.program.name === 'p'
  const list = async () => {
    const input = isAll ? { limit: 100_000 } : { ended: NEWEST_ENDED }
    const { jobs } = await cli.call('job.list', { ...input, foreign: args.has('all') })
    return chosen(isAll ? jobs : withoutOld(jobs), args)
  }
  if (args.has('watch')) {
    if (!cli.out.isTerminal && !cli.out.isJson) throw new UsageError('--watch needs a terminal, or --json for a line a change')
    return (await import('../watch-jobs.ts')).watchJobs(cli, { list, isShown: job => chosen([job], args).length > 0 })
  }
  const jobs = await list()
  if (jobs.length === 0) await refuseUnknownHost(cli, args.value('host'))
  if (cli.out.isJson) cli.out.json(jobs)
  else showJobs(cli, jobs)
  return 0
}

/** A host that was removed may still have jobs; one without any, that nobody knows, was misspelled. */
async function refuseUnknownHost(cli: Cli, name: string | undefined): Promise<void> {
  if (name === undefined) return
  const { hosts } = await cli.call('host.list', {})
  const names = hosts.map(host => host.name)
  if (!names.includes(name)) throw new AppError('NOT_FOUND', `No host "${name}". Known hosts: ${names.join(', ')}`)
}

/** Cores that know no `ended` send all of them. */
function withoutOld(jobs: readonly JobView[]): JobView[] {
  let ended = 0
  return jobs.filter(job => job.state !== 'ended' || ++ended <= NEWEST_ENDED)
}

function chosen(jobs: readonly JobView[], args: Args): JobView[] {
  const host = args.value('host')
  const state = args.value('state')
  return jobs.filter(job => (host === undefined || job.host === host) && (state === undefined || isIn(job, state)))
}

function isIn(job: JobView, state: string): boolean {
  const isUnknown = job.unknownSince !== null && job.state !== 'ended'
  if (state === 'live') return job.state !== 'ended'
  if (state === 'unknown') return isUnknown
  if (state === 'failed') return job.state === 'ended' && !(job.outcome === 'exited' && job.exitCode === 0)
  return job.state === state && !isUnknown
}
