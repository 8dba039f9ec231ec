/** The database of every schema that there was opens, and what stood in it is there. */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { columnsOf } from '../../../test/helpers/metric-columns.ts'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { RAW } from './metric-levels.ts'
import { METRIC_SCHEMA } from './metric-schema.ts'
import { MIGRATIONS, schemaVersion } from './migrate.ts'
import { PROJECT_MIGRATION } from './project-table.ts'
import { SERVER_MIGRATION } from './server-table.ts'
import { openStore } from './store.ts'
import { TOKEN_MIGRATION } from './token-table.ts'

const FOLDER = join(import.meta.dirname, '../../../test/fixtures/databases')
/** The first schema with what is kept of hosts' load. */
const METRICS_SCHEMA = MIGRATIONS.indexOf(METRIC_SCHEMA) + 1
const TOKEN_SCHEMA = MIGRATIONS.indexOf(TOKEN_MIGRATION) + 1
const PROJECT_SCHEMA = MIGRATIONS.indexOf(PROJECT_MIGRATION) + 1
const SERVER_SCHEMA = MIGRATIONS.indexOf(SERVER_MIGRATION) + 1
const FILES = readdirSync(FOLDER).filter(name => name.endsWith('.db'))

test('each schema has a database to try: see scripts/make-database-fixture.ts', () => {
  const schemas = FILES.map(name => schemaOf(copyOf(name)))
  expect(schemas.toSorted((one, other) => one - other)).toEqual(MIGRATIONS.map((_, index) => index + 1))
})

test.each(FILES)('%s opens', name => {
  const path = copyOf(name)
  const schema = schemaOf(path)
  const store = openStore(path)
  onTestFinished(() => store.close())
  expect(store.computerId).toMatch(/^[0-9a-f-]{36}$/)
  expect(store.jobs.findByPrefix('1111')).toMatchObject([
    {
      command: { line: 'make && echo "größe"' },
      env: { CC: 'clang' },
      needs: schema < 6 ? [] : ['gpu'],
      exitCode: 2,
      outcome: 'exited',
      placement: { host: 'box' },
      pendingStop: null,
      pullResults: [{ pattern: 'out/*', files: 0, error: schema < 3 ? null : { code: 'CONFLICT' } }],
    },
  ])
  const [{ id } = { id: '' }] = store.jobs.findByPrefix('1111')
  expect(store.placements.get(id) === null).toBe(schema < 6)
  const owing = { exitCode: 0, pull: ['a', 'b'], pullResults: [{ pattern: 'a', files: 3, error: null }] }
  expect(store.jobs.listOwing('box')).toMatchObject(schema < 3 ? [] : [owing])
  const stopping = { state: 'stopping', host: 'box', pendingStop: { signal: 'INT', graceMs: 5000 } }
  expect(store.jobs.listUnfinished()).toMatchObject([{ state: 'running', host: 'box' }, ...(schema < 2 ? [] : [stopping])])
  expect(store.hosts.get('box')).toMatchObject({ transport: 'ssh2', eventGeneration: 'g', eventOffset: 77 })
  expect(store.history.stats('k', '/home/me/project').overall).toMatchObject({ runs: 1, peakMemoryBytes: 2 ** 31 })
  expect(store.folders.get('box', 'f')).toMatchObject({ manifestHash: 'h', files: 2000 })
  expect(store.web.list()).toEqual(
    schema < 4
      ? []
      : [
          {
            hash: 'ab'.repeat(32),
            role: schema < 8 ? 'owner' : 'readonly',
            createdAt: 1_760_000_000_000,
            usedAt: 1_760_000_000_001,
          },
        ],
  )
  expect(store.web.port()).toEqual(schema < 4 ? null : { configured: 7373, port: 7374 })
  expect(store.servers.list()).toMatchObject(schema < SERVER_SCHEMA ? [] : [{ port: 8000, cascade: true }])
  const grid = { level: RAW, firstAt: 1_760_000_000_000, stepMs: RAW.stepMs, count: 1 }
  expect(store.tokens.list().map(({ name }) => name)).toEqual(schema < TOKEN_SCHEMA ? [] : ['prometheus'])
  expect(columnsOf(store.metrics, grid)?.cpuPermille).toEqual(schema < METRICS_SCHEMA ? undefined : [250])
  expect(store.jobMetrics.span('11111111-1111-4111-8111-111111111111') !== null).toBe(schema >= METRICS_SCHEMA)
  const { projects, processes, patterns } = store.projects.all()
  expect(projects.map(({ formation }) => formation)).toEqual(schema < PROJECT_SCHEMA ? [] : [{ web: 2 }])
  expect(processes.map(({ brokenBy }) => brokenBy?.line)).toEqual(schema < PROJECT_SCHEMA ? [] : ['panic: größe'])
  expect(patterns).toHaveLength(schema < PROJECT_SCHEMA ? 0 : 1)
  expect(store.imports.list()).toMatchObject([{ source: 'p', names: ['box'] }])
})

function copyOf(name: string): string {
  const path = join(temporaryFolder(), name)
  copyFileSync(join(FOLDER, name), path)
  return path
}

function schemaOf(path: string): number {
  const sqlite = new Sqlite(path)
  try {
    return schemaVersion(sqlite, path)
  } finally {
    sqlite.close()
  }
}
