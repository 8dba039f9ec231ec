/** Jobs in the store of a core that does not run: as many as one likes, of any outcome, at no cost of running them. */
import { systemPaths } from '../../src/main/config/paths.ts'
import { COLUMNS, type JobRow } from '../../src/main/store/job-table.ts'
import { openStore } from '../../src/main/store/store.ts'
import { Table } from '../../src/main/store/table.ts'
import { jobRow } from './job-row.ts'
import type { Product } from './product.ts'

export function seedJobs(product: Product, rows: readonly (Partial<JobRow> & { id: string })[]): void {
  const store = openStore(systemPaths(product.env).databaseFile)
  try {
    // Past JobTable.insert, which waits for the disk at each.
    const insert = new Table(store.database.sqlite, 'job', COLUMNS).inserter('INSERT')
    store.database.write(() => {
      for (const row of rows) insert(jobRow(row))
    })
  } finally {
    store.close()
  }
}

/** `count` jobs that ended well on `local`, a second apart, the last one now. Ids count up: `00000000-…`, `00000001-…`. */
export function manyJobs(count: number, now: number): (Partial<JobRow> & { id: string })[] {
  return Array.from({ length: count }, (_, index) => {
    const createdAt = now - (count - index) * 1000
    return {
      id: `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`,
      host: 'local',
      command: { line: `make target-${index}` },
      folder: `/home/me/projects/p${index % 7}`,
      state: 'ended',
      outcome: 'exited',
      exitCode: index % 50 === 0 ? 2 : 0,
      createdAt,
      startedAt: createdAt,
      endedAt: createdAt + index,
      peakMemoryBytes: index * 1000,
    }
  })
}
