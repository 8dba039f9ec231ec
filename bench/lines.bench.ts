/**
 * lines: a process that prints 10,000,000 lines, 79 MB, as fast as anything does, against a plain redirect; lines:patterns: the same while its
 * output is searched for 20 failure patterns; how long after its last line that one is found to be there (200 ms of that are for the lines
 * that may follow it); what the core takes of memory for all that.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '../src/cli/client.ts'
import type { CoreSession } from '../src/cli/core-client.ts'
import { projectFolder, projectOf } from '../test/helpers/project.ts'
import { against, againstAim, type BenchRow, median, range } from './bench.ts'
import { interleaved, residentMb } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['lines']

const LINES = 10_000_000
const BYTES = 78_888_897
const RUNS = 5
const SAMPLE_MS = 20
/** Notes when it begins, and when it has printed all. */
const PRINT = `echo "\${EPOCHREALTIME/./}" >"$1.began"; seq 1 ${LINES}; echo "\${EPOCHREALTIME/./}" >"$1.ended"`
const PATTERNS = Array.from({ length: 19 }, (_, index) => `error number ${index}: something went wrong`)
const LAST = { pattern: `^${LINES}$`, isRegex: true }

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 0 }, async ({ product }) => {
    await product.status()
    const session = await createClient({ env: product.env }).connect()
    const folder = projectFolder(product.home.dir, {
      Procfile: 'plain: bash print plain\nwatched: bash print watched; exec sleep 1000\n',
      print: PRINT,
    })
    const pid = product.corePid()
    let highestMb = 0
    const sampler = setInterval(() => {
      highestMb = Math.max(highestMb, residentMb(pid))
    }, SAMPLE_MS)
    try {
      const processes = new Processes(session, folder)
      await processes.print('plain')
      await session.call('pattern.add', { project: folder, process: 'watched', ...LAST })
      for (const pattern of PATTERNS) await session.call('pattern.add', { project: folder, process: 'watched', pattern })
      const before = residentMb(pid)
      highestMb = 0
      const lagsMs: number[] = []
      const watched = async () => {
        const rate = await processes.print('watched')
        lagsMs.push(await processes.foundAfterMs('watched'))
        return rate
      }
      const rates = await interleaved(
        { plain: () => processes.print('plain'), watched, peer: async () => redirected(folder) },
        { n: RUNS, warmUps: 1 },
      )
      const rate = { unit: 'lines/s', better: 'higher', peer: rates.peer, peerCommand: `seq 1 ${LINES} >LOG` } as const
      const none = { better: 'lower', spread: '–' } as const
      return [
        against({ name: 'lines', aim: 0.7, ...rate, ours: rates.plain }),
        against({ name: 'lines:patterns', aim: 0.5, ...rate, ours: rates.watched }),
        againstAim({
          name: 'lines:searched',
          ...none,
          unit: 'ms after',
          aim: 1_000,
          n: lagsMs.length,
          ours: median(lagsMs),
          spread: range(lagsMs),
        }),
        againstAim({ name: 'lines:memory', ...none, unit: 'MB more', aim: 30, n: RUNS * 2, ours: highestMb - before }),
      ]
    } finally {
      clearInterval(sampler)
      session.close()
    }
  })
}

class Processes {
  readonly #session: CoreSession
  readonly #folder: string
  readonly #project: ReturnType<typeof projectOf>

  constructor(session: CoreSession, folder: string) {
    this.#session = session
    this.#folder = folder
    this.#project = projectOf((method, input) => session.call(method, input), folder)
  }

  /** Lines a second. */
  async print(name: string): Promise<number> {
    await this.#session.call('project.up', { folder: this.#folder, processes: [name] })
    const isOver = ({ state }: { state: string }) => state === 'done' || state === 'broken'
    const { jobId } = await this.#project.until(`${name}.1`, isOver, 'has printed')
    const { bytes } = await this.#session.call('job.logSize', { job: jobId ?? '' })
    if (bytes !== BYTES) throw new Error(`The log has ${bytes} of ${BYTES} bytes`)
    return rateOf(this.#folder, name)
  }

  async foundAfterMs(name: string): Promise<number> {
    const { brokenBy } = await this.#project.one(`${name}.1`)
    if (brokenBy?.line !== String(LINES)) throw new Error(`Its last line was not found, but ${JSON.stringify(brokenBy)}`)
    return brokenBy.at - Number(readFileSync(join(this.#folder, `${name}.ended`), 'latin1')) / 1_000
  }
}

function redirected(folder: string): number {
  execFileSync('sh', ['-c', 'bash print peer >peer.log'], { cwd: folder })
  if (statSync(join(folder, 'peer.log')).size !== BYTES) throw new Error('The redirect lost bytes')
  return rateOf(folder, 'peer')
}

function rateOf(folder: string, name: string): number {
  const [began, ended] = ['began', 'ended'].map(what => Number(readFileSync(join(folder, `${name}.${what}`), 'latin1')))
  return (LINES / ((ended ?? Number.NaN) - (began ?? Number.NaN))) * 1_000_000
}
