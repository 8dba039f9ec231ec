/** The table of jobs, as `ls` prints it and `ls --watch` redraws it. */
import type { JobView } from '../shared/domain.ts'
import { commandText, jobDurationText, pullText, shortId, statusText } from '../shared/format.ts'
import type { Cli } from './cli.ts'
import type { Paint } from './output.ts'
import type { Column } from './table.ts'

/** With p's forms when called so: its word for hosts, and its table in a pipe as well. */
export function showJobs(cli: Cli, jobs: readonly JobView[]): void {
  if (jobs.length === 0) {
    if (cli.out.isTerminal) cli.out.note(`No jobs. Start one: ${cli.program.name === 'p' ? 'p' : 'drover push'} -- make`)
    if (cli.program.name === 'drover' || cli.out.isTerminal) return
  }
  for (const line of jobLines(cli, jobs)) cli.out.line(line)
}

export function jobLines(cli: Cli, jobs: readonly JobView[]): string[] {
  const now = cli.now()
  const isP = cli.program.name === 'p'
  const paint = (cell: string, row: number) => cli.out.paint(colorOf(jobs[row]), cell)
  const columns: Column[] = [
    { title: 'ID' },
    { title: isP ? 'WORKER' : 'HOST', minWidth: 6 },
    { title: 'CWD', minWidth: 8, cut: 'start' },
    { title: 'COMMAND', minWidth: 10 },
    { title: 'STATUS', paint },
    { title: 'DURATION', align: 'right' },
  ]
  const rows = jobs.map(job => [
    shortId(job.id),
    job.host ?? '-',
    job.folder === null ? '-' : shownPath(job.folder, cli.env.HOME),
    commandText(job.command),
    fullStatus(job, now),
    jobDurationText(job, now) || '-',
  ])
  return cli.out.tableLines(columns, rows, { isAligned: isP || cli.out.isTerminal })
}

/** Whoever left a job alone sees here that its files did not come. */
function fullStatus(job: JobView, now: number): string {
  const status = [statusText(job, now), pullText(job)].filter(text => text !== '').join(', ')
  return job.isForeign ? `${status} (other computer)` : status
}

function shownPath(path: string, home: string | undefined): string {
  if (!home || home === '/') return path
  if (path === home) return '~'
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}

function colorOf(job: JobView | undefined): Paint {
  if (job === undefined) return 'dim'
  if (job.state !== 'ended') return job.unknownSince === null ? 'blue' : 'yellow'
  if (pullText(job) === 'not pulled') return 'red'
  if (job.outcome === 'exited') return job.exitCode === 0 ? 'green' : 'red'
  return job.outcome === 'stopped' || job.outcome === 'cancelled' ? 'dim' : 'red'
}
