import { expect, test } from 'vitest'
import { DROP_BATCH, DROP_BATCH_CHARACTERS, type DropEntry } from '../../shared/drop.ts'
import { batchesOf } from './batches.ts'

test('all entries come once and in order, in batches that fit', () => {
  const entries = Array.from({ length: 10_001 }, (_, index): DropEntry => ['x'.repeat(1 + (index % 4_000)), index, 0])
  const batches = [...batchesOf(entries)]
  expect(batches.flat()).toEqual(entries)
  for (const batch of batches) {
    expect(batch.length).toBeLessThanOrEqual(DROP_BATCH)
    expect(batch.reduce((sum, [path]) => sum + path.length, 0)).toBeLessThanOrEqual(DROP_BATCH_CHARACTERS)
  }
  // At six bytes a character, as JSON writes control characters, with the figures beside them: a message has 1 MiB.
  expect(6 * DROP_BATCH_CHARACTERS + 40 * DROP_BATCH).toBeLessThan(1024 * 1024)
})

test('nothing is no batch; one that is too long by itself goes alone', () => {
  expect([...batchesOf([])]).toEqual([])
  const long: DropEntry = ['x'.repeat(DROP_BATCH_CHARACTERS + 1), 0, 0]
  expect([...batchesOf([long, long])]).toEqual([[long], [long]])
})
