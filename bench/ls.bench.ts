/** ls: the command line's own weight, with a thousand jobs in the store, against an empty program on the same Node. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { openStore } from '../src/main/store/store.ts'
import { jobRow } from '../test/helpers/job-row.ts'
import { DROVER, type Product } from '../test/helpers/product.ts'
import { against, type BenchRow } from './bench.ts'
import { interleaved, processMs } from './measure.ts'
import { onStage, succeed } from './stage.ts'

export const names = ['ls']

const JOBS = 1_000

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 0 }, async ({ product }) => {
    await fillStore(product)
    const { length } = await product.jobs()
    if (length !== JOBS) throw new Error(`The store was to hold ${JOBS} jobs, not ${length}`)
    await succeed(product, ['ls'])
    const { env, home } = product
    const figures = await interleaved(
      {
        ours: () => processMs({ file: DROVER, args: ['ls'], env, cwd: home.dir }),
        peer: () => processMs({ file: process.execPath, args: ['-e', '0'], env, cwd: home.dir }),
      },
      { n: 30 },
    )
    return [against({ name: 'ls', unit: 'ms', better: 'lower', aim: 1.5, peerCommand: 'node -e 0', ...figures })]
  })
}

/** Before any core runs: it would hold the lock. */
async function fillStore({ env }: Product): Promise<void> {
  const store = openStore(join(env.XDG_DATA_HOME ?? '', 'drover/drover.db'))
  const newest = Date.now()
  for (let index = 0; index < JOBS; index++) {
    const startedAt = newest - (JOBS - index) * 60_000
    const ended = { state: 'ended', outcome: 'exited', exitCode: index % 10 === 0 ? 1 : 0, endedAt: startedAt + 30_000 } as const
    const job = jobRow({ id: randomUUID(), host: 'local', createdAt: startedAt, startedAt, logBytes: 10_000, ...ended })
    store.jobs.insert(job)
  }
  store.close()
}
