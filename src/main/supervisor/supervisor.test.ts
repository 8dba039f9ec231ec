/** What the supervisor does about what it hears: a real store and real jobs; of hosts only what a test has them say. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { processRow } from '../../../test/helpers/process-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { AppError } from '../../shared/errors.ts'
import type { AgentJob, KeptProcess } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import { Jobs } from '../jobs/jobs.ts'
import type { ProcessRow } from '../store/project-table.ts'
import { ProcessBook } from './process-book.ts'
import { Supervisor } from './supervisor.ts'

const PROJECT = 'aaaaaaaa-0000-4000-8000-000000000000'
const idOf = (label: string) => `bbbbbbbb-0000-4000-8000-${label.padStart(12, '0')}`
const RUN = { kind: 'process', host: 'box', state: 'running', startedAt: 1_000 } as const

type StopAnswer = { job: AgentJob | null; isStopped: boolean }
type Asked = { id: string; onlyJob: string | null; answer(given: StopAnswer | AppError): void }

/** Processes as they stand in the store when a core comes up, and a host that answers when the test has it answer. */
function ground(rows: readonly ProcessRow[], { kept = [] as KeptProcess[] } = {}) {
  const store = temporaryStore()
  store.projects.atOnce(() => {
    store.projects.putProject({
      ...{ id: PROJECT, folder: '/shop', name: 'shop', procfile: null, formation: {}, port: null, host: null, env: {}, here: {} },
      ...{ problems: [], whenOneEnds: 'leave', createdAt: 0 },
    })
    for (const row of rows) store.projects.putProcess(row)
  })
  for (const { jobId, id, run, state } of rows) {
    if (jobId === null) continue
    const isOver = state === 'dead' || state === 'done'
    const end = isOver ? ({ state: 'ended', outcome: 'exited', exitCode: state === 'done' ? 0 : 1 } as const) : {}
    store.jobs.insert(jobRow({ ...RUN, ...end, id: jobId, createdAt: run, process: { id, run } }))
  }
  const asked: Asked[] = []
  const begun: string[] = []
  const moves: string[] = []
  const live = {
    agent: {
      processes: async () => kept,
      removeProcess: async () => undefined,
      stopProcess: (id: string, { onlyJob }: { onlyJob: string | null }) =>
        new Promise((resolve, reject) => {
          asked.push({ id, onlyJob, answer: given => (given instanceof AppError ? reject(given) : resolve(given)) })
        }),
    },
  } as unknown as Live
  const link = { name: 'box', live } as unknown as HostLink
  const jobs: Jobs = new Jobs({
    table: store.jobs,
    link: () => link,
    emit: event => event.type === 'job.changed' && supervisor.jobChanged(event.job),
    now: () => 5_000,
    ended: () => undefined,
    adopt: (hostName, told) => supervisor.adopt(hostName, told),
  })
  const book: ProcessBook = new ProcessBook({
    table: store.projects,
    job: id => jobs.findView(id),
    emit: () => undefined,
    now: () => 5_000,
    changed: projectId => supervisor.changed(projectId),
    moved: (_before, { definition, state }) => moves.push(`${definition.label} ${state}`),
  })
  const supervisor: Supervisor = new Supervisor({
    ...{ book, jobs, link: () => link },
    runner: { run: id => begun.push(id), cancel: () => undefined },
    newRow: ({ id, line, env }) => jobRow({ id, command: { line }, env, host: null, createdAt: 5_000 }),
    log: { info: () => undefined, warning: () => undefined } as never,
  })
  onTestFinished(() => supervisor.close())
  const row = (label: string) => book.find(idOf(label)) as ProcessRow
  /** All that follows from what was done has been done. */
  const settled = async () => {
    for (let turn = 0; turn < 4; turn++) await new Promise(resolve => setImmediate(resolve))
  }
  const hostBack = () => supervisor.hostBack(link, live)
  return { asked, begun, moves, jobs, book, supervisor, row, settled, hostBack }
}

const process = (label: string, change: Partial<ProcessRow> = {}, definition: Parameters<typeof processRow>[1] = {}) =>
  processRow(
    { id: idOf(label), projectId: PROJECT, host: 'box', isWanted: true, ...change },
    { name: label, label: `${label}.1`, ...definition, options: { host: 'box', ...definition.options } },
  )
