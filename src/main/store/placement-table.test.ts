import { expect, test } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { waitFor } from '../../../test/helpers/wait.ts'
import { PlacementTable } from './placement-table.ts'

test('what a placement was made from is kept until its job goes, and is there before the job is', () => {
  const { jobs, placements } = temporaryStore()
  placements.save('a', () => '"box"')
  expect(placements.get('a')).toBe('"box"')
  placements.save('a', () => '"other"')
  expect(placements.get('a')).toBe('"other"')
  jobs.insert(jobRow({ id: 'a', state: 'ended', outcome: 'lost' }))
  jobs.remove('a')
  expect(placements.get('a')).toBeNull()
})

test('it is written when whoever waits has been answered, and before the store is closed', async () => {
  const { database, placements } = temporaryStore()
  const count = () => database.sqlite.prepare('SELECT count(*) FROM placement_inputs').pluck().get()
  placements.save('a', () => '1')
  expect(count()).toBe(0)
  await waitFor(() => count() === 1)
  placements.save('b', () => '2')
  placements.flush()
  expect(count()).toBe(2)
})

test('only the newest are kept', () => {
  const { database, late } = temporaryStore()
  const placements = new PlacementTable(database, late, 2)
  for (const id of ['a', 'b', 'c']) placements.save(id, () => '1')
  expect(['a', 'b', 'c'].map(id => placements.get(id) !== null)).toEqual([false, true, true])
})
