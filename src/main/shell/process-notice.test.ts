import { expect, test } from 'vitest'
import { processRow } from '../../../test/helpers/process-row.ts'
import type { ProcessView } from '../../shared/process.ts'
import { processView } from '../supervisor/process-view.ts'
import { needsPerson, processNotice } from './process-notice.ts'

const view = (change: Partial<ProcessView> = {}): ProcessView => ({
  ...processView(processRow({ id: 'p', host: 'box', isWanted: true, state: 'running' }), undefined),
  ...change,
})
const dead = view({ state: 'dead', lastState: 'dead', reason: 'it ended with exit code 3' })
const brokenBy = {
  patternId: 'x',
  pattern: 'panic:',
  jobId: 'j',
  at: 1,
  byte: 0,
  line: 'panic: \u001B[31mred',
  lines: ['panic: \u001B[31mred'],
}
const broken = view({ state: 'broken', lastState: 'broken', reason: '"panic:" was found in its output', brokenBy })
const tell = (before: ProcessView | null, after: ProcessView) =>
  processNotice({ before, after, project: 'shop' }, { failed: true })

test('one that nobody starts again is told to be dead, once', () => {
  expect(tell(view(), dead)).toMatchObject({
    title: 'web.1 of shop is dead',
    body: 'it ended with exit code 3 on box',
    isUrgent: true,
  })
  expect(tell(dead, { ...dead, memoryBytes: 5 })).toBeNull()
})

test('one that its host starts again is told only when that happens again and again', () => {
  const again = { ...dead, isRestartDue: true }
  expect(tell(view(), again)).toBeNull()
  const flapping = { ...again, failures: 3, isFlapping: true }
  expect(tell(again, flapping)?.title).toBe('web.1 of shop keeps failing: 3 times in a row')
  expect(tell(flapping, { ...flapping, failures: 4 })).toBeNull()
  expect(tell(again, dead)?.title).toBe('web.1 of shop is dead')
})

test('a broken one comes with what was printed, which changes nothing on whoever shows it', () => {
  const notice = tell(view({ lastState: 'stopping' }), broken)
  expect(notice?.title).toBe('web.1 of shop is broken')
  expect(notice?.body).toContain('panic:')
  expect(notice?.body).not.toContain('\u001B')
})

test('what somebody stopped, what is done and what is unknown is no news', () => {
  for (const lastState of ['stopped', 'done', 'waiting', 'stopping', 'ready'] as const)
    expect(tell(view(), view({ lastState }))).toBeNull()
  expect(tell(view(), view({ state: 'unknown', unknownSince: 5 }))).toBeNull()
})

test('nobody is told who wants to hear of no failures', () => {
  expect(processNotice({ before: view(), after: broken, project: 'shop' }, { failed: false })).toBeNull()
})

test('a person is needed as long as it stands so', () => {
  expect(needsPerson(broken)).toBe(true)
  expect(needsPerson(dead)).toBe(true)
  expect(needsPerson({ ...dead, isRestartDue: true })).toBe(false)
  expect(needsPerson(view())).toBe(false)
})
