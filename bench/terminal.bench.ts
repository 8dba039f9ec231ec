/**
 * terminal: a job that prints 50 MB in the window's terminal, from its first byte until its last line is painted, against the same job in
 * a bare tmux, without a log and with one. Then how soon keys are answered while such a job prints on, by the job and by the window, and
 * what a gigabyte leaves in the page.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TerminalSize } from '../src/main/hosts/transport.ts'
import { within } from '../test/helpers/wait.ts'
import { openTmux } from './bare-tmux.ts'
import { against, againstAim, type BenchRow, percentile, range, round } from './bench.ts'
import type { Sight } from './in-page.ts'
import { interleaved } from './measure.ts'
import { onStage, type Stage } from './stage.ts'
import { type BenchWindow, inWindow } from './window.ts'

export const names = ['terminal']

const PRINTED_BYTES = 50_000_000
const GIGABYTE = 1_000_000_000
/** At 4 MB a second; nobody would wait for less. */
const GIGABYTE_MS = 250_000
const RUNS = 7
const KEYS = 40

/** Waits for Enter, notes when it begins, prints so many bytes of what a build prints, says so, and ends with another Enter. */
const PRINT = `read -r _; echo "\${EPOCHREALTIME/./}" >"$1"
yes 'a line as long as what a build prints, with a path/to/some/file.c and a word or two' | head -c "$2"
printf '\\n%s printed\\n' all; read -r _`
const IS_PRINTED = 'all printed'

/** Prints until it gets a q, and in each line how many keys it has had. */
const COUNT_KEYS = `use strict; my $keys = 0; my $ready = ''; my $typed = ''; system 'stty', 'raw', '-echo'; $| = 1;
until ($typed =~ /q/) {
  vec($ready, 0, 1) = 1;
  $keys += sysread STDIN, $typed, 100 if select $ready, undef, undef, 0;
  syswrite STDOUT, "a line as long as what a build prints, and it has had <$keys> keys by now, or so it says\\r\\n" x 20;
}`

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, stage =>
    inWindow(stage.product, async window => {
      const size = await terminalSize(stage, window)
      const stamp = join(stage.product.home.dir, 'stamp')
      const { ours, bare, logged } = await interleaved(
        {
          ours: () => printInWindow(stage, window, { stamp, bytes: PRINTED_BYTES }),
          bare: () => printInTmux(stage, size, { stamp }),
          logged: () => printInTmux(stage, size, { stamp, log: `${stamp}.log` }),
        },
        { n: RUNS, warmUps: 1 },
      )
      const typed = await typeInWindow(stage, window)
      const typedInTmux = await typeInTmux(stage, size)
      const gigabyte = await afterGigabyte(stage, window, stamp)
      const lower = { better: 'lower' } as const
      const tmux = `tmux -f /dev/null new-session JOB, in a pty of ${size.columns} × ${size.rows}`
      const megabytes = (name: string, aim: number, figure: number) =>
        againstAim({ ...lower, name, unit: 'MB more', aim, ours: figure, n: 1, spread: `1 GB in ${round(gigabyte.seconds)} s` })
      return [
        against({ ...lower, name: 'terminal', unit: 's', aim: 1.2, ours, peer: bare, peerCommand: tmux }),
        against({
          ...{ ...lower, name: 'terminal:logged', unit: 's', aim: 1.2, ours, peer: logged },
          peerCommand: `${tmux} \\; pipe-pane 'cat >>LOG'`,
        }),
        typing(typed.inTerminal, typedInTmux, tmux),
        againstAim({
          ...{ ...lower, name: 'terminal:window', unit: 'ms (p95)', aim: 100, n: typed.inWindow.length },
          ...{ ours: percentile(typed.inWindow, 0.95), spread: range(typed.inWindow) },
        }),
        megabytes('terminal:heap', 5, gigabyte.heapMb),
        megabytes('terminal:memory', 30, gigabyte.residentMb),
      ]
    }),
  )
}

function typing(inWindow: readonly number[], inTmux: readonly number[], peerCommand: string): BenchRow {
  const [ours, peer] = [percentile(inWindow, 0.95), percentile(inTmux, 0.95)]
  const spread = `ours ${range(inWindow)}, peer ${range(inTmux)}`
  const row = { name: 'terminal:typing', unit: 'ms (p95)', better: 'lower', aim: 1.5 } as const
  return { ...row, ours, peer, ratio: ours / peer, peerCommand, n: inWindow.length, spread }
}

type Shown = { /** Once the job has ended by itself. */ gone(): Promise<void> }

/** A job whose terminal is what the window shows. */
async function openTerminal({ product }: Stage, { page, address }: BenchWindow, argv: string[]): Promise<Shown> {
  const terminal = { columns: 80, rows: 24 }
  const { job } = await product.call('job.push', { command: { argv }, folder: null, sync: false, host: 'h1', terminal })
  await product.reaches(job.id, 'running')
  await page.goto(`${address}/#/jobs/${job.id}/terminal`)
  await page.getByText('Attached. Leaving').waitFor()
  return {
    gone: async () => {
      await product.reaches(job.id, 'ended')
      await page.goto(`${address}/#/jobs`)
      await product.call('job.remove', { job: job.id, force: false })
    },
  }
}

