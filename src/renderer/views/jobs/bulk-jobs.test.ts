import { expect, test } from 'vitest'
import { jobView } from '../../../../test/helpers/job-view.ts'
import { AppError } from '../../../shared/errors.ts'
import { applyToJobs, eligible, resultText } from './bulk-jobs.ts'

const jobs = Array.from({ length: 20 }, (_, index) => jobView({ id: `${String(index).padStart(8, '0')}-x` }))

test('each is done by itself, a few at a time; what fails is told by name and keeps nothing else from it', async () => {
  let atOnce = 0
  let most = 0
  const told: number[] = []
  const result = await applyToJobs({
    jobs,
    apply: async job => {
      most = Math.max(most, ++atOnce)
      await new Promise(resolve => setTimeout(resolve))
      atOnce--
      if (job.id.startsWith('00000007') || job.id.startsWith('00000011')) throw new AppError('HOST_UNREACHABLE', 'box is away')
    },
    onProgress: settled => told.push(settled),
  })
  expect(result.done).toBe(18)
  expect(result.failed.map(({ job }) => job.id.slice(0, 8))).toEqual(['00000007', '00000011'])
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThan(10)
  expect(told).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  expect(resultText('stop', result)).toBe('Asked to stop: 18 jobs. 2 jobs failed. 00000007: box is away (and 1 more)')
})

test('what is cancelled begins nothing more', async () => {
  const abort = new AbortController()
  const begun: string[] = []
  const result = await applyToJobs({
    jobs,
    signal: abort.signal,
    apply: async job => {
      begun.push(job.id)
      abort.abort()
    },
  })
  expect(begun.length).toBeLessThan(jobs.length)
  expect(result.done).toBe(begun.length)
})

test('only what runs is stopped, only what has ended is removed, anything is run again', () => {
  const running = jobView({ id: 'r' })
  const unknown = jobView({ id: 'u', unknownSince: 1 })
  const ended = jobView({ id: 'e', state: 'ended', outcome: 'exited', exitCode: 0 })
  const all = [running, unknown, ended]
  expect(eligible('stop', all)).toEqual([running, unknown])
  expect(eligible('remove', all)).toEqual([ended])
  expect(eligible('rerun', all)).toEqual(all)
})
