/**
 * output: a job that prints 1,000,000 lines. How fast it may print, on a terminal against bare tmux with pipe-pane and without one
 * against tee, until all is in its log; and what a client that follows such a job costs the core, and whether every line arrives.
 */
import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '../src/cli/client.ts'
import type { CoreSession } from '../src/cli/core-client.ts'
import { DROVER } from '../test/helpers/product.ts'
import { waitFor } from '../test/helpers/wait.ts'
import { against, againstAim, type BenchRow, range } from './bench.ts'
import { epochMicroseconds, interleaved, residentMb } from './measure.ts'
import { onStage, type Stage, succeed } from './stage.ts'

export const names = ['output']

const LINES = 1_000_000
/** Notes when it begins, then prints as fast as anything does. `exec`: no shell stays between it and the terminal. */
const PRINT = `echo "\${EPOCHREALTIME/./}" >"$1"; exec seq 1 ${LINES}`
/** What a build prints: 96 bytes a line. */
const PRINT_LONG = `BEGIN { for (i = 1; i <= ${LINES}; i++) printf "%07d and a line as long as what a build prints, with a path/to/some/file.c and a word or two\\n", i }`
const TERMINAL = { columns: 80, rows: 24 }
const FOLLOWS = 3
const SAMPLE_MS = 20

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, async stage => {
    const { env } = stage.product
    const session = await createClient({ env, start: false }).connect()
    try {
      const inTerminal = await printed(stage, session, 'terminal')
      const plain = await printed(stage, session, 'plain')
      const followed = await follow(stage)
      const rate = { unit: 'lines/s', better: 'higher' } as const
      return [
        against({
          ...{ name: 'output:terminal', ...rate, aim: 0.9, ...inTerminal.rates },
          peerCommand: `tmux new-session -d 'seq 1 ${LINES}' \\; pipe-pane 'cat >LOG'`,
        }),
        against({
          ...{ name: 'output:plain', ...rate, aim: 0.5, ...plain.rates },
          peerCommand: `seq 1 ${LINES} | tee LOG >/dev/null`,
        }),
        againstAim({
          ...{ name: 'output:memory', unit: 'MB more', better: 'lower', aim: 30, n: FOLLOWS },
          ...{ ours: Math.max(...followed.growthMb), spread: range(followed.growthMb) },
        }),
        againstAim({
          ...{ name: 'output:lost', unit: 'lines', better: 'lower', aim: 0, n: inTerminal.count + plain.count + FOLLOWS },
          ...{ ours: inTerminal.lost + plain.lost + followed.lost, spread: '–' },
        }),
      ]
    } finally {
      session.close()
    }
  })
}

type Printing = { log: string; stamp: string; expected: Buffer }

/** Lines a second of both, from the job's first moment until its whole log is there. */
async function printed({ product, hosts: [host] }: Stage, session: CoreSession, way: 'terminal' | 'plain') {
  const { env, home } = product
  const stamp = join(home.dir, 'stamp')
  const expected = Buffer.from(numbers(way === 'terminal' ? '\r\n' : '\n'))
  const socket = join(home.dir, 'tmux')
  let [lost, count] = [0, 0]
  const ours = async () => {
    const jobId = randomUUID()
    const terminal = way === 'terminal' ? TERMINAL : null
    const command = { argv: ['bash', '-c', PRINT, 'bash', stamp] }
    rmSync(stamp, { force: true })
    await session.call('job.push', { jobId, command, folder: null, sync: false, host: 'h1', env: {}, pull: [], terminal })
    const log = join(host?.sshd.home ?? '', '.drover/jobs', jobId, 'output.log')
    const rate = await rateOf({ log, stamp, expected })
    lost += linesLost(readFileSync(log), expected)
    count++
    await waitFor(async () => (await session.call('job.get', { job: jobId })).job.state === 'ended', { what: 'the end of a job' })
    await session.call('job.remove', { job: jobId, force: false })
    return rate
  }
  const peer = async () => {
    const dir = join(home.dir, 'peer')
    mkdirSync(dir)
    const log = join(dir, 'log')
    rmSync(stamp, { force: true })
    const job = `bash -c '${PRINT}' bash ${stamp}`
    if (way === 'terminal') {
      const tmux = ['-f', '/dev/null', '-S', socket, 'new-session', '-d', '-x', '80', '-y', '24', job, ';']
      execFileSync('tmux', [...tmux, 'pipe-pane', `cat >${log}`], { env })
    } else spawn('sh', ['-c', `${job} | tee ${log} >/dev/null`], { env, stdio: 'ignore' })
    const rate = await rateOf({ log, stamp, expected })
    rmSync(dir, { recursive: true })
    return rate
  }
  const rates = await interleaved({ ours, peer }, { n: 10, warmUps: 1 })
  return { rates, lost, count }
}

async function rateOf({ log, stamp, expected }: Printing): Promise<number> {
  const deadline = performance.now() + 60_000
  while ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) < expected.length) {
    if (performance.now() > deadline) throw new Error(`${log} has ${statSync(log).size} of ${expected.length} bytes after 60 s`)
    await delay(1)
  }
  return (LINES / (epochMicroseconds() - Number(readFileSync(stamp, 'utf8')))) * 1_000_000
}

/** `drover push` with its output in a file, as a script runs it; the core's memory is read meanwhile. */
async function follow({ product }: Stage): Promise<{ growthMb: number[]; lost: number }> {
  const { env, home } = product
  const file = join(home.dir, 'followed')
  await succeed(product, ['push', '-n', '--no-tty', '--', 'seq', '1', '1000'])
  const pid = product.corePid()
  const before = residentMb(pid)
  const growthMb: number[] = []
  let lost = 0
  for (let run = 0; run < FOLLOWS; run++) {
    const child = spawn(DROVER, ['push', '-n', '--no-tty', '--', 'awk', PRINT_LONG], {
      env,
      cwd: home.dir,
      stdio: ['ignore', openSync(file, 'w'), 'inherit'],
    })
    let highest = 0
    const sampler = setInterval(() => {
      highest = Math.max(highest, residentMb(pid))
    }, SAMPLE_MS)
    const code = await new Promise(resolve => child.once('exit', resolve)).finally(() => clearInterval(sampler))
    if (code !== 0) throw new Error(`The push of ${LINES} lines ended with ${code}`)
    growthMb.push(highest - before)
    const lines = readFileSync(file, 'latin1').split('\n')
    for (let number = 1; number <= LINES; number++) if (!lines[number - 1]?.startsWith(String(number).padStart(7, '0'))) lost++
  }
  return { growthMb, lost }
}

function numbers(lineEnd: string): string {
  return Array.from({ length: LINES }, (_, index) => `${index + 1}${lineEnd}`).join('')
}

function linesLost(log: Buffer, expected: Buffer): number {
  if (log.equals(expected)) return 0
  const arrived = new Set(log.toString('latin1').split(/\r?\n/))
  const missing = Array.from({ length: LINES }, (_, index) => String(index + 1)).filter(line => !arrived.has(line)).length
  return Math.max(1, missing) // All there, but not as printed: that counts as well.
}
