/** The table of processes, as `ps` prints it, and what else those verbs answer with that begin or end some. */
import { durationText, shortId } from '../../shared/format.ts'
import type { ProcessView, ProjectView } from '../../shared/process.ts'
import { processStateText, uptimeMs } from '../../shared/process-text.ts'
import { visibleLines } from '../../shared/visible.ts'
import type { Cli } from '../cli.ts'
import type { Paint } from '../output.ts'
import type { Column } from '../table.ts'

/** The views, for a program; for people the table. */
export function showProcesses(cli: Cli, processes: readonly ProcessView[]): void {
  if (cli.out.isJson) cli.out.json(processes)
  else for (const line of processLines(cli, processes)) cli.out.line(line)
}

/** Of several projects: each under its name on a terminal; in a pipe the folder is the first cell of each line. */
export function showProjects(cli: Cli, projects: readonly ProjectView[]): void {
  if (!cli.out.isTerminal) {
    for (const { folder, processes } of projects)
      cli.out.table([{ title: '' }, ...columns(cli, processes)], rows(cli, processes, folder))
    return
  }
  for (const [index, project] of projects.entries()) {
    if (index > 0) cli.out.line()
    cli.out.line(cli.out.paint('bold', visibleLines(project.folder)))
    for (const line of processLines(cli, project.processes)) cli.out.line(line)
  }
}

/** On a terminal what is to be said of a process stands under it; in a pipe it is the last cell. */
function processLines(cli: Cli, processes: readonly ProcessView[]): string[] {
  const [title = '', ...lines] = cli.out.tableLines(columns(cli, processes), rows(cli, processes))
  if (!cli.out.isTerminal) return [title, ...lines].filter(Boolean)
  return [title, ...processes.flatMap((process, row) => [lines[row] ?? '', ...reasonLine(cli, process)])]
}

function columns(cli: Cli, processes: readonly ProcessView[]): Column[] {
  return [
    { title: 'PROCESS' },
    { title: 'STATE', paint: (cell, row) => cli.out.paint(colorOf(processes[row]), cell) },
    { title: 'HOST', minWidth: 6 },
    { title: 'JOB' },
    { title: 'RUN', align: 'right' },
    { title: 'UPTIME', align: 'right' },
    { title: 'PORT', align: 'right' },
    { title: 'COMMAND', minWidth: 10 },
    ...(cli.out.isTerminal ? [] : [{ title: 'REASON' }]),
  ]
}

function rows(cli: Cli, processes: readonly ProcessView[], folder?: string): string[][] {
  const now = cli.now()
  return processes.map(process => {
    const up = uptimeMs(process, now)
    return [
      ...(folder === undefined ? [] : [folder]),
      process.label,
      processStateText(process, now),
      process.host ?? process.wantedHost,
      process.jobId === null ? '-' : shortId(process.jobId),
      process.run === 0 ? '-' : String(process.run),
      up === null ? '-' : durationText(up),
      process.port === null ? '-' : String(process.port),
      process.command,
      ...(cli.out.isTerminal ? [] : [process.reason ?? '']),
    ]
  })
}

function reasonLine(cli: Cli, { reason }: ProcessView): string[] {
  return reason === null ? [] : reason.split('\n').map(line => cli.out.paint('dim', `  ${visibleLines(line)}`))
}

function colorOf(process: ProcessView | undefined): Paint {
  switch (process?.state) {
    case 'running':
    case 'ready':
      return 'green'
    case 'waiting':
    case 'starting':
    case 'stopping':
      return 'blue'
    case 'dead':
    case 'broken':
      return 'red'
    case 'unknown':
      return 'yellow'
    default:
      return 'dim'
  }
}
