/** The database of every release opens, and what stood in it is there. */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { openStore } from './store.ts'

const FOLDER = join(import.meta.dirname, '../../../test/fixtures/databases')
const FILES = readdirSync(FOLDER).filter(name => name.endsWith('.db'))

test('there is a database of a release to try', () => {
  expect(FILES).toContain('v0.1.0.db')
})

test.each(FILES)('%s opens', name => {
  const path = join(temporaryFolder(), name)
  copyFileSync(join(FOLDER, name), path)
  const store = openStore(path)
  onTestFinished(() => store.close())
  expect(store.computerId).toMatch(/^[0-9a-f-]{36}$/)
  expect(store.jobs.findByPrefix('1111')).toMatchObject([
    {
      command: { line: 'make && echo "größe"' },
      env: { CC: 'clang' },
      exitCode: 2,
      outcome: 'exited',
      placement: { host: 'box' },
    },
  ])
  expect(store.jobs.listUnfinished()).toMatchObject([{ state: 'running', host: 'box' }])
  expect(store.hosts.get('box')).toMatchObject({ transport: 'ssh2', eventGeneration: 'g', eventOffset: 77 })
  expect(store.history.stats('k', '/home/me/project').overall).toMatchObject({ runs: 1, peakMemoryBytes: 2 ** 31 })
  expect(store.folders.get('box', 'f')).toMatchObject({ manifestHash: 'h', files: 2000 })
  expect(store.imports.list()).toMatchObject([{ source: 'p', names: ['box'] }])
})
