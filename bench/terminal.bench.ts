/**
 * terminal: a job that prints 50 MB in the window's terminal, from its first byte until its last line is painted, against the same job in
 * a bare tmux whose client runs in a terminal of the same size that takes all at once. Then how soon a key is answered on the screen while
 * such a job prints on, and what a gigabyte leaves in the page.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ptyChannel } from '../src/main/hosts/pty.ts'
import type { TerminalSize } from '../src/main/hosts/transport.ts'
import { waitFor, within } from '../test/helpers/wait.ts'
import { against, againstAim, type BenchRow, percentile, range } from './bench.ts'
import { epochMicroseconds, interleaved } from './measure.ts'
import { onStage, type Stage } from './stage.ts'
import { type BenchWindow, inWindow } from './window.ts'

export const names = ['terminal']

const PRINTED_BYTES = 50_000_000
const GIGABYTE = 100_000_000
/** At 5 MB a second, and slower than that nobody wants to wait. */
const GIGABYTE_MS = 200_000
const RUNS = 5
const KEYS = 60

/** Waits for Enter, notes when it begins, prints so many bytes of what a build prints, and says so. */
const PRINT = `read -r _; echo "\${EPOCHREALTIME/./}" >"$1"
yes 'a line as long as what a build prints, with a path/to/some/file.c and a word or two' | head -c "$2"
printf '\\n%s printed\\n' all; exec sleep 100000`
const IS_PRINTED = /all printed/

/** Prints without end, in each line how many keys it has had. It reads them at once, whatever waits to be printed. */
const PRINT_KEYS = `use strict; my $keys = 0; my $ready = ''; system 'stty', 'raw', '-echo'; $| = 1;
for (;;) {
  vec($ready, 0, 1) = 1;
  $keys += sysread STDIN, my $typed, 100 if select $ready, undef, undef, 0;
  syswrite STDOUT, "a line as long as what a build prints, and it has had <$keys> keys by now, or so it says\\r\\n" x 20;
}`

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, stage =>
    inWindow(stage.product, async window => {
      const size = await terminalSize(stage, window)
      const stamp = join(stage.product.home.dir, 'stamp')
      const times = await interleaved(
        { ours: () => inOurs(stage, window, stamp), peer: () => inTmux(stage, size, stamp) },
        { n: RUNS, warmUps: 1 },
      )
      const typing = await typed(stage, window)
      const { heapMb, residentMb, tookMs } = await afterGigabyte(stage, window, stamp)
      const lower = { better: 'lower' } as const
      return [
        against({
          ...{ ...lower, name: 'terminal', unit: 's', aim: 1.2, ...times },
          peerCommand: `tmux -f /dev/null new-session 'bash -c PRINT', in a pty of ${size.columns} × ${size.rows} that is read at once`,
        }),
        againstAim({
          ...{ ...lower, name: 'terminal:typing', unit: 'ms (p95)', aim: 100, n: typing.length },
          ...{ ours: percentile(typing, 0.95), spread: range(typing) },
        }),
        againstAim({
          ...{ ...lower, name: 'terminal:heap', unit: 'MB more', aim: 5, n: 1 },
          ...{ ours: heapMb, spread: `after 1 GB in ${Math.round(tookMs / 1_000)} s` },
        }),
        againstAim({
          ...lower,
          name: 'terminal:memory',
          unit: 'MB more',
          aim: 30,
          n: 1,
          ours: residentMb,
          spread: 'of the renderer',
        }),
      ]
    }),
  )
}

/** A job whose terminal is what the window shows. */
async function openTerminal(
  { product }: Stage,
  { page, address }: BenchWindow,
  argv: string[],
): Promise<{ end(): Promise<unknown> }> {
  const terminal = { columns: 80, rows: 24 }
  const { job } = await product.call('job.push', { command: { argv }, folder: null, sync: false, host: 'h1', terminal })
  await product.reaches(job.id, 'running')
  await page.goto(`${address}/#/jobs/${job.id}/terminal`)
  await page.getByText('Attached. Leaving').waitFor()
  return {
    end: async () => {
      await product.call('job.stop', { job: job.id })
      await product.reaches(job.id, 'ended')
      await page.goto(`${address}/#/jobs`)
      await product.call('job.remove', { job: job.id, force: false })
    },
  }
}

