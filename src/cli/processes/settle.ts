/** Waits until processes have come up or have ended, with a line that says for which; and tells how it went. */
import type { ProcessView } from '../../shared/process.ts'
import { processStateText } from '../../shared/process-text.ts'
import { visible } from '../../shared/visible.ts'
import type { Cli } from '../cli.ts'
import { delay } from '../delay.ts'
import { ProgressLine } from '../progress.ts'
import { failureText, hasEnded, hasFailed, isHeldUp, isUp } from './outcome.ts'
import { showProcesses } from './process-table.ts'
import type { ProjectWatch } from './project-watch.ts'

/** How long it stands as it does before that is taken for how it goes on. */
const STEADY_MS = 300

/** Which of the watched ones are meant. */
type Settling = { watch: ProjectWatch; isMeant: (process: ProcessView) => boolean }

/** Prints them when all are up. The exit code: 1 if one of them has failed, or waits for one that has, which is then told. */
export async function comeUp(cli: Cli, { watch, isMeant }: Settling): Promise<number> {
  const meant = () => watch.processes.filter(isMeant)
  const isSettled = (process: ProcessView) => isUp(process) || hasFailed(process)
  // What waits does so for others: when none of those moves, nothing more will come.
  const isOver = () => meant().every(isSettled) || watch.processes.every(process => isSettled(process) || isHeldUp(process))
  do {
    await waiting(cli, watch, { isOver, missing: () => meant().filter(process => !isSettled(process)) })
    // What has only begun may be about to fall: a port that is taken, a setting that is missing.
    if (!meant().every(({ state }) => state === 'ready' || state === 'done')) await delay(STEADY_MS)
  } while (!isOver())
  return report(cli, meant(), isUp)
}

/** As `comeUp`, until nothing of them runs. What a host that is away still runs is stopped when that is back. */
export async function goDown(cli: Cli, { watch, isMeant }: Settling): Promise<number> {
  const meant = () => watch.processes.filter(isMeant)
  const missing = () => meant().filter(process => !hasEnded(process) && process.unknownSince === null)
  await waiting(cli, watch, { isOver: () => missing().length === 0, missing })
  return report(cli, meant(), hasEnded)
}

type Waiting = { isOver(): boolean; missing(): readonly ProcessView[] }

async function waiting(cli: Cli, watch: ProjectWatch, { isOver, missing }: Waiting): Promise<void> {
  const line = new ProgressLine(cli.out)
  try {
    await watch.until(() => {
      const waited = missing().map(process => waitText(process, cli.now()))
      line.set(`Waiting for ${waited.join(', ')} …`)
      return isOver()
    })
  } finally {
    line.end()
  }
}

function waitText(process: ProcessView, now: number): string {
  const why = process.reason ?? processStateText(process, now)
  return visible(`${process.label} (${why})`)
}

function report(cli: Cli, processes: readonly ProcessView[], isFine: (process: ProcessView) => boolean): number {
  showProcesses(cli, processes)
  const others = processes.filter(process => !isFine(process))
  for (const process of others) {
    const after = process.unknownSince === null ? '' : '. What was asked is done as soon as it answers.'
    const hasPrinted = process.state === 'dead' && process.startedAt !== null
    const advice = hasPrinted ? [`What it printed: ${cli.program.name} logs ${process.label}`] : []
    cli.out.error(`${failureText(process, cli.now())}${after}`, advice)
  }
  return others.length === 0 ? 0 : 1
}
