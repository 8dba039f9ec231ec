import { expect, test } from 'vitest'
import { jobExitCode } from './job-exit.ts'

const NONE = { exitCode: null, signal: null }

test.each([
  [{ ...NONE, outcome: 'exited', exitCode: 7 }, 7],
  [{ ...NONE, outcome: 'signalled', signal: 'KILL' }, 137],
  [{ ...NONE, outcome: 'signalled', signal: 'SEGV' }, 139],
  [{ ...NONE, outcome: 'signalled', signal: '35' }, 163],
  [{ ...NONE, outcome: 'stopped', signal: 'INT' }, 130],
  [{ ...NONE, outcome: 'stopped', exitCode: 0 }, 0],
  [{ ...NONE, outcome: 'stopped' }, 143],
  [{ ...NONE, outcome: 'cancelled' }, 130],
  [{ ...NONE, outcome: 'failed' }, 125],
  [{ ...NONE, outcome: 'failed', exitCode: 127 }, 127],
  [{ ...NONE, outcome: 'lost' }, 125],
  [{ ...NONE, outcome: 'link-lost' }, 125],
] as const)('%j exits %i', (job, code) => {
  expect(jobExitCode(job)).toBe(code)
})