async function terminalSize(stage: Stage, window: BenchWindow): Promise<TerminalSize> {
  const job = await openTerminal(stage, window, ['sleep', '100000'])
  const text = await window.page.locator('.terminal-foot .number').textContent()
  await job.end()
  const [columns = 0, rows = 0] = (text ?? '').split(' × ').map(Number)
  return { columns, rows }
}

/** Seconds. */
async function inOurs(stage: Stage, window: BenchWindow, stamp: string, bytes = PRINTED_BYTES): Promise<number> {
  const job = await openTerminal(stage, window, ['bash', '-c', PRINT, 'bash', stamp, String(bytes)])
  const paintedAt = await printed(window, 120_000)
  await job.end()
  return secondsSince(stamp, paintedAt * 1_000)
}

/** Presses Enter in the terminal, and gives when the last line was painted, in epoch milliseconds. */
async function printed({ page }: BenchWindow, timeoutMs: number): Promise<number> {
  const painted = page.evaluate(
    async pattern => window.bench.epoch(await window.benchTerminal.painted(pattern)),
    IS_PRINTED.source,
  )
  await page.keyboard.press('Enter')
  return await within(painted, { timeoutMs, what: 'the last line in the window' })
}

async function inTmux({ product: { env, home } }: Stage, size: TerminalSize, stamp: string): Promise<number> {
  const socket = join(home.dir, 'tmux')
  const job = `bash -c '${PRINT.replaceAll("'", String.raw`'\''`)}' bash ${stamp} ${PRINTED_BYTES}`
  rmSync(stamp, { force: true })
  const args = ['-u', '-f', '/dev/null', '-S', socket, 'new-session', job]
  const { channel } = await ptyChannel({ file: 'tmux', args, cwd: home.dir, env, terminal: { ...size, term: 'xterm-256color' } })
  let last = ''
  const whole = new Promise<number>(resolve => {
    channel.stdout.setEncoding('latin1').on('data', (text: string) => {
      last = (last + text).slice(-10_000)
      if (IS_PRINTED.test(last)) resolve(epochMicroseconds())
    })
  })
  await waitFor(() => last !== '', { what: 'tmux to draw its screen' })
  channel.stdin.write('\r')
  const seconds = secondsSince(stamp, await within(whole, { timeoutMs: 120_000, what: 'the last line in tmux' }))
  channel.close()
  return seconds
}

function secondsSince(stamp: string, atMicroseconds: number): number {
  return (atMicroseconds - Number(readFileSync(stamp, 'utf8'))) / 1_000_000
}

/** Milliseconds from each key until a line that counts it is painted. */
async function typed(stage: Stage, opened: BenchWindow): Promise<number[]> {
  const job = await openTerminal(stage, opened, ['perl', '-e', PRINT_KEYS])
  const { page } = opened
  await page.evaluate(() => window.benchTerminal.painted('<0> keys'))
  const figures: number[] = []
  for (let key = 1; key <= KEYS; key++) {
    await page.evaluate(wanted => window.bench.time('keydown', () => window.benchTerminal.painted(wanted)), `<${key}> keys`)
    await page.keyboard.press('x')
    const took = page.evaluate(() => window.bench.result())
    figures.push(await within(took, { timeoutMs: 30_000, what: `key ${key} on the screen` }))
    await delay(50 + (key % 7) * 20)
  }
  await job.end()
  return figures
}

/** What the page has more of than after the first 50 MB. */
async function afterGigabyte(stage: Stage, window: BenchWindow, stamp: string) {
  const read = async () => ({ heapMb: await window.heapMb(), residentMb: await window.rendererMb() })
  await inOurs(stage, window, stamp)
  const before = await read()
  const job = await openTerminal(stage, window, ['bash', '-c', PRINT, 'bash', stamp, String(GIGABYTE)])
  const paintedAt = await printed(window, GIGABYTE_MS)
  const after = await read()
  await job.end()
  const tookMs = secondsSince(stamp, paintedAt * 1_000) * 1_000
  return { tookMs, heapMb: after.heapMb - before.heapMb, residentMb: after.residentMb - before.residentMb }
}
