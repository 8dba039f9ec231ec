import { expect, test } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { countJobs } from './count-jobs.ts'

test('what is not known to go on counts as unknown, whatever it was last', () => {
  const states = ['queued', 'syncing', 'starting', 'running', 'stopping'] as const
  const rows = states.map(state => jobRow({ id: state, state }))
  expect(countJobs(rows)).toEqual({ runningJobs: 2, comingJobs: { queued: 1, syncing: 1, starting: 1 }, unknownJobs: 0 })
  expect(countJobs(rows.map(row => ({ ...row, unknownSince: 1 })))).toEqual({
    runningJobs: 0,
    comingJobs: { queued: 0, syncing: 0, starting: 0 },
    unknownJobs: 5,
  })
})