async function terminalSize(stage: Stage, window: BenchWindow): Promise<TerminalSize> {
  const job = await openTerminal(stage, window, ['sh', '-c', 'read -r _'])
  const text = await window.page.locator('.terminal-foot .number').textContent()
  await window.page.keyboard.press('Enter')
  await job.gone()
  const [columns = 0, rows = 0] = (text ?? '').split(' × ').map(Number)
  return { columns, rows }
}

type Printing = {
  stamp: string
  bytes: number
  timeoutMs?: number /** While the last line is on the screen. */
  atEnd?: () => Promise<void>
}

/** Seconds. */
async function printInWindow(
  stage: Stage,
  opened: BenchWindow,
  { stamp, bytes, timeoutMs = 120_000, atEnd }: Printing,
): Promise<number> {
  const job = await openTerminal(stage, opened, ['bash', '-c', PRINT, 'bash', stamp, String(bytes)])
  const painted = opened.page.evaluate(
    async pattern => window.bench.epoch(await window.benchTerminal.painted(pattern)),
    IS_PRINTED,
  )
  await opened.page.keyboard.press('Enter')
  const paintedAt = await within(painted, { timeoutMs, what: 'the last line in the window' })
  await atEnd?.()
  await opened.page.keyboard.press('Enter')
  await job.gone()
  return secondsSince(stamp, paintedAt * 1_000)
}

async function printInTmux(stage: Stage, size: TerminalSize, { stamp, log }: { stamp: string; log?: string }): Promise<number> {
  const argv = ['bash', '-c', PRINT, 'bash', stamp, String(PRINTED_BYTES)]
  const tmux = await openTmux(stage, { argv, size, ...(log !== undefined && { log }) })
  tmux.type('\r')
  const printedAt = await tmux.prints(new RegExp(IS_PRINTED))
  tmux.type('\r')
  await tmux.ended()
  return secondsSince(stamp, printedAt)
}

function secondsSince(stamp: string, atMicroseconds: number): number {
  return (atMicroseconds - Number(readFileSync(stamp, 'utf8'))) / 1_000_000
}

/** Milliseconds from each key until a line that counts it is painted, and until the window's own field has answered to it. */
async function typeInWindow(stage: Stage, opened: BenchWindow): Promise<{ inTerminal: number[]; inWindow: number[] }> {
  const job = await openTerminal(stage, opened, ['perl', '-e', COUNT_KEYS])
  const { page } = opened
  await page.evaluate(() => window.benchTerminal.painted('<0> keys'))
  const inTerminal: number[] = []
  for (let key = 1; key <= KEYS; key++) {
    await page.evaluate(counted => window.bench.time('keydown', () => window.benchTerminal.painted(counted)), `<${key}> keys`)
    inTerminal.push(await pressed(page, 'x', key))
  }
  await page.locator('.palette-field').click()
  const inWindow: number[] = []
  for (let key = 0; key < KEYS; key++) {
    const selector = '.palette-option[aria-selected=true]'
    const sight: Sight = key % 2 === 0 ? { selector, text: '^Jobs' } : { selector, text: '^Push' }
    await page.evaluate(seen => window.bench.arm('keydown', seen), sight)
    inWindow.push(await pressed(page, key % 2 === 0 ? 'j' : 'Backspace', key))
  }
  await page.keyboard.press('Escape')
  await page.locator('.xterm').click()
  await page.keyboard.press('q')
  await job.gone()
  return { inTerminal, inWindow }
}

async function pressed(page: BenchWindow['page'], name: string, count: number): Promise<number> {
  await delay(50 + (count % 7) * 20)
  await page.keyboard.press(name)
  return await within(
    page.evaluate(() => window.bench.result()),
    { timeoutMs: 30_000, what: `key ${count} to be answered` },
  )
}

async function typeInTmux(stage: Stage, size: TerminalSize): Promise<number[]> {
  const tmux = await openTmux(stage, { argv: ['perl', '-e', COUNT_KEYS], size })
  await tmux.prints(/<0> keys/)
  const figures: number[] = []
  for (let key = 1; key <= KEYS; key++) {
    await delay(50 + (key % 7) * 20)
    const from = performance.now()
    tmux.type('x')
    await tmux.prints(new RegExp(`<${key}> keys`))
    figures.push(performance.now() - from)
  }
  tmux.type('q')
  await tmux.ended()
  return figures
}

/** What the page has more of than after the first 50 MB. */
async function afterGigabyte(stage: Stage, window: BenchWindow, stamp: string) {
  const read = async () => ({ heapMb: await window.heapMb(), residentMb: await window.rendererMb() })
  let [before, after] = [
    { heapMb: 0, residentMb: 0 },
    { heapMb: 0, residentMb: 0 },
  ]
  await printInWindow(stage, window, {
    ...{ stamp, bytes: PRINTED_BYTES },
    atEnd: async () => {
      before = await read()
    },
  })
  const seconds = await printInWindow(stage, window, {
    ...{ stamp, bytes: GIGABYTE, timeoutMs: GIGABYTE_MS },
    atEnd: async () => {
      after = await read()
    },
  })
  return { seconds, heapMb: after.heapMb - before.heapMb, residentMb: after.residentMb - before.residentMb }
}
