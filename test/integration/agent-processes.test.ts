/** Processes that a host runs again by itself: which ends are followed by another run, the pause, and stops that hold. */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProcessSpec } from '../../src/main/hosts/agent.ts'
import {
  type AgentHost,
  ended,
  isRunning,
  jobSpec,
  makeAgentHost,
  openAgentHost,
  record,
  SHELLS,
  type TestAgent,
} from '../helpers/agent-host.ts'
import { keptProcess, nthRun, processSpec, startProcess } from '../helpers/agent-process.ts'
import { isAlive, pidsWithEnv, signalAll } from '../helpers/processes.ts'
import { mountSmallDisk } from '../helpers/small-disk.ts'
import { waitFor } from '../helpers/wait.ts'

const TERMINAL = { columns: 80, rows: 24 }
const ways = SHELLS.flatMap(shell => [
  { shell, kind: 'plain', terminal: null },
  { shell, kind: 'terminal', terminal: TERMINAL },
])

describe.each(ways)('a $kind process, agent in $shell', ({ shell, terminal }) => {
  let host: AgentHost
  let agent: TestAgent
  beforeAll(async () => {
    host = openAgentHost(shell)
    agent = record(await host.open())
  })
  afterAll(() => host.close())

  test('is run again when it ends, as a job of its own, with all that it was started with', async () => {
    const command = `echo "$PWD $DROVER_JOB $NAME"; [ -e once ] && exec sleep 1000; echo >once; exit 3`
    const { id, first } = await startProcess(agent, command, {}, { terminal, env: { NAME: "it's" } })
    expect(first.process).toEqual({ id, run: 1 })
    expect(await ended(agent, first.id)).toMatchObject({ exitCode: 3, process: { id, run: 1 } })
    const second = await nthRun(agent, id, 2)
    expect(second).toMatchObject({ hasTerminal: terminal !== null, owner: 'me', folder: first.folder, command: first.command })
    expect(second.workdir).toBe(first.workdir)
    for (const job of [first.id, second.id])
      await waitFor(() => host.file(job, 'output.log')?.trim() === `${first.workdir} ${job} it's`, { what: 'its output' })
    expect(second.id).not.toBe(first.id)
    expect(await keptProcess(agent, id)).toEqual({
      id,
      owner: 'me',
      jobId: second.id,
      run: 2,
      failures: 1,
      isStopped: false,
      nextAt: null,
    })
    expect((await runsOf(agent, id)).map(job => job.process?.run).sort()).toEqual([1, 2])
  })

  test('is stopped while it runs, with its whole tree, and stays so', async () => {
    const { id, first } = await startProcess(agent, 'sleep 1001 & setsid sleep 1002 & exec sleep 1000', {}, { terminal })
    await isRunning(agent, first.id)
    const stopped = await agent.stopProcess(id, { signal: 'TERM', graceMs: 5_000, onlyJob: null })
    expect(stopped).toMatchObject({ isStopped: true, job: { id: first.id, isStopped: true } })
    await ended(agent, first.id)
    await waitFor(() => pidsWithEnv(`DROVER_JOB=${first.id}`).length === 0, { what: 'its whole tree to be gone' })
    expect(await keptProcess(agent, id)).toMatchObject({ jobId: first.id, run: 1, isStopped: true, nextAt: null })
    // Once more does no harm.
    expect(await agent.stopProcess(id, { signal: 'TERM', graceMs: 5_000, onlyJob: null })).toMatchObject({ isStopped: true })
    // An agent that comes takes up what lost its keeper, and this one has none.
    await host.open()
    const again = jobSpec('exec sleep 1000', { terminal, process: { ...processSpec(), id } })
    expect((await agent.start(again)).process).toEqual({ id, run: 2 })
    await isRunning(agent, again.id)
    expect(await keptProcess(agent, id)).toMatchObject({ jobId: again.id, run: 2, isStopped: false, failures: 0 })
    expect((await runsOf(agent, id)).map(job => job.id).sort()).toEqual([first.id, again.id].sort())
  })

  test('that was killed is taken up again when its host is back, once, and one that was stopped is not', async () => {
    const host = makeAgentHost(shell)
    const before = record(await host.open())
    const [runs, stopped, never] = [
      await startProcess(before, 'exec sleep 1000', {}, { terminal }),
      await startProcess(before, 'exec sleep 1000', {}, { terminal }),
      await startProcess(before, 'exec sleep 1000', { restart: 'never' }, { terminal }),
    ]
    for (const { first } of [runs, stopped, never]) await isRunning(before, first.id)
    await before.stopProcess(stopped.id, { signal: 'TERM', graceMs: 5_000, onlyJob: null })
    await host.reboot()
    const [agent] = await Promise.all([host.open({ eventOffset: before.eventOffset }).then(record), host.open(), host.open()])
    const second = await nthRun(agent, runs.id, 2)
    expect(await agent.stat(runs.first.id)).toMatchObject({ state: 'lost', reason: 'its host was restarted' })
    expect(await keptProcess(agent, runs.id)).toMatchObject({ jobId: second.id, run: 2, failures: 0 })
    expect(await keptProcess(agent, stopped.id)).toMatchObject({ jobId: stopped.first.id, run: 1, isStopped: true })
    expect(await keptProcess(agent, never.id)).toMatchObject({ jobId: never.first.id, run: 1, isStopped: false })
    expect((await agent.list()).filter(job => job.state === 'running').map(job => job.id)).toEqual([second.id])
  })

  test('goes on when the agent is gone, and is found as it is', async () => {
    const host = makeAgentHost(shell)
    const before = record(await host.open())
    const { id, first } = await startProcess(
      before,
      'until [ -e ../../go ]; do sleep 0.02; done; exec sleep 1000',
      {},
      { terminal },
    )
    await isRunning(before, first.id)
    before.close()
    await waitFor(() => host.agents().length === 0, { what: 'the agent to be gone' })
    const pid = Number(host.file(first.id, 'pid'))
    signalAll([pid], 'SIGKILL')
    await waitFor(() => readNewest(host, id).run === 2, { what: 'a second run' })
    const agent = record(await host.open({ eventOffset: before.eventOffset }))
    expect(await ended(agent, first.id)).toMatchObject({ signal: 'KILL' })
    await nthRun(agent, id, 2)
  })
})

