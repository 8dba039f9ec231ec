/** `ls --watch`: the table kept on the screen and up to date, or, for a program, one JSON line for each change. */
import type { CoreEvent, JobView } from '../shared/domain.ts'
import { safeJson } from '../shared/visible.ts'
import type { Cli } from './cli.ts'
import { jobLines } from './job-table.ts'
import { RawTerminal } from './terminal.ts'

const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l'
const CLEAR_DOWN = '\x1b[J'
const REDRAW_MS = 250
const TICK_MS = 1000
/** Ctrl+C, Ctrl+D, Escape, q. */
const LEAVE_KEYS = [0x03, 0x04, 0x1b, 0x71]

type Watching = { list(): Promise<JobView[]>; isShown(job: JobView): boolean }

export async function watchJobs(cli: Cli, watching: Watching): Promise<number> {
  const session = await cli.client().connect()
  try {
    return await (cli.out.isJson ? printChanges : drawTable)(cli, {
      ...watching,
      onEvent: session.onEvent.bind(session),
      onReconnect: session.onReconnect.bind(session),
    })
  } finally {
    session.close()
  }
}

type Live = Watching & {
  onEvent(listener: (event: CoreEvent) => void): Promise<() => void>
  onReconnect(listener: () => void): () => void
}

/** First all there are, then each that changes; ends with us, by Ctrl+C or a closed pipe. */
async function printChanges(cli: Cli, { list, isShown, onEvent, onReconnect }: Live): Promise<number> {
  const printed = new Map<string, string>()
  const print = (job: JobView) => {
    const line = safeJson(job)
    if (printed.get(job.id) === line) return
    printed.set(job.id, line)
    cli.out.stdout.write(`${line}\n`)
  }
  // A list may be older than an event that comes while it is on its way, so such events wait for it.
  let waiting: JobView[] | undefined = []
  const printAll = async () => {
    waiting ??= []
    for (const job of await list()) print(job)
    for (const job of waiting) print(job)
    waiting = undefined
  }
  await onEvent(event => {
    if (event.type !== 'job.changed' || !isShown(event.job)) return
    if (waiting === undefined) print(event.job)
    else waiting.push(event.job)
  })
  onReconnect(() => void printAll().catch(() => undefined)) // It broke again: the next one asks again.
  await printAll()
  return await new Promise<number>(() => undefined)
}

async function drawTable(cli: Cli, { list, onEvent, onReconnect }: Live): Promise<number> {
  const terminal = new RawTerminal(cli.stdin, cli.out.stdout)
  let jobs = await list()
  let drawTimer: NodeJS.Timeout | undefined
  const draw = () => {
    drawTimer = undefined
    const height = Math.max(1, terminal.size.rows - 1)
    const lines = [...jobLines(cli, jobs)].slice(0, height)
    const ended = lines.map(line => `${line}\x1b[K\r\n`).join('')
    cli.out.stdout.write(`\x1b[H${ended}${CLEAR_DOWN}`)
  }
  const reload = async () => {
    jobs = await list()
    draw()
  }
  /** Many events in a row, as while files are sent, make few calls. */
  const soon = () => {
    drawTimer ??= setTimeout(() => void reload().catch(() => undefined), REDRAW_MS) // The next event or second tries again.
  }
  terminal.hold()
  terminal.touchScreen()
  cli.out.stdout.write(ENTER_SCREEN)
  draw()
  await onEvent(event => {
    if (event.type.startsWith('job.')) soon()
  })
  soon() // What changed after the first list and before we listened.
  onReconnect(soon)
  terminal.onResize(draw)
  const ticker = setInterval(draw, TICK_MS)
  return await new Promise<number>(resolve => {
    terminal.onInput(bytes => {
      if (!bytes.some(byte => LEAVE_KEYS.includes(byte))) return
      clearInterval(ticker)
      clearTimeout(drawTimer)
      terminal.release()
      resolve(0)
    })
  })
}
