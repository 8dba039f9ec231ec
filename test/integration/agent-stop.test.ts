/** Stopping a whole tree, on a host of each shell: what ignores TERM, what left the session, what cleared its environment. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AgentHost,
  ended,
  isRunning,
  jobSpec,
  makeAgentHost,
  openAgentHost,
  record,
  runJob,
  SHELLS,
  type TestAgent,
} from '../helpers/agent-host.ts'
import { isAlive, pidsWithEnv, signalAll } from '../helpers/processes.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const TERMINAL = { columns: 80, rows: 24 }
const ways = SHELLS.flatMap(shell => [
  { shell, kind: 'plain', terminal: null },
  { shell, kind: 'terminal', terminal: TERMINAL },
])

describe.each(ways)('stop of a $kind job, agent in $shell', ({ shell, terminal }) => {
  let host: AgentHost
  let agent: TestAgent
  beforeAll(async () => {
    host = openAgentHost(shell)
    agent = record(await host.open())
  })
  afterAll(() => host.close())

  test('sends the signal and tells that it was us', async () => {
    const spec = jobSpec('sleep 1000', { terminal })
    await agent.start(spec)
    await isRunning(agent, spec.id)
    expect(await agent.stop(spec.id, { signal: 'TERM', graceMs: 10_000 })).toMatchObject({ state: 'running', isStopped: true })
    expect(await ended(agent, spec.id)).toMatchObject({ state: 'ended', signal: 'TERM', isStopped: true })
  })

  test('of one that was written and has not begun is its end, and it never runs', async () => {
    const { id: before } = await runJob(agent, 'true', { terminal })
    const spec = jobSpec('echo ran >>~/ran', { terminal })
    const written = [
      'owner',
      'worker',
      'cwd',
      'cmd',
      'script',
      'spec',
      'boot_id',
      'output.log',
      ...(terminal ? ['terminal'] : []),
    ]
    mkdirSync(join(host.root, 'jobs', spec.id))
    for (const name of written) copyFileSync(join(host.root, 'jobs', before, name), join(host.root, 'jobs', spec.id, name))
    expect(await agent.stat(spec.id)).toMatchObject({ state: 'starting', startedAt: null })
    const end = {
      state: 'ended',
      isStopped: true,
      startedAt: null,
      exitCode: null,
      signal: null,
      reason: 'stopped before it ran',
    }
    expect(await agent.stop(spec.id, { signal: 'TERM', graceMs: 10_000 })).toMatchObject(end)
    expect(await ended(agent, spec.id)).toMatchObject(end)
    expect(await agent.start(spec)).toMatchObject(end)
    expect(existsSync(join(host.home, 'ran'))).toBe(false)
  })

  test('gives the job time to end in its own way', async () => {
    const spec = jobSpec("trap 'echo bye; exit 9' INT; echo up; while :; do sleep 0.05; done", { terminal })
    await agent.start(spec)
    await waitFor(() => host.file(spec.id, 'output.log')?.includes('up'), { what: 'its trap' })
    await agent.stop(spec.id, { signal: 'INT', graceMs: 10_000 })
    expect(await ended(agent, spec.id)).toMatchObject({ exitCode: 9, isStopped: true })
    expect(host.file(spec.id, 'output.log')).toContain('bye')
  })

  test('leaves nothing of a tree that hides', async () => {
    // Ignores TERM; a grandchild of another session whose parent is gone; a child without the environment; one that is stopped.
    const command = [
      `trap '' TERM HUP`,
      `(setsid sh -c 'trap "" TERM; echo pid $$; exec sleep 1000' &)`,
      `env -i PATH="$PATH" sh -c 'trap "" TERM; echo pid $$; exec sleep 1001' &`,
      `sh -c 'echo pid $$; kill -STOP $$; sleep 1002' &`,
      'echo pid $$; while :; do sleep 0.1; done',
    ].join('\n')
    const spec = jobSpec(command, { terminal })
    await agent.start(spec)
    const pids = await waitFor(
      () => {
        const found = [...(host.file(spec.id, 'output.log') ?? '').matchAll(/^pid (\d+)\r?$/gm)].map(match => Number(match[1]))
        return found.length === 4 && found
      },
      { what: 'the whole tree' },
    )
    await agent.stop(spec.id, { signal: 'TERM', graceMs: 300 })
    expect(await ended(agent, spec.id)).toMatchObject({ signal: 'KILL', isStopped: true })
    await waitFor(() => pids.every(pid => !isAlive(pid)), { what: 'all four to be gone' })
    await waitFor(() => pidsWithEnv(`DROVER_JOB=${spec.id}`).length === 0, { what: 'the last of its helpers to be gone' })
  })

  test('of one that has ended does nothing, and of one that is not there says so', async () => {
    const job = await runJob(agent, 'exit 3', { terminal })
    expect(await agent.stop(job.id, { signal: 'TERM', graceMs: 0 })).toMatchObject({
      state: 'ended',
      exitCode: 3,
      isStopped: false,
    })
    await expect(agent.stop(jobSpec('x').id, { signal: 'TERM', graceMs: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('right after the start still stops it', async () => {
    const spec = jobSpec('sleep 1000', { terminal })
    await Promise.all([agent.start(spec), agent.stop(spec.id, { signal: 'TERM', graceMs: 5_000 })])
    expect(await ended(agent, spec.id)).toMatchObject({ isStopped: true })
  })

  test('goes on when the agent is gone', async () => {
    const first = record(await host.open())
    const spec = jobSpec(`trap '' TERM; while :; do sleep 0.1; done`, { terminal })
    await first.start(spec)
    await isRunning(first, spec.id)
    await first.stop(spec.id, { signal: 'TERM', graceMs: 1_000 })
    first.close()
    const second = record(await host.open({ eventOffset: first.eventOffset }))
    expect(await ended(second, spec.id)).toMatchObject({ signal: 'KILL', isStopped: true })
  })
})

describe('a tree', () => {
  test('that could not be looked for, on a host out of processes, is stopped when it can be', async () => {
    const tools = temporaryFolder()
    const failed = join(tools, 'failed')
    const script = `#!/bin/sh\ncase "$*" in *wanted=[0-9a-f]*) [ -e ${failed} ] || { : >${failed}; exit 1; } ;; esac\nexec /usr/bin/awk "$@"\n`
    writeFileSync(join(tools, 'awk'), script, { mode: 0o755 })
    const agent = record(await makeAgentHost('dash', { env: { PATH: `${tools}:/usr/local/bin:/usr/bin:/bin` } }).open())
    const spec = jobSpec('sleep 1000')
    await agent.start(spec)
    await isRunning(agent, spec.id)
    await agent.stop(spec.id, { signal: 'TERM', graceMs: 10_000 })
    expect(await ended(agent, spec.id)).toMatchObject({ signal: 'TERM', isStopped: true })
    expect(existsSync(failed)).toBe(true)
  })

  test('is counted whole: CPU time that never goes back, memory, processes', async () => {
    const agent = record(await makeAgentHost().open())
    const spec = jobSpec(
      'i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done; sh -c "i=0; while [ \\$i -lt 40000 ]; do i=\\$((i+1)); done"; sleep 1000 & sleep 1000',
    )
    await agent.start(spec)
    await waitFor(async () => (await agent.jobSamples())[0]?.processes === 3, { what: 'the shell and both sleeps' })
    const [first] = await agent.jobSamples()
    expect(first).toMatchObject({ id: spec.id, memoryKind: 'pss' })
    expect(first?.cpuMs).toBeGreaterThan(50)
    expect(first?.memoryBytes).toBeGreaterThan(100_000)
    expect(first?.memoryBytes).toBeLessThan(50_000_000)
    await agent.stop(spec.id, { signal: 'KILL', graceMs: 0 })
    await ended(agent, spec.id)
    expect(await agent.jobSamples()).toEqual([])
  })

  test('two jobs are told apart, and a job that starts another is not that other', async () => {
    const host = makeAgentHost()
    const agent = record(await host.open())
    const [one, two] = [jobSpec({ argv: ['sleep', '1000'] }), jobSpec('sleep 1000 & sleep 1001 & wait', { terminal: TERMINAL })]
    await Promise.all([agent.start(one), agent.start(two)])
    const counts = async () => Object.fromEntries((await agent.jobSamples()).map(sample => [sample.id, sample.processes]))
    await waitFor(async () => expect(await counts()).toEqual({ [one.id]: 1, [two.id]: 3 }) ?? true, { what: '1 and 3 processes' })
    await agent.stop(two.id, { signal: 'TERM', graceMs: 5_000 })
    await ended(agent, two.id)
    expect((await agent.stat(one.id))?.state).toBe('running')
  })

  test('a PID that was given anew to a stranger is neither the job nor stopped', async () => {
    const host = makeAgentHost()
    const agent = record(await host.open())
    const spec = jobSpec('sleep 1000')
    await agent.start(spec)
    await isRunning(agent, spec.id)
    const { stdout } = await host.exec("setsid setsid sh -c 'echo $$; exec sleep 1000 >/dev/null 2>&1'")
    const stranger = Number(stdout.toString())
    const watcher = Number(readFileSync(`${host.root}/jobs/${spec.id}/watcher`, 'utf8').split(' ')[0])
    signalAll([watcher, Number(host.file(spec.id, 'pid'))], 'SIGKILL')
    // As if the kernel had come round: the files name a process that lives, with another start time.
    await host.exec(`printf '%s\\n' ${stranger} >"$HOME/.drover/jobs/${spec.id}/pid"`)
    await agent.stop(spec.id, { signal: 'TERM', graceMs: 0 })
    await waitFor(async () => (await agent.stat(spec.id))?.state === 'lost', { what: 'the job to be lost' })
    expect(isAlive(stranger)).toBe(true)
  })
})

test('where awk ends with a process that it looks at, it looks again: a signal arrives, and nothing is left out', async () => {
  const host = makeAgentHost('dash')
  const agent = record(await host.open())
  const spec = jobSpec("trap 'exit 9' INT; echo up; while :; do sleep 0.05; done")
  await agent.start(spec)
  await waitFor(() => host.file(spec.id, 'output.log')?.includes('up'), { what: 'its trap' })
  // As mawk does when a process ends between the opening and the reading of its files: here each second time.
  const flag = join(temporaryFolder(), 'ended-before')
  const awk = join(host.env.PATH?.split(':')[0] ?? '', 'awk')
  rmSync(awk, { force: true })
  const ends = `[ -e ${flag} ] && rm ${flag} || { true >${flag}; cat >/dev/null; exit 2; }`
  writeFileSync(awk, `#!/bin/sh\ncase $* in *getline*) ${ends} ;; esac\nexec /usr/bin/awk "$@"\n`, { mode: 0o755 })
  expect((await agent.jobSamples()).map(({ id }) => id)).toEqual([spec.id])
  expect((await agent.top(5)).length).toBeGreaterThan(0)
  await agent.signal(spec.id, 'INT')
  expect(await ended(agent, spec.id)).toMatchObject({ exitCode: 9 })
  expect(existsSync(flag)).toBe(false)
})
