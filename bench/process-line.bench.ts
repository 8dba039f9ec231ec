/**
 * process-line: from a line's printing by a process until it is with a client of the merged output, as the window is one; alone, and beside a
 * neighbour in the same stream that prints 100 MB/s. What the window takes to draw it: see window-line.
 */
import { execFileSync } from 'node:child_process'
import { createClient } from '../src/cli/client.ts'
import type { CoreSession } from '../src/cli/core-client.ts'
import { outputEntries } from '../src/cli/processes/output-entries.ts'
import { projectFolder } from '../test/helpers/project.ts'
import { againstAim, type BenchRow, percentile, range } from './bench.ts'
import { epochMicroseconds } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['process-line']

const LINES = 200
/** The first ones come while all begins. */
const WARM_UPS = 20
const PROCFILE = `line: bash -c 'while :; do echo "$EPOCHREALTIME"; sleep 0.05; done'
flood: while :; do cat block; sleep 0.1; done
`

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, async ({ product }) => {
    const session = await createClient({ env: product.env }).connect()
    const folder = projectFolder(product.home.dir, { Procfile: PROCFILE })
    // 10 MB, ten times a second.
    execFileSync(
      'sh',
      [
        '-c',
        'yes "a line as long as what a build prints, with a path/to/some/file.c and a word or two" | head -c 10000000 >block',
      ],
      { cwd: folder },
    )
    const rows: BenchRow[] = []
    try {
      for (const host of ['local', 'h1']) {
        for (const [what, processes, aim] of [
          ['idle', ['line'], 50],
          ['flood', ['line', 'flood'], 250],
        ] as const) {
          await session.call('project.up', { folder, host, processes: [...processes] })
          const waits = await waitsOf(session, folder)
          await session.call('project.down', { project: folder, graceMs: 0 })
          const ours = percentile(waits, 0.95)
          const row = { unit: 'ms p95', better: 'lower', aim, ours, n: waits.length, spread: range(waits) } as const
          rows.push(againstAim({ name: `process-line:${what}${host === 'local' ? '' : '-ssh'}`, ...row }))
        }
      }
      return rows
    } finally {
      session.close()
    }
  })
}

async function waitsOf(session: CoreSession, project: string): Promise<number[]> {
  const waits: number[] = []
  const stream = await session.openOutput({ project, follow: true })
  for await (const entries of outputEntries(stream)) {
    const now = epochMicroseconds()
    for (const entry of entries) {
      if (entry.type === 'line' && entry.process === 'line.1') waits.push((now - Number(entry.text.replace('.', ''))) / 1_000)
    }
    if (waits.length >= LINES + WARM_UPS) break
  }
  return waits.slice(WARM_UPS)
}
