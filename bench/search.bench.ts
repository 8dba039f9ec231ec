/** search: 1 GB that a process has printed for a word that stands in it once, through the core, against `grep -c` on the very file. */
import { join } from 'node:path'
import { createClient } from '../src/cli/client.ts'
import { projectFolder, projectOf } from '../test/helpers/project.ts'
import { against, type BenchRow } from './bench.ts'
import { elapsedMs, interleaved, processMs } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['search']

const HALF =
  'yes "2026-01-02 03:04:05 INFO a line as long as what a server prints, with a path/to/some/file.c in it" | head -c 500000000'
const WORD = 'NEEDLE-in-the-hay'

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 0 }, async ({ product }) => {
    await product.status()
    const session = await createClient({ env: product.env }).connect()
    try {
      const folder = projectFolder(product.home.dir, {
        Procfile: `big: ${HALF}; echo ${WORD}; ${HALF}\n`,
        'drover.yaml': 'processes:\n  big:\n    log_cap: 2GB\n',
      })
      const project = projectOf((method, input) => session.call(method, input), folder)
      await session.call('project.up', { folder })
      const { jobId } = await project.until('big.1', ({ state }) => state === 'done', 'has printed')
      const log = join(product.env.HOME ?? '', '.drover/jobs', jobId ?? '', 'output.log')
      const ours = () =>
        elapsedMs(async () => {
          let cursor: string | null = null
          let found = 0
          do {
            const answer: { matches: unknown[]; cursor: string | null } = await session.call('process.search', {
              ...{ project: folder, pattern: WORD, ignoreCase: false, cursor },
            })
            found += answer.matches.length
            cursor = answer.cursor
          } while (cursor !== null)
          if (found !== 1) throw new Error(`The word was found ${found} times`)
        })
      const peer = () => processMs({ file: 'grep', args: ['-c', WORD, log], env: product.env })
      const times = await interleaved({ ours, peer }, { n: 7, warmUps: 1 })
      return [against({ name: 'search', unit: 'ms', better: 'lower', aim: 2, ...times, peerCommand: `grep -c ${WORD} LOG` })]
    } finally {
      session.close()
    }
  })
}
