/** `drover rm ID…`: removes jobs and their files, after asking. */
import { isFinal, type JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { bytesText, commandText, counted, shortId } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import { askYes, canAsk } from '../ask.ts'
import type { Cli } from '../cli.ts'
import { adviceFor, UsageError } from '../errors.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const force = args.has('force')
  const jobs = await find(cli, args.operands('ID'))
  const running = jobs.filter(job => !isFinal(job) && !(force && job.unknownSince !== null))
  if (running.length > 0) {
    const ids = running.map(job => shortId(job.id)).join(' ')
    const who = running.length === 1 ? `Job ${ids} has` : `${running.length} jobs have`
    throw new AppError('CONFLICT', `${who} not ended. Stop first: ${cli.program.name} stop ${ids}`)
  }
  if (!force && !args.has('yes') && !(await isAgreed(cli, jobs))) {
    cli.out.note('Nothing was removed.')
    return 1
  }
  const removed: string[] = []
  for (const job of jobs) if (await remove(cli, job, force)) removed.push(job.id)
  if (cli.out.isJson) cli.out.json({ removed })
  return removed.length === jobs.length ? 0 : 1
}

/** All of them, before any is touched: one wrong id removes nothing. */
async function find(cli: Cli, refs: readonly string[]): Promise<JobView[]> {
  const jobs = new Map<string, JobView>()
  for (const ref of refs) {
    const { job } = await cli.call('job.get', { job: ref })
    jobs.set(job.id, job)
  }
  return [...jobs.values()]
}

async function remove(cli: Cli, job: JobView, force: boolean): Promise<boolean> {
  try {
    await cli.call('job.remove', { job: job.id, force })
    if (!cli.out.isJson) cli.out.line(`Removed ${shortId(job.id)} (${visible(commandText(job.command))})`)
    return true
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    cli.out.error(`${shortId(job.id)}: ${error.message}`, adviceFor(error))
    return false
  }
}

async function isAgreed(cli: Cli, jobs: readonly JobView[]): Promise<boolean> {
  if (!canAsk(cli))
    throw new UsageError('rm asks before it removes, and there is no terminal to ask on', 'Use -y to remove without asking.')
  const sizes = await sizesOf(cli, jobs)
  for (const job of jobs) {
    const size = sizes.get(job.id)
    const files =
      job.host === null ? 'never ran' : `${size === undefined ? 'size unknown' : bytesText(size)} on ${visible(job.host)}`
    cli.out.note(`  ${shortId(job.id)}  ${visible(commandText(job.command))}  (${files})`)
  }
  return askYes(cli, `Remove ${counted(jobs.length, 'job')}, with files and output on the host?`)
}

/** What each keeps on its host, as far as the host can be asked: what a gc of everything that has ended would free. */
async function sizesOf(cli: Cli, jobs: readonly JobView[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  const hosts = new Set(jobs.flatMap(job => (job.host === null ? [] : [job.host])))
  for (const host of hosts) {
    // A size is a courtesy: a host that cannot tell is asked for its files all the same.
    const report = await cli.call('disk.gc', { host, dryRun: true, olderThanMs: 0 }).catch(() => ({ hosts: [] }))
    for (const { id, bytes } of report.hosts.flatMap(one => one.removed)) sizes.set(id, (sizes.get(id) ?? 0) + bytes)
  }
  return sizes
}
