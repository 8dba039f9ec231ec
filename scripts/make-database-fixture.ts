/**
 * Writes the database of this version for test/fixtures/databases: once for each schema, which must open in every later one.
 * With the step that makes the schema, so that every later step has a database to be tried on:
 * `node scripts/make-database-fixture.ts test/fixtures/databases/v0.1.0-schema-6.db`
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { encodeInputs } from '../src/main/allocator/inputs-codec.ts'
import { openStore } from '../src/main/store/store.ts'
import { jobRow } from '../test/helpers/job-row.ts'
import { processRow } from '../test/helpers/process-row.ts'

const [name] = process.argv.slice(2)
if (name === undefined) throw new Error('Say which file to write')
const path = resolve(name)
if (existsSync(path)) throw new Error(`${path} is there: the database of a schema is never written again`)

const AT = 1_760_000_000_000
const store = openStore(path)
store.jobs.insert(
  jobRow({
    id: '11111111-1111-4111-8111-111111111111',
    host: 'box',
    command: { line: 'make && echo "größe"' },
    env: { CC: 'clang' },
    needs: ['gpu'],
    pull: ['out/*'],
    pullResults: [
      { pattern: 'out/*', files: 0, error: { code: 'CONFLICT', message: 'Already there: größe', details: { count: 1 } } },
    ],
    hasTerminal: true,
    columns: 80,
    rows: 24,
    workdir: '/home/me/.drover/workdirs/11111111-1111-4111-8111-111111111111',
    state: 'ended',
    outcome: 'exited',
    exitCode: 2,
    createdAt: AT,
    startedAt: AT + 1000,
    endedAt: AT + 61_000,
    logBytes: 12_345,
    peakMemoryBytes: 2 ** 31,
    cpuMs: 120_000,
    placement: {
      host: 'box',
      reason: 'the only host that fits',
      score: 1.5,
      candidates: [{ host: 'box', score: 1.5, refused: null }],
    },
  }),
)
store.jobs.insert(
  jobRow({ id: '22222222-2222-4222-8222-222222222222', host: 'box', state: 'running', createdAt: AT + 5, unknownSince: AT + 9 }),
)
store.jobs.insert(
  jobRow({
    id: '33333333-3333-4333-8333-333333333333',
    host: 'box',
    state: 'stopping',
    createdAt: AT + 6,
    stopRequestedAt: AT + 8,
    pendingStop: { signal: 'INT', graceMs: 5000 },
  }),
)
store.jobs.insert(
  jobRow({
    id: '44444444-4444-4444-8444-444444444444',
    host: 'box',
    pull: ['a', 'b'],
    pullResults: [{ pattern: 'a', files: 3, error: null }],
    state: 'ended',
    outcome: 'exited',
    exitCode: 0,
    createdAt: AT + 7,
    startedAt: AT + 8,
    endedAt: AT + 9,
  }),
)
const need = { memoryBytes: 1, durationMs: null, needs: ['gpu'], pin: null, affinity: null, lastHost: null, notes: [] }
store.placements.save('11111111-1111-4111-8111-111111111111', () => encodeInputs({ hosts: [], need }))
store.tokens.add({ name: 'prometheus', hash: 'cd'.repeat(32), createdAt: AT, usedAt: null })
store.servers.put({
  projectId: '55555555-5555-4555-8555-555555555555',
  port: 8000,
  tokenHash: 'ef'.repeat(32),
  cascade: true,
  createdAt: AT,
})
store.hosts.update('box', { transport: 'ssh2', linkBytesPerSecond: 1e7, eventGeneration: 'g', eventOffset: 77, lastSeenAt: AT })
store.history.append({
  commandKey: 'k',
  host: 'box',
  folder: '/home/me/project',
  endedAt: AT,
  peakMemoryBytes: 2 ** 31,
  durationMs: 60_000,
  exitCode: 2,
})
store.folders.put({
  host: 'box',
  folderKey: 'f',
  folder: '/home/me/project',
  manifestHash: 'h',
  bytes: 50_000_000,
  files: 2000,
  syncedAt: AT,
})
store.imports.append({ source: 'p', path: '/home/me/.config/p/config.yaml', importedAt: AT, names: ['box'] })
store.web.save([{ hash: 'ab'.repeat(32), role: 'readonly', createdAt: AT, usedAt: AT + 1 }])
store.web.setPort({ configured: 7373, port: 7374 })
store.metrics.append([
  {
    name: 'box',
    connection: 'me@box',
    at: AT,
    values: {
      cpuMinPermille: 100,
      cpuPermille: 250,
      cpuMaxPermille: 900,
      ioWaitPermille: 5,
      loadHundredths: 175,
      memoryTotalKib: 16_000_000,
      memoryAvailableKib: 8_000_000,
      cpuPressurePermille: null,
      memoryPressurePermille: null,
      ioPressurePermille: null,
      networkInBytesPerS: 123_456,
      networkOutBytesPerS: 7,
      diskReadBytesPerS: 0,
      diskWriteBytesPerS: 4096,
      diskTotalKib: 500_000_000,
      diskFreeKib: 100_000_000,
    },
  },
])
store.projects.atOnce(() => {
  const project = '55555555-5555-4555-8555-555555555555'
  store.projects.putProject({
    ...{ id: project, folder: '/home/me/shop', name: 'shop', procfile: null, formation: { web: 2 }, port: 5000, host: null },
    ...{ env: { LANG: 'de' }, problems: [], whenOneEnds: 'leave', createdAt: AT },
    here: { PORT: '3000' },
  })
  const brokenBy = {
    patternId: 'p',
    pattern: 'panic:',
    jobId: 'j',
    at: AT,
    byte: 7,
    line: 'panic: größe',
    lines: ['panic: größe'],
  }
  store.projects.putProcess(
    processRow({ id: '66666666-6666-4666-8666-666666666666', projectId: project, state: 'broken', brokenBy }),
  )
  store.projects.putPattern({
    ...{ id: '77777777-7777-4777-8777-777777777777', projectId: project, process: 'web', pattern: 'panic:', isRegex: false },
    ...{ action: { type: 'stop' }, source: 'person' },
  })
})
store.jobMetrics.append([{ jobId: '11111111-1111-4111-8111-111111111111', at: AT + 10_000, cpuPermille: 1500, memoryKib: 2048 }])
store.close()
