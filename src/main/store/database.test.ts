import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { AppError } from '../../shared/errors.ts'
import { Database } from './database.ts'
import { APPLICATION_ID, MIGRATIONS, migrate } from './migrate.ts'
import { openStore } from './store.ts'

function codeOf(open: () => unknown): string {
  try {
    open()
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return 'no error'
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('the folder is 0700 and the files are 0600, also when they were open to others before', () => {
  const folder = join(temporaryFolder(), 'deep', 'drover')
  const path = join(folder, 'drover.db')
  const store = openStore(path)
  expect([mode(folder), mode(path), mode(`${path}-wal`)]).toEqual(['700', '600', '600'])
  store.close()
  chmodSync(folder, 0o755)
  chmodSync(path, 0o644)
  openStore(path).close()
  expect([mode(folder), mode(path)]).toEqual(['700', '600'])
  expect(readdirSync(folder)).toEqual(['drover.db'])
})

test('what was written is there after closing and opening again', () => {
  const path = join(temporaryFolder(), 'drover.db')
  const first = openStore(path)
  first.jobs.insert(jobRow({ id: 'a' }))
  first.close()
  const second = openStore(path)
  onTestFinished(() => second.close())
  expect(second.jobs.get('a')).toEqual(jobRow({ id: 'a' }))
  expect(second.computerId).toBe(first.computerId)
})

test('a second opening is CORE_RUNNING, in this process too, and the first keeps its lock', () => {
  const path = join(temporaryFolder(), 'drover.db')
  const store = openStore(path)
  onTestFinished(() => store.close())
  for (let again = 0; again < 2; again++) expect(codeOf(() => openStore(path, { lockTimeoutMs: 0 }))).toBe('CORE_RUNNING')
  store.jobs.insert(jobRow({ id: 'a' }))
  expect(store.jobs.get('a')?.id).toBe('a')
})

test('migrations are all or nothing', () => {
  const sqlite = new BetterSqlite3(join(temporaryFolder(), 'a.db'))
  onTestFinished(() => {
    sqlite.close()
  })
  expect(() => migrate(sqlite, 'a.db', ['CREATE TABLE one (x) ', 'CREATE TABLE one (x)'])).toThrow(/already exists/)
  expect(sqlite.pragma('user_version', { simple: true })).toBe(0)
  expect(sqlite.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0)
  migrate(sqlite, 'a.db', ['CREATE TABLE one (x)'])
  migrate(sqlite, 'a.db', ['CREATE TABLE one (x)', 'CREATE TABLE two (x)'])
  expect(sqlite.pragma('user_version', { simple: true })).toBe(2)
})

test('a file of a newer Drover is TOO_NEW and stays as it is, byte for byte', () => {
  const path = join(temporaryFolder(), 'drover.db')
  openStore(path).close()
  const sqlite = new BetterSqlite3(path)
  sqlite.pragma(`user_version = ${MIGRATIONS.length + 1}`)
  sqlite.close()
  const before = readFileSync(path)
  expect(codeOf(() => openStore(path))).toBe('TOO_NEW')
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('what is no database of ours is BAD_CONFIG, named, and stays as it is', () => {
  const folder = temporaryFolder()
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 })
    return join(folder, name)
  }
  const foreign = new BetterSqlite3(join(folder, 'foreign.db'))
  foreign.exec('CREATE TABLE note (text)')
  foreign.close()
  const good = join(folder, 'good.db')
  openStore(good).close()
  const page = readFileSync(good)
  page.fill(0xff, 100, 4096)
  for (const path of [write('text.db', 'hello world\n'.repeat(500)), join(folder, 'foreign.db'), write('damaged.db', page)]) {
    const before = readFileSync(path)
    expect(() => openStore(path)).toThrow(path)
    expect(codeOf(() => openStore(path))).toBe('BAD_CONFIG')
    expect(readFileSync(path).equals(before)).toBe(true)
  }
})

test('a folder, a broken place or a file in the way is a clear error', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'drover.db'))
  writeFileSync(join(folder, 'file'), '')
  symlinkSync('/nowhere/at/all', join(folder, 'dangling'))
  for (const path of [join(folder, 'drover.db'), join(folder, 'file', 'drover.db'), join(folder, 'dangling')]) {
    expect(codeOf(() => openStore(path))).toBe('BAD_CONFIG')
    expect(() => openStore(path)).toThrow(folder)
  }
})

test('an empty file, left by a core killed while it made it, becomes a database', () => {
  const path = join(temporaryFolder(), 'drover.db')
  writeFileSync(path, '')
  const store = openStore(path)
  onTestFinished(() => store.close())
  expect(store.database.sqlite.pragma('application_id', { simple: true })).toBe(APPLICATION_ID)
})

test('a full disk is DISK_FULL, and what was there stays', () => {
  const { database, jobs } = temporaryStore()
  jobs.insert(jobRow({ id: 'before' }))
  database.sqlite.pragma(`max_page_count = ${Number(database.sqlite.pragma('page_count', { simple: true }))}`)
  expect(codeOf(() => jobs.insert(jobRow({ id: 'big', reason: 'x'.repeat(1_000_000) })))).toBe('DISK_FULL')
  expect(jobs.list({ limit: 10 }).map(row => row.id)).toEqual(['before'])
  database.sqlite.pragma('max_page_count = 1000000')
  jobs.insert(jobRow({ id: 'after' }))
})

test('a promise to wait for the disk cannot be made inside another write', () => {
  const database = Database.open(join(temporaryFolder(), 'drover.db'))
  onTestFinished(() => database.close())
  expect(() => database.write(() => database.durably(() => undefined))).toThrow(TypeError)
  expect(database.sqlite.pragma('synchronous', { simple: true })).toBe(1)
})
