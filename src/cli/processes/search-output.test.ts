import { expect, test } from 'vitest'
import type { ProcessMatch } from '../../shared/process.ts'
import { inOrder, searchOutput } from './search-output.ts'

const match = (process: string, jobId: string, byte: number, at: number | null): ProcessMatch => ({
  process,
  jobId,
  run: 1,
  byte,
  at,
  text: `${process} ${byte}`,
})

/** Gives what it found in two parts. */
function session(parts: ProcessMatch[][]) {
  return {
    call: async (_method: string, { cursor }: { cursor: string | null }) => {
      const part = cursor === null ? 0 : Number(cursor)
      return {
        matches: parts[part],
        cursor: part + 1 < parts.length ? String(part + 1) : null,
        share: 1,
        silentHosts: part === 1 ? ['box'] : [],
      }
    },
  } as never
}

const PARTS = [
  [match('web.1', 'b', 0, 30), match('web.1', 'b', 9, 40)],
  [match('db.1', 'c', 5, 35), match('web.1', 'a', 7, 10), match('web.1', 'a', 3, 10)],
]
const search = { project: '/shop', processes: [], grep: { pattern: 'x', ignoreCase: false }, lines: null, since: null }
const found = async (more = {}) =>
  (await searchOutput(session(PARTS), { ...search, ...more })).lines.map(line => `${line.jobId}${line.byte}`)

test('all that is found, oldest first, each run in its own order', async () => {
  expect(await found()).toEqual(['a3', 'a7', 'b0', 'c5', 'b9'])
})

test('the newest of each process, and not what is older than asked for', async () => {
  expect(await found({ lines: 1 })).toEqual(['c5', 'b9'])
  expect(await found({ lines: 2 })).toEqual(['b0', 'c5', 'b9'])
  expect(await found({ lines: 0 })).toEqual([])
  expect(await found({ since: 31 })).toEqual(['c5', 'b9'])
})

test('of more than can be shown the newest, with how many are left out; and whom nobody could ask', async () => {
  const { lines, leftOut, silentHosts } = await searchOutput(session(PARTS), search, 2)
  expect([lines.map(line => `${line.jobId}${line.byte}`), leftOut, silentHosts]).toEqual([['c5', 'b9'], 3, ['box']])
})

test('lines of a run stay as they stand there, also where its clock was set back', () => {
  const matches = [match('web.1', 'a', 0, 50), match('web.1', 'a', 9, 20), match('db.1', 'c', 0, 30), match('db.1', 'c', 4, 60)]
  expect(inOrder(matches).map(({ jobId, byte }) => `${jobId}${byte}`)).toEqual(['c0', 'a0', 'a9', 'c4'])
})
