/**
 * window-line: from the moment a job prints a line on its host until the line is painted in the window, in the log and in the terminal.
 * The job writes the time into each line; it and the page read one clock, the machine's.
 */
import type { Page } from 'playwright-core'
import type { Product } from '../test/helpers/product.ts'
import { againstAim, type BenchRow, percentile, range } from './bench.ts'
import { paintedLines, TIMED_LINES } from './painted-lines.ts'
import { onStage } from './stage.ts'
import { inWindow } from './window.ts'

export const names = ['window-line']

const AIM_MS = 50
const LINES = 100
const SIZE = { columns: 80, rows: 24 }

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, ({ product }) =>
    inWindow(product, async ({ page, address }) => {
      const row = async (name: string, way: 'log' | 'terminal') => {
        const figures = await lines(product, page, { address, way })
        return againstAim({
          ...{ name, unit: 'ms (p95)', better: 'lower', aim: AIM_MS, n: figures.length },
          ...{ ours: percentile(figures, 0.95), spread: range(figures) },
        })
      }
      return [await row('window-line', 'log'), await row('window-line:terminal', 'terminal')]
    }),
  )
}

async function lines(
  product: Product,
  page: Page,
  { address, way }: { address: string; way: 'log' | 'terminal' },
): Promise<number[]> {
  const command = { argv: ['bash', '-c', TIMED_LINES] }
  const terminal = way === 'terminal' ? SIZE : null
  const { job } = await product.call('job.push', { command, folder: null, sync: false, host: 'h1', terminal })
  await product.reaches(job.id, 'running')
  await page.goto(`${address}/#/jobs/${job.id}/${way}`)
  await page.getByText(way === 'log' ? 'Following the end' : 'Attached. Leaving').waitFor()
  const figures = await paintedLines(page, { rows: way === 'log' ? '.log-row' : null, count: LINES })
  await product.call('job.stop', { job: job.id })
  return figures
}
