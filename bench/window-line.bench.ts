/**
 * window-line: from the moment a job prints a line on its host until the line is painted in the window, in the log and in the terminal.
 * The job writes the time into each line; it and the page read one clock, the machine's.
 */
import type { Page } from 'playwright-core'
import type { Product } from '../test/helpers/product.ts'
import { againstAim, type BenchRow, percentile, range } from './bench.ts'
import { onStage } from './stage.ts'
import { inWindow } from './window.ts'

export const names = ['window-line']

const AIM_MS = 50
const LINES = 100
/** Not in step with the frames, and long enough for the one before to be over. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that expands this.
const JOB = 'for n in $(seq 1 100000); do echo "line $n at ${EPOCHREALTIME/./}."; sleep 0.1$((RANDOM % 90 + 10)); done'
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
  const command = { argv: ['bash', '-c', JOB] }
  const terminal = way === 'terminal' ? SIZE : null
  const { job } = await product.call('job.push', { command, folder: null, sync: false, host: 'h1', terminal })
  await product.reaches(job.id, 'running')
  await page.goto(`${address}/#/jobs/${job.id}/${way}`)
  await page.getByText(way === 'log' ? 'Following the end' : 'Attached. Leaving').waitFor()
  const figures = await page.evaluate(measureLines, [way, LINES] as const)
  await product.call('job.stop', { job: job.id })
  return figures
}

/** In the page: what each new line took, `count` of them. */
function measureLines([way, count]: readonly ['log' | 'terminal', number]): Promise<number[]> {
  return new Promise(resolve => {
    const figures: number[] = []
    const pageBegan = window.bench.epoch(0)
    let last = 0
    const drawn = (rows: readonly string[]) => {
      const lines = rows.flatMap(row => [...row.matchAll(/line (\d+) at (\d{16})\./g)])
      const [, number, printedAt] = lines.toSorted((a, b) => Number(a[1]) - Number(b[1])).at(-1) ?? []
      if (number === undefined || Number(number) <= last) return
      // What stands there at first came at any time.
      const isFirst = last === 0
      last = Number(number)
      if (isFirst) return
      void window.bench.painted().then(at => {
        figures.push(pageBegan + at - Number(printedAt) / 1_000)
        if (figures.length === count) resolve(figures)
      })
    }
    if (way === 'terminal') window.benchTerminal.onDrawn(drawn)
    else {
      const rows = () => [...document.querySelectorAll('.log-row')].map(row => row.textContent ?? '')
      new MutationObserver(() => drawn(rows())).observe(document.body, { subtree: true, childList: true })
    }
  })
}
