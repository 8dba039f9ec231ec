/**
 * What a job writes to its terminal, from its tmux through sshd, core, WebSocket and `drover attach` to the person's screen, beside
 * what a plain `tmux attach` shows of the same file; and its log, byte for byte.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { LocalTransport } from '../../src/main/hosts/local-transport.ts'
import { shellJoin, shellQuote } from '../../src/shared/shell-quote.ts'
import { type DrawnTerminal, drawTerminal } from '../helpers/drawn-terminal.ts'
import { DROVER, openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { TERMINAL_FILES } from '../helpers/terminal-files.ts'
import { waitFor } from '../helpers/wait.ts'

const SIZE = { columns: 80, rows: 24 }
/** Put into both status bars when all is written: who sees it has seen what was drawn before. */
const SETTLED = 'settled'

let box: Sshd
let product: Product
let local: LocalTransport
let plainTmux: string
beforeAll(async () => {
  box = await openSshd()
  product = await openProduct({ box })
  local = new LocalTransport(product.env)
  plainTmux = join(product.home.dir, 'plain')
  mkdirSync(plainTmux)
})
afterAll(async () => {
  await local.close()
  await product.close()
  await box.stop()
})

const printed = new Map<string, { job: string; written: Buffer }>()
const files = Object.entries(TERMINAL_FILES).map(([name, content], index) => ({ name, content, index }))

test.each(files)('$name', async ({ name, content, index }) => {
  const program = writeProgram(index, content)
  const job = await startJob(program.line)
  const folder = join(box.home, '.drover/jobs', job)
  const sockets = { ours: readFileSync(join(folder, 'tmux_socket'), 'utf8').trim(), plain: startPlain(index, program.line) }

  const ours = await look([DROVER, 'attach', job], '[running]')
  const plain = await look(['tmux', '-u', '-S', sockets.plain, 'attach'], 'plain')
  // xterm and tmux differ on how wide some emoji are: what that leaves of a bar must be the same on both.
  setBars(sockets, 'waiting')
  for (const one of [ours, plain]) await seen(one, 'waiting')
  program.go()
  const written = Buffer.from(content.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
  await waitFor(() => readFileSync(join(folder, 'output.log')).length >= written.length, { timeoutMs: 20_000, what: 'its log' })
  await waitFor(() => readFileSync(`${sockets.plain}.log`).length >= written.length, { timeoutMs: 20_000, what: 'the plain log' })
  expect(readFileSync(join(folder, 'output.log')).equals(written)).toBe(true)
  setBars(sockets, SETTLED)
  await expectSame(ours, plain)
  // Drawn anew, from what tmux has kept.
  await expectSame(
    await look([DROVER, 'attach', job], SETTLED),
    await look(['tmux', '-u', '-S', sockets.plain, 'attach'], SETTLED),
  )
  printed.set(name, { job, written })
  execFileSync('tmux', ['-S', sockets.ours, 'kill-server'])
})

test.each(['bytes by chance', 'text that is not UTF-8', 'a letter cut off', 'a megabyte in colour'])(
  'what `drover logs` prints of %s is its log',
  name => {
    const { job = '', written } = printed.get(name) ?? {}
    const logs = execFileSync(DROVER, ['logs', job], { env: product.env, maxBuffer: 8 * 1024 * 1024 })
    expect(written && logs.equals(written)).toBe(true)
  },
)

async function startJob(line: string): Promise<string> {
  const { job } = await product.call('job.push', { command: { line }, folder: null, sync: false, host: 'box', terminal: SIZE })
  await product.reaches(job.id, 'running')
  return job.id
}

/** Waits for `go`, so that nothing is written before somebody looks; without echo, since terminals answer questions. */
function writeProgram(index: number, content: Buffer): { line: string; go(): void } {
  const file = join(plainTmux, `${index}.txt`)
  const start = join(plainTmux, `${index}.go`)
  writeFileSync(file, content)
  return {
    line: `stty -echo; until [ -e ${shellQuote(start)} ]; do sleep 0.02; done; cat ${shellQuote(file)}; exec sleep 1000`,
    go: () => writeFileSync(start, ''),
  }
}

/** A tmux as a person would start it: what of its options matters to a screen is set as for a job. */
function startPlain(index: number, line: string): string {
  const socket = join(plainTmux, `s${index}`)
  writeFileSync(`${socket}.log`, '')
  const start = ['-u', '-f', '/dev/null', '-S', socket, 'start-server', ';']
  const options =
    'set -g default-terminal tmux-256color ; set -s escape-time 0 ; set -g history-limit 50000 ; set -g status-format[0] plain ;'
  const session = [
    'new-session',
    '-d',
    '-x',
    '80',
    '-y',
    '23',
    'sh',
    '-c',
    line,
    ';',
    'pipe-pane',
    `exec cat >>${shellQuote(`${socket}.log`)}`,
  ]
  execFileSync('tmux', [...start, ...options.split(' '), ...session], { env: product.env })
  onTestFinished(() => {
    execFileSync('tmux', ['-S', socket, 'kill-server'])
    rmSync(`${socket}.log`)
  })
  return socket
}

function setBars(sockets: Readonly<Record<string, string>>, text: string): void {
  for (const socket of Object.values(sockets)) execFileSync('tmux', ['-S', socket, 'set', '-g', 'status-format[0]', text])
}

async function look(command: readonly string[], text: string): Promise<DrawnTerminal> {
  const channel = await local.exec(`exec ${shellJoin(command)}`, {
    lane: 'stream',
    terminal: { ...SIZE, term: 'xterm-256color' },
  })
  onTestFinished(() => channel.close())
  const drawn = drawTerminal(channel, SIZE)
  await seen(drawn, text)
  return drawn
}

/** A terminal that is behind gets its screen drawn anew a moment later. */
async function expectSame(ours: DrawnTerminal, plain: DrawnTerminal): Promise<void> {
  for (const one of [ours, plain]) await seen(one, SETTLED)
  const pictures = () => Promise.all([ours.picture(), plain.picture()])
  await waitFor(async () => {
    const [a, b] = await pictures()
    return a.join('\n') === b.join('\n')
  }).catch(() => undefined) // The comparison below says where they differ.
  const [a, b] = await pictures()
  expect(a).toEqual(b)
  expect(
    a
      .slice(0, SIZE.rows - 1)
      .join('')
      .trim(),
  ).not.toBe('')
}

async function seen(drawn: DrawnTerminal, text: string): Promise<void> {
  await waitFor(() => drawn.text().some(row => row.includes(text)), { what: `${text} on the screen` }).catch(error => {
    throw new Error(`${error.message}:\n${drawn.text().join('\n')}`, { cause: error })
  })
}
