/**
 * process-line: from a line's printing by a process until it is painted in the window, which looks at that process; alone, and beside a
 * neighbour of the same project and host that prints 100 MB/s. `stream`: until it is with a client of the merged output, which gets the
 * neighbour's lines as well; in a window they are soon out of sight.
 */
import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { createClient } from '../src/cli/client.ts'
import { outputEntries } from '../src/cli/processes/output-entries.ts'
import { projectFolder } from '../test/helpers/project.ts'
import { againstAim, type BenchRow, percentile, range } from './bench.ts'
import { epochMicroseconds } from './measure.ts'
import { paintedLines, TIMED_LINES } from './painted-lines.ts'
import { onStage } from './stage.ts'
import { inWindow } from './window.ts'

export const names = ['process-line']

const LINES = 100
const PROCFILE = `line: bash line.sh
flood: while :; do cat block; sleep 0.1; done
`

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, ({ product }) =>
    inWindow(product, async ({ page, address }) => {
      const folder = projectFolder(product.home.dir, { Procfile: PROCFILE, 'line.sh': TIMED_LINES })
      // 10 MB, ten times a second.
      const text = 'a line as long as what a build prints, with a path/to/some/file.c and a word or two'
      execFileSync('sh', ['-c', `yes "${text}" | head -c 10000000 >block`], { cwd: folder })
      const rows: BenchRow[] = []
      const row = (name: string, aim: number, waits: number[]) => {
        const ours = percentile(waits, 0.95)
        rows.push(againstAim({ name, unit: 'ms p95', better: 'lower', aim, ours, n: waits.length, spread: range(waits) }))
      }
      for (const host of ['local', 'h1']) {
        const where = host === 'local' ? '' : '-ssh'
        for (const [what, processes, aim] of [
          ['idle', ['line'], 50],
          ['flood', ['line', 'flood'], 250],
        ] as const) {
          const { project } = await product.call('project.up', { folder, host, processes: [...processes] })
          row(`process-line:${what}${where}`, aim, await inPage(page, `${address}/#/processes/${project.id}/line.1`))
          if (what === 'flood') {
            await page.goto(`${address}/#/jobs`)
            row(`process-line:stream${where}`, aim, await inStream(product.env, folder))
          }
          await product.call('project.down', { project: folder, graceMs: 0 })
        }
      }
      return rows
    }),
  )
}

async function inPage(page: Page, url: string): Promise<number[]> {
  await page.goto(url)
  await page.getByRole('log').waitFor()
  return await paintedLines(page, { rows: '.out-row', count: LINES })
}

async function inStream(env: Record<string, string>, project: string): Promise<number[]> {
  const session = await createClient({ env }).connect()
  try {
    const begunAt = epochMicroseconds()
    const waits: number[] = []
    const stream = await session.openOutput({ project, follow: true })
    for await (const entries of outputEntries(stream)) {
      const now = epochMicroseconds()
      for (const entry of entries) {
        if (entry.type !== 'line' || entry.process !== 'line.1') continue
        const printedAt = Number(/ at (\d+)\./.exec(entry.text)?.[1])
        // What was there before came at any time.
        if (printedAt > begunAt) waits.push((now - printedAt) / 1_000)
      }
      if (waits.length >= LINES) break
    }
    return waits
  } finally {
    session.close()
  }
}