const runsOf = async (agent: TestAgent, id: string) => (await agent.list()).filter(job => job.process?.id === id)

const readNewest = (host: AgentHost, id: string) => {
  const [job = '', run, failures] = readFileSync(join(host.root, 'processes', id, 'newest'), 'utf8').split(' ')
  return { job, run: Number(run), failures: Number(failures) }
}

describe.each(SHELLS)('in %s', shell => {
  let host: AgentHost
  let agent: TestAgent
  beforeAll(async () => {
    host = openAgentHost(shell)
    agent = record(await host.open())
  })
  afterAll(() => host.close())

  test('which ends are followed by another run', async () => {
    const again = (command: string) => `[ -e once ] && exec sleep 1000; echo >once; ${command}`
    const start = (restart: ProcessSpec['restart'], command: string) => startProcess(agent, again(command), { restart })
    const follow = [await start('on-failure', 'exit 1'), await start('on-failure', 'kill -9 $$'), await start('always', 'exit 0')]
    const end = [await start('on-failure', 'exit 0'), await start('never', 'exit 1'), await start('never', 'kill -9 $$')]
    for (const { id } of follow) await nthRun(agent, id, 2)
    for (const { id, first } of end) {
      await ended(agent, first.id)
      expect(await keptProcess(agent, id)).toMatchObject({ jobId: first.id, run: 1, isStopped: false, nextAt: null })
    }
    // By the job's own stop.
    const [last] = follow
    const second = await nthRun(agent, last?.id ?? '', 2)
    await agent.stop(second.id, { signal: 'TERM', graceMs: 5_000 })
    await ended(agent, second.id)
    await host.open()
    expect((await keptProcess(agent, last?.id ?? ''))?.run).toBe(2)
  })

  test('the pause grows with each failure and is told; a stop ends it at once; a start begins anew', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    const { id, spec } = await startProcess(agent, 'exit 1', { initialMs: 40, maxMs: 3_000_000 })
    const planned = (failures: number) =>
      waitFor(() => agent.restarts.find(plan => plan.processId === id && plan.failures === failures), {
        timeoutMs: 20_000,
        what: `failure ${failures}`,
      })
    for (const failures of [1, 2, 3])
      expect((await planned(failures)).jobId).toBe((await nthRun(agent, id, failures, 'ended')).id)
    expect((await nthRun(agent, id, 5, 'ended')).process?.run).toBe(5)
    await agent.stopProcess(id, { signal: 'TERM', graceMs: 0, onlyJob: null })
    const { jobId, isStopped, nextAt } = (await keptProcess(agent, id)) ?? {}
    expect({ isStopped, nextAt }).toEqual({ isStopped: true, nextAt: null })
    // Nobody of it is left, who would only sleep.
    await waitFor(() => !host.processes().some(readsKeep), { what: 'its keeper to be gone' })
    expect((await agent.stat(jobId ?? ''))?.state).toBe('ended')
    const slow = jobSpec('exit 1', { process: { ...processSpec({ initialMs: 1_000_000, maxMs: 3_000_000 }), id } })
    await agent.start(slow)
    const plan = await waitFor(() => agent.restarts.find(one => one.jobId === slow.id), { what: 'its plan' })
    const pauseMs = plan.at - Date.now()
    expect(pauseMs).toBeGreaterThan(700_000)
    expect(pauseMs).toBeLessThan(1_260_000)
    expect(await keptProcess(agent, id)).toMatchObject({ failures: 1, nextAt: expect.any(Number), isStopped: false })
    await expect(agent.remove(slow.id)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(agent.removeProcess(id)).rejects.toMatchObject({ code: 'CONFLICT' })
    const now = jobSpec('exec sleep 1000', { process: { ...processSpec(), id } })
    await agent.start(now)
    expect(await isRunning(agent, now.id)).toMatchObject({ process: { id } })
    expect(await keptProcess(agent, id)).toMatchObject({ jobId: now.id, failures: 0, nextAt: null })
    await expect(agent.start({ ...spec, id: randomUUID() })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('a run that lasted ends the row of failures', async () => {
    const { id } = await startProcess(agent, 'exit 1', { initialMs: 10, maxMs: 20, stableMs: 0 })
    await nthRun(agent, id, 4, 'ended')
    await agent.stopProcess(id, { signal: 'TERM', graceMs: 0, onlyJob: null })
    const failures = agent.restarts.filter(plan => plan.processId === id).map(plan => plan.failures)
    expect(new Set(failures)).toEqual(new Set([1]))
  })

  test('what a run has left behind is ended before the next begins', async () => {
    const { id, first } = await startProcess(
      agent,
      [
        `[ -e twice ] && exec sleep 1000`,
        `if [ -e once ]; then echo >twice; setsid sh -c 'echo >up; exec sleep 1002' & until [ -e up ]; do sleep 0.01; done; exit 1; fi`,
        `echo >once; sh -c "trap '' HUP; sleep 1001" & exit 1`,
      ].join('\n'),
    )
    const second = await nthRun(agent, id, 2, 'ended')
    await nthRun(agent, id, 3)
    expect([first, second].flatMap(job => pidsWithEnv(`DROVER_JOB=${job.id}`))).toEqual([])
    const over = await startProcess(agent, `sh -c "trap '' HUP; sleep 1001" & exit 0`, { restart: 'on-failure' })
    await ended(agent, over.first.id)
    expect(pidsWithEnv(`DROVER_JOB=${over.first.id}`)).not.toEqual([])
    await agent.stopProcess(over.id, { signal: 'TERM', graceMs: 5_000, onlyJob: null })
    await waitFor(() => pidsWithEnv(`DROVER_JOB=${over.first.id}`).length === 0, { what: 'what it left to be gone' })
  })

  test('a stop that means one run leaves another alone', async () => {
    const { id, first } = await startProcess(agent, '[ -e once ] && exec sleep 1000; echo >once; exit 1')
    const second = await nthRun(agent, id, 2)
    const late = await agent.stopProcess(id, { signal: 'TERM', graceMs: 5_000, onlyJob: first.id })
    expect(late).toMatchObject({ isStopped: false, job: { id: second.id, state: 'running', isStopped: false } })
    const meant = await agent.stopProcess(id, { signal: 'TERM', graceMs: 5_000, onlyJob: second.id })
    expect(meant).toMatchObject({ isStopped: true, job: { id: second.id, isStopped: true } })
    await ended(agent, second.id)
    await expect(agent.stopProcess(randomUUID(), { signal: 'TERM', graceMs: 0, onlyJob: null })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('a stop right after the start, or between two runs, leaves nothing', async () => {
    const process = processSpec()
    const spec = jobSpec('exec sleep 1000', { process })
    await Promise.all([agent.start(spec), agent.stopProcess(process.id, { signal: 'TERM', graceMs: 5_000, onlyJob: null })])
    expect(await ended(agent, spec.id)).toMatchObject({ isStopped: true })
    const ids = [process.id]
    for (let round = 0; round < 5; round++) {
      const { id } = await startProcess(agent, 'exit 1')
      ids.push(id)
      await nthRun(agent, id, 2 + round, 'ended')
      await agent.stopProcess(id, { signal: 'KILL', graceMs: 0, onlyJob: null })
      const { jobId } = (await keptProcess(agent, id)) ?? {}
      await ended(agent, jobId ?? '')
      expect(await keptProcess(agent, id)).toMatchObject({ jobId, isStopped: true })
    }
    const left = (await Promise.all(ids.map(id => runsOf(agent, id)))).flat()
    expect(left.length).toBeGreaterThanOrEqual(ids.length)
    expect(left.filter(job => job.state === 'running')).toEqual([])
  })

  test('a forgotten process leaves its runs, and its workdir is kept for as long as it runs', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    const { id, first } = await startProcess(agent, '[ -e once ] && exec sleep 1000; echo >once; exit 1')
    const second = await nthRun(agent, id, 2)
    await expect(agent.removeProcess(id)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(agent.removeEntry('workdir', first.id)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await agent.removeEntries('workdir', [first.id])).toEqual([])
    expect((await agent.diskEntries('me')).filter(({ kind }) => kind === 'workdir')).toEqual([])
    await agent.remove(first.id)
    expect(existsSync(join(first.workdir, 'once'))).toBe(true)
    await agent.stopProcess(id, { signal: 'TERM', graceMs: 5_000, onlyJob: null })
    await ended(agent, second.id)
    await agent.removeProcess(id)
    expect(await agent.processes()).toEqual([])
    expect((await agent.list()).map(job => job.id)).toEqual([second.id])
    expect(await agent.removeEntries('workdir', [first.id])).toEqual([first.id])
  })

  test('on a full disk it is stopped, and its restart waits for room', async () => {
    const host = makeAgentHost(shell)
    const disk = mountSmallDisk(host.root, 4)
    try {
      const agent = record(await host.open())
      const go = join(host.home, 'go')
      const waits = `until [ -e "$HOME/go" ]; do sleep 0.02; done; rm "$HOME/go"; exit 1`
      const [runs, restarts] = [await startProcess(agent, 'exec sleep 1000'), await startProcess(agent, waits)]
      for (const { first } of [runs, restarts]) await isRunning(agent, first.id)
      disk.fill()
      await agent.stopProcess(runs.id, { signal: 'TERM', graceMs: 60_000, onlyJob: null })
      expect(await ended(agent, runs.first.id, 30_000)).toMatchObject({ isStopped: true })
      writeFileSync(go, '')
      expect(await ended(agent, restarts.first.id, 30_000)).toMatchObject({ exitCode: 1 })
      await waitFor(() => host.processes().some(readsKeep), { what: 'its keeper to wait' })
      expect(await keptProcess(agent, restarts.id)).toMatchObject({ run: 1 })
      disk.free()
      await nthRun(agent, restarts.id, 2)
    } finally {
      disk.unmount()
    }
  })
})

/** Whether a process of ours only waits to begin the next run. */
function readsKeep(pid: number): boolean {
  return isAlive(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('\0keep\0')
}