const running = (label: string, definition?: Parameters<typeof processRow>[1]) =>
  process(label, { state: 'running', jobId: idOf(`${label}1`), run: 1, hostRestart: 'always' }, definition)

const told = (label: string, change: Partial<AgentJob> = {}): AgentJob =>
  ({
    ...{ id: idOf(`${label}1`), state: 'ended', pid: null, appPid: null, startedAt: 1_000, endedAt: 2_000, exitCode: 1 },
    ...{ signal: null, isStopped: false, reason: null, logBytes: 0, logDropped: 0, hasTerminal: false, workdir: '/w' },
    ...{ owner: 'me', worker: 'box', folder: '', command: '', process: { id: idOf(label), run: 1 } },
    ...change,
  }) as AgentJob
const planOf = (label: string) =>
  ({ type: 'restart-planned', processId: idOf(label), jobId: idOf(`${label}1`), at: 9_000, failures: 1 }) as const
const keptAs = (label: string, change: Partial<KeptProcess> = {}): KeptProcess => ({
  ...{ id: idOf(label), owner: 'me', jobId: idOf(`${label}1`), run: 1, failures: 1, isStopped: false, nextAt: null },
  ...change,
})

test('a host is believed about restarts of what runs there alone', () => {
  const { supervisor, row } = ground([running('a')])
  supervisor.hostTold('other', planOf('a'))
  expect(row('a').retryAt).toBeNull()
  supervisor.hostTold('box', planOf('a'))
  expect(row('a')).toMatchObject({ retryAt: 9_000, failures: 1 })
})

test('a restart holds, though its host runs it again before it has heard of that', async () => {
  const { supervisor, jobs, asked, begun, row, settled } = ground([running('a')])
  jobs.toldBy('box', told('a'))
  supervisor.restart([row('a')])
  await settled()
  const next = { id: idOf('a2'), process: { id: idOf('a'), run: 2 } }
  jobs.toldBy('box', told('a', { ...next, state: 'running', endedAt: null, exitCode: null }))
  expect(row('a')).toMatchObject({ jobId: idOf('a2'), state: 'stopping', isWanted: true })
  asked[0]?.answer({
    job: told('a', { ...next, state: 'running', endedAt: null, exitCode: null, isStopped: true }),
    isStopped: true,
  })
  await settled()
  jobs.toldBy('box', told('a', { ...next, exitCode: null, signal: 'TERM', isStopped: true }))
  await settled()
  expect(begun).toHaveLength(1)
  expect(row('a')).toMatchObject({ run: 3, isWanted: true })
})

test('a stop by a person holds for any run, though a pattern had stopped one that was over', async () => {
  const { supervisor, jobs, asked, row, settled } = ground([running('a')])
  const by = { patternId: 'p', pattern: 'panic', jobId: idOf('a1'), at: 1, byte: 0, line: 'panic', lines: ['panic'] }
  supervisor.breakBy(idOf('a'), by)
  await settled()
  supervisor.stop([row('a')])
  const next = told('a', { id: idOf('a2'), process: { id: idOf('a'), run: 2 }, state: 'running', endedAt: null, exitCode: null })
  expect(asked.map(({ onlyJob }) => onlyJob)).toEqual([idOf('a1')])
  asked[0]?.answer({ job: next, isStopped: false })
  await settled()
  expect(asked.map(({ onlyJob }) => onlyJob)).toEqual([idOf('a1'), null])
  asked[1]?.answer({ job: { ...next, isStopped: true }, isStopped: true })
  await settled()
  jobs.toldBy('box', { ...next, state: 'ended', endedAt: 3_000, signal: 'TERM', isStopped: true })
  expect(row('a')).toMatchObject({ state: 'stopped', isWanted: false, stopOwed: null, jobId: idOf('a2') })
})

test('what a pattern had stopped goes on where another run of it goes on', async () => {
  const { supervisor, asked, row, settled } = ground([running('a')])
  const by = { patternId: 'p', pattern: 'panic', jobId: idOf('a1'), at: 1, byte: 0, line: 'panic', lines: ['panic'] }
  supervisor.breakBy(idOf('a'), by)
  await settled()
  const next = told('a', { id: idOf('a2'), process: { id: idOf('a'), run: 2 }, state: 'running', endedAt: null, exitCode: null })
  asked[0]?.answer({ job: next, isStopped: false })
  await settled()
  expect(row('a')).toMatchObject({ state: 'running', isWanted: true, brokenBy: null, stopOwed: null })
  expect(asked).toHaveLength(1)
})

