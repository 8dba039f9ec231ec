import { expect, test } from 'vitest'
import { hostInput, needOf } from '../../../test/helpers/host-input.ts'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { PlacementTable } from './placement-table.ts'

const inputs = (name: string) => ({ hosts: [hostInput(name)], need: needOf({ lastHost: name }) })

test('what a placement was made from is kept until its job goes, and is there before the job is', () => {
  const { jobs, placements } = temporaryStore()
  placements.save('a', inputs('box'))
  expect(placements.get('a')).toEqual(inputs('box'))
  placements.save('a', inputs('other'))
  expect(placements.get('a')).toEqual(inputs('other'))
  jobs.insert(jobRow({ id: 'a', state: 'ended', outcome: 'lost' }))
  jobs.remove('a')
  expect(placements.get('a')).toBeNull()
})

test('only the newest are kept', () => {
  const { database, late } = temporaryStore()
  const placements = new PlacementTable(database, late, 2)
  for (const id of ['a', 'b', 'c']) placements.save(id, inputs(id))
  expect(['a', 'b', 'c'].map(id => placements.get(id) !== null)).toEqual([false, true, true])
})
