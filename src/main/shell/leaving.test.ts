import { expect, test } from 'vitest'
import { leaving } from './leaving.ts'

const IDLE = { runningJobs: 0, comingJobs: { queued: 0, syncing: 0, starting: 0 }, unknownJobs: 0, pulls: 0 }

test('with nothing to do there is nothing to say', () => {
  expect(leaving(IDLE, false)).toEqual({ summary: '', question: null })
})

test('jobs on their hosts go on, and nobody is asked', () => {
  const work = { ...IDLE, runningJobs: 2, unknownJobs: 1, comingJobs: { queued: 1, syncing: 0, starting: 1 } }
  const summary = '2 jobs go on on their hosts; 2 jobs wait for the next start; 1 job is unknown'
  expect(leaving(work, false)).toEqual({ summary, question: null })
  expect(leaving(work, true)).toEqual({ summary: '2 jobs go on on their hosts; 1 job is unknown', question: null })
})

test('what would be broken off is asked about, unless another core goes on with it', () => {
  const work = { ...IDLE, runningJobs: 1, comingJobs: { queued: 0, syncing: 1, starting: 0 }, pulls: 2 }
  expect(leaving(work, false).question).toEqual({
    message: '1 push and 2 pulls under way',
    detail: expect.stringMatching(/goes on when Drover is next started.*1 job goes on on its host\.$/),
  })
  expect(leaving(work, true).question).toBeNull()
})