test('the end of one is the end of all, once: what is started after that goes on', async () => {
  const shutdown = { options: { whenItEnds: 'shutdown' } } as const
  const { supervisor, jobs, asked, begun, row, settled } = ground([
    process('a', { state: 'running', jobId: idOf('a1'), run: 1 }, shutdown),
    running('b'),
    process('c', { state: 'waiting' }, { options: { dependsOn: [{ process: 'a', condition: 'ready' }] } }),
  ])
  jobs.toldBy('box', told('a', { exitCode: 0 }))
  expect([row('b').state, row('c').state]).toEqual(['stopping', 'stopped'])
  await settled()
  expect(asked.map(({ id }) => id)).toEqual([idOf('b')])
  supervisor.start([row('c')])
  await settled()
  expect(begun).toHaveLength(1)
  expect(row('c')).toMatchObject({ state: 'starting', isWanted: true })
})

test('one that cannot be started shows why, and not what its last run came to, with the next core too', async () => {
  const { supervisor, book, row, moves } = ground([process('a', { state: 'dead', jobId: idOf('a1'), run: 1 })])
  expect(book.view(row('a')).exitCode).toBe(1)
  book.apply(idOf('a'), { type: 'wanted' })
  book.apply(idOf('a'), { type: 'cannot-start', reason: 'there is no host gpu' })
  const shown = { state: 'dead', reason: 'there is no host gpu', exitCode: null, startedAt: null, jobId: null }
  expect(book.view(row('a'))).toMatchObject(shown)
  supervisor.open()
  expect(book.view(row('a'))).toMatchObject(shown)
  expect(moves).toEqual(['a.1 waiting', 'a.1 dead'])
})

test('processes that begin together are stored, and told of, once each', async () => {
  const waiting = (label: string) => process(label, { state: 'waiting', host: null })
  const { supervisor, begun, moves, settled } = ground([waiting('a'), waiting('b')])
  supervisor.changed(PROJECT)
  await settled()
  expect(begun).toHaveLength(2)
  expect(moves).toEqual(['a.1 starting', 'b.1 starting'])
})

test('what its host runs again is unknown while that is away, and known as the host has it when it is back', async () => {
  const dead = (label: string) =>
    process(label, { state: 'dead', jobId: idOf(`${label}1`), run: 1, hostRestart: 'always', reason: 'it ended' })
  const kept = [keptAs('a', { nextAt: 8_000, failures: 4 }), keptAs('c', { isStopped: true })]
  const { supervisor, book, row, hostBack } = ground([dead('a'), dead('b'), dead('c')], { kept })
  supervisor.open()
  expect(['a', 'b', 'c'].map(label => book.view(row(label)).state)).toEqual(['unknown', 'unknown', 'unknown'])
  await hostBack()
  expect(row('a')).toMatchObject({ state: 'dead', unknownSince: null, retryAt: 8_000, failures: 4 })
  expect(['a', 'b', 'c'].map(label => book.view(row(label)).isRestartDue)).toEqual([true, false, false])
  supervisor.hostLost('box')
  expect(['a', 'b', 'c'].map(label => book.view(row(label)).state)).toEqual(['unknown', 'dead', 'dead'])
})

test('runs that a host began by itself stand in their order, whatever second it tells', () => {
  const { jobs } = ground([running('a')])
  const live = { state: 'running', endedAt: null, exitCode: null } as const
  jobs.toldBy('box', told('a', { ...live, id: idOf('a4'), startedAt: 0, process: { id: idOf('a'), run: 4 } }))
  jobs.toldBy('box', told('a', { ...live, id: idOf('a3'), startedAt: 0, process: { id: idOf('a'), run: 3 } }))
  expect(jobs.runsOf(idOf('a')).map(({ process }) => process?.run)).toEqual([4, 3, 1])
})

test('a stop that its host could not write down is tried again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { supervisor, asked, row, settled } = ground([running('a')])
  supervisor.stop([row('a')])
  await settled()
  asked[0]?.answer(new AppError('HOST_ERROR', 'Cannot stop process: no space'))
  await settled()
  vi.runAllTimers()
  await settled()
  expect(asked).toHaveLength(2)
  expect(row('a').stopOwed).not.toBeNull()
})
