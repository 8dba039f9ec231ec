import { expect, test } from 'vitest'
import { processView } from '../../../test/helpers/process-view.ts'
import type { CoreEvent } from '../../shared/domain.ts'
import type { ProcessView, ProjectView } from '../../shared/process.ts'
import type { CoreSession } from '../core-client.ts'
import { ProjectWatch } from './project-watch.ts'

const ID = '00000000-0000-4000-8000-000000000001'

function project(...processes: ProcessView[]): ProjectView {
  return {
    id: ID,
    folder: '/shop',
    name: 'shop',
    formation: {},
    problems: [],
    whenOneEnds: 'leave',
    createdAt: 0,
    processes,
  }
}

/** A session whose events and answers a test gives. */
function session() {
  let tell: (event: CoreEvent) => void = () => undefined
  let reconnect: () => void = () => undefined
  const answer = Promise.withResolvers<{ project: ProjectView }>()
  const fake = {
    call: () => answer.promise,
    onEvent: async (listener: (event: CoreEvent) => void) => {
      tell = listener
      return () => undefined
    },
    onReconnect: (listener: () => void) => {
      reconnect = listener
      return () => undefined
    },
    onGone: () => () => undefined,
  } as unknown as CoreSession
  return {
    fake,
    answer: (view: ProjectView) => answer.resolve({ project: view }),
    reconnect: () => reconnect(),
    changed: (process: ProcessView) => tell({ type: 'process.changed', process, seq: 0 } as never),
    removed: (processId: string) => tell({ type: 'process.removed', projectId: ID, processId, seq: 0 } as never),
  }
}

const states = (watch: ProjectWatch) => Object.fromEntries(watch.processes.map(({ label, state }) => [label, state]))

test('an event that was handled before the answer that it followed is not undone by it', async () => {
  const core = session()
  const watch = await ProjectWatch.start(core.fake)
  core.changed(processView({ state: 'dead' }))
  core.removed('id of web.3')
  core.changed(processView({ label: 'web.9', projectId: 'of another' }))
  const answer = [processView({ state: 'waiting' }), processView({ label: 'web.2' }), processView({ label: 'web.3' })]
  watch.follow(project(...answer))
  expect(states(watch)).toEqual({ 'web.1': 'dead', 'web.2': 'running' })
  watch.offer([processView({ state: 'starting' }), processView({ label: 'web.2', state: 'stopping' })])
  expect(states(watch)).toEqual({ 'web.1': 'dead', 'web.2': 'stopping' })
})

test('after a reconnect the answer counts, save where an event has come since', async () => {
  const core = session()
  const watch = await ProjectWatch.start(core.fake)
  watch.follow(project(processView(), processView({ label: 'web.2' }), processView({ label: 'web.3' })))
  core.changed(processView({ state: 'stopping' }))
  core.reconnect()
  core.changed(processView({ label: 'web.2', state: 'ready' }))
  core.answer(project(processView({ state: 'stopped' }), processView({ label: 'web.2' })))
  await watch.until(() => states(watch)['web.1'] === 'stopped')
  expect(states(watch)).toEqual({ 'web.1': 'stopped', 'web.2': 'ready' })
})
