import { expect, test } from 'vitest'
import type { CoreEvent, JobView } from '../shared/domain.ts'
import { AppError } from '../shared/errors.ts'
import type { CoreSession } from './core-client.ts'
import { JobWatch } from './job-watch.ts'

const JOB = { id: 'a0000000-0000-4000-8000-000000000000', state: 'running' } as JobView

/** A core that is asked for the job and takes its time, while events flow. */
async function watchSlowCore() {
  const { promise: answer, reject } = Promise.withResolvers<never>()
  let hear: (event: CoreEvent) => void = () => undefined
  const session = {
    call: () => answer,
    onEvent: async (listener: (event: CoreEvent) => void) => {
      hear = listener
      return () => undefined
    },
    onReconnect: () => () => undefined,
    onGone: () => () => undefined,
  } as unknown as CoreSession
  const watch = await JobWatch.start(session, JOB.id)
  return {
    watch,
    hear: (job: JobView) => hear({ type: 'job.changed', job, seq: 1, at: 0 }),
    notFound: () => reject(new AppError('NOT_FOUND', 'No job')),
  }
}

test('a job that came to be while the core looked for it in vain was not removed', async () => {
  const { watch, hear, notFound } = await watchSlowCore()
  const asked = watch.refresh()
  hear(JOB)
  notFound()
  await asked
  hear({ ...JOB, state: 'ended' })
  expect(await watch.until(job => job.state === 'ended')).toMatchObject({ id: JOB.id })
})

test('a job that was there, and is not any more after a reconnect, was removed', async () => {
  const { watch, hear, notFound } = await watchSlowCore()
  hear(JOB)
  const asked = watch.refresh()
  notFound()
  await asked
  await expect(watch.until(job => job.state === 'ended')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
