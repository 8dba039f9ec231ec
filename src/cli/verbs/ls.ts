/** `drover ls`: jobs, from what the core knows; hosts are asked only for what other computers started there, with `--all`. */
import type { JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { showJobs } from '../job-table.ts'

const NEWEST_ENDED = 20
const NAMED_SILENT = 5

export async function run(cli: Cli, args: Args): Promise<number> {
  // p has always shown all of them.
  const isAll = args.has('all') || args.value('state') !== undefined || cli.program.name === 'p'
  const list = async () => {
    const input = isAll ? { limit: 100_000 } : { ended: NEWEST_ENDED }
    const { jobs, silentHosts = [] } = await cli.call('job.list', { ...input, foreign: args.has('all') })
    return { jobs: chosen(isAll ? jobs : withoutOld(jobs), args), silentHosts }
  }
  if (args.has('watch')) {
    if (!cli.out.isTerminal && !cli.out.isJson) throw new UsageError('--watch needs a terminal, or --json for a line a change')
    return (await import('../watch-jobs.ts')).watchJobs(cli, {
      list: async () => (await list()).jobs,
      isShown: job => chosen([job], args).length > 0,
    })
  }
  const { jobs, silentHosts } = await list()
  if (jobs.length === 0) await refuseUnknownHost(cli, args.value('host'))
  if (cli.out.isJson) cli.out.json(jobs)
  else showJobs(cli, jobs)
  tellOfSilent(cli, silentHosts, args.value('host'))
  return 0
}

/** One's own jobs are known all the same: no answer is not to be taken for no jobs. */
function tellOfSilent(cli: Cli, hosts: readonly string[], wanted: string | undefined): void {
  const names = hosts.filter(name => wanted === undefined || name === wanted).map(visible)
  if (names.length === 0) return
  const shown =
    names.length > NAMED_SILENT
      ? `${names.slice(0, NAMED_SILENT).join(', ')} and ${names.length - NAMED_SILENT} more`
      : names.join(', ')
  cli.out.note(`Not known, as there was no answer: what other computers of yours run on ${shown}`)
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
