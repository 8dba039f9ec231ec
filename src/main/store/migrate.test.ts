/** What a step makes of what stood in a database before it. */
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { MIGRATIONS, migrate } from './migrate.ts'
import { openStore } from './store.ts'

test('of jobs that had ended nothing is owed, and of those that had not, all that they declared will be', () => {
  const path = join(temporaryFolder(), 'drover.db')
  const before = new BetterSqlite3(path)
  migrate(before, path, MIGRATIONS.slice(0, 2))
  const insert = before.prepare(
    `INSERT INTO job (id, kind, host, command, folder, is_synced, has_terminal, env, pull, state, outcome, created_at, started_at)
      VALUES (?, 'push', 'box', '{"line":"make"}', '/here', 1, 0, '{}', '["a","b*"]', ?, ?, 1, 2)`,
  )
  insert.run('ended', 'ended', 'exited')
  insert.run('running', 'running', null)
  before.close()
  const { jobs, close } = openStore(path)
  onTestFinished(close)
  const nothing = ['a', 'b*'].map(pattern => ({ pattern, files: 0, error: null }))
  expect(['ended', 'running'].map(id => jobs.get(id)?.pullResults)).toEqual([nothing, []])
  expect(jobs.listOwing('box')).toEqual([])
  jobs.update('running', { state: 'ended', outcome: 'exited' })
  expect(jobs.listOwing('box').map(({ id }) => id)).toEqual(['running'])
})
