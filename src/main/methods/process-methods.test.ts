/** When a project may be forgotten. */
import { expect, test } from 'vitest'
import { processRow } from '../../../test/helpers/process-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import type { Principal } from '../../shared/contract.ts'
import type { ProcessRow } from '../store/project-table.ts'
import { ProcessBook } from '../supervisor/process-book.ts'
import { type ProcessParts, processMethods } from './process-methods.ts'

const PROJECT = 'aaaaaaaa-0000-4000-8000-000000000000'
const ID = 'bbbbbbbb-0000-4000-8000-000000000000'
const OWNER: Principal = { role: 'owner' }

function ground(change: Partial<ProcessRow>, removeRuns: (book: ProcessBook) => void = () => undefined) {
  const { projects: table } = temporaryStore()
  table.atOnce(() => {
    table.putProject({
      ...{ id: PROJECT, folder: '/shop', name: 'shop', procfile: null, formation: {}, port: null, host: null, env: {} },
      ...{ here: {}, problems: [], whenOneEnds: 'leave', createdAt: 0 },
    })
    table.putProcess(processRow({ id: ID, projectId: PROJECT, ...change }))
  })
  const nothing = () => undefined
  const book = new ProcessBook({ table, job: nothing, emit: nothing, now: () => 0, changed: nothing, moved: nothing })
  const parts = { book, removeRuns: async () => removeRuns(book) } as unknown as ProcessParts
  return { book, remove: () => processMethods(parts)['project.remove']({ project: PROJECT }, OWNER) }
}

test.each<[string, Partial<ProcessRow>]>([
  ['runs', { state: 'running', isWanted: true }],
  ['waits, and may begin any moment', { state: 'waiting', isWanted: true }],
  ['is run again by its host', { state: 'dead', isWanted: true, hostRestart: 'always' }],
  ['is to be stopped on a host that is away', { state: 'stopped', stopOwed: { signal: 'TERM', graceMs: 1 } }],
])('a project is not forgotten while one of it %s', async (_what, change) => {
  const { book, remove } = ground(change)
  await expect(remove()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('web.1 of shop') })
  expect(book.projects()).toHaveLength(1)
})

test('one of which nothing runs is forgotten, unless somebody starts it meanwhile', async () => {
  const atRest = ground({ state: 'done', isWanted: true })
  await atRest.remove()
  expect(atRest.book.projects()).toEqual([])
  const started = ground({ state: 'stopped' }, book => book.apply(ID, { type: 'wanted' }))
  await expect(started.remove()).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(started.book.projects()).toHaveLength(1)
})
