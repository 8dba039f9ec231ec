/** Bad days on a host: kills of everything, a restart, a cut link, a watcher that stands still, a full disk. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { shellQuote } from '../../src/shared/shell-quote.ts'
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
import { descendants, isAlive, processName, signalAll } from '../helpers/processes.ts'
import { mountSmallDisk } from '../helpers/small-disk.ts'
import { waitFor } from '../helpers/wait.ts'

const TERMINAL = { columns: 80, rows: 24 }
const ways = SHELLS.flatMap(shell => [
  { shell, kind: 'plain', terminal: null },
  { shell, kind: 'terminal', terminal: TERMINAL },
])

describe.each(ways)('$kind job, agent in $shell', ({ shell, terminal }) => {
  let host: AgentHost
  let agent: TestAgent
  beforeAll(async () => {
    host = openAgentHost(shell)
    agent = record(await host.open())
  })
  afterAll(() => host.close())

  test('kill -9 of the job itself is told as its end', async () => {
    const spec = jobSpec('echo before; sleep 1000; echo never', { terminal })
    await agent.start(spec)
    const { pid } = await isRunning(agent, spec.id)
    await waitFor(() => host.file(spec.id, 'output.log')?.includes('before'))
    signalAll([pid ?? 0], 'SIGKILL')
    expect(await ended(agent, spec.id)).toMatchObject({ state: 'ended', signal: 'KILL', isStopped: false })
    expect(host.file(spec.id, 'output.log')?.trim()).toBe('before')
  })

  test('on a full disk it ends as it did, by a signal or by itself, at the time it did', async () => {
    const host = makeAgentHost(shell)
    const disk = mountSmallDisk(host.root, 4)
    onTestFinished(() => disk.unmount())
    const agent = record(await host.open())
    const go = join(host.home, 'go')
    const stopped = jobSpec('exec sleep 1000', { terminal })
    const exiting = jobSpec(`until [ -e ${shellQuote(go)} ]; do sleep 0.05; done; exit 5`, { terminal })
    for (const spec of [stopped, exiting]) {
      await agent.start(spec)
      await isRunning(agent, spec.id)
    }
    disk.fill()
    await agent.stop(stopped.id, { signal: 'TERM', graceMs: 60_000 })
    writeFileSync(go, '')
    const told = { state: 'ended', endedAt: expect.any(Number) }
    expect(await ended(agent, stopped.id, 30_000)).toMatchObject({ ...told, signal: 'TERM', exitCode: null, isStopped: true })
    expect(await ended(agent, exiting.id, 30_000)).toMatchObject({ ...told, signal: null, exitCode: 5, isStopped: false })
  })

  test('kill -9 of its watcher leaves it running, then lost; never running for ever', async () => {
    // A terminal hangs up when its first process dies.
    const spec = jobSpec("trap '' HUP; echo up; while ! [ -e end ]; do sleep 0.05; done", { terminal })
    await agent.start(spec)
    await waitFor(() => host.file(spec.id, 'output.log')?.includes('up'))
    signalAll([Number(host.file(spec.id, 'watcher')?.split(' ')[0])], 'SIGKILL')
    expect(await agent.stat(spec.id)).toMatchObject({ state: 'running' })
    writeFileSync(join(host.root, 'workdirs', spec.id, 'end'), '')
    const { pid } = await isRunning(agent, spec.id)
    await waitFor(() => !isAlive(pid ?? 0))
    expect(await agent.stat(spec.id)).toMatchObject({ state: 'lost', exitCode: null, reason: expect.stringContaining('watched') })
    expect(await ended(agent, spec.id)).toMatchObject({ state: 'lost' })
    expect((await agent.list()).find(job => job.id === spec.id)).toMatchObject({ state: 'lost' })
  })

  test('a restart of its host loses it', async () => {
    const host = makeAgentHost(shell)
    const first = record(await host.open())
    const [running, done] = [jobSpec('echo up; sleep 1000', { terminal }), jobSpec('exit 4', { terminal })]
    await first.start(running)
    await first.start(done)
    await ended(first, done.id)
    await isRunning(first, running.id)
    await host.reboot()
    expect((await first.lost).message).toContain('h1')
    const second = record(await host.open({ eventOffset: first.eventOffset }))
    const jobs = await second.list()
    expect(jobs.find(job => job.id === running.id)).toMatchObject({ state: 'lost', reason: 'its host was restarted' })
    expect(jobs.find(job => job.id === done.id)).toMatchObject({ state: 'ended', exitCode: 4 })
    expect(await ended(second, running.id)).toMatchObject({ state: 'lost' })
    // It stays so on the next boot too.
    expect(await second.start(running)).toMatchObject({ state: 'lost' })
  })

  test('what happened while nobody was there is told from the offset on, once the link is back', async () => {
    const first = record(await host.open())
    const seen = await runJob(first, 'exit 1', { terminal })
    const spec = jobSpec('while ! [ -e end ]; do sleep 0.05; done; exit 5', { terminal })
    await first.start(spec)
    await isRunning(first, spec.id)
    first.close()
    writeFileSync(join(host.root, 'workdirs', spec.id, 'end'), '')
    await waitFor(() => host.file(spec.id, 'record') !== null)
    const second = record(await host.open({ eventOffset: first.eventOffset }))
    expect(await ended(second, spec.id)).toMatchObject({ exitCode: 5 })
    expect(second.events.map(job => job.id)).not.toContain(seen.id)
  })

  test('kill -9 of the agent leaves the job, and the next agent clears up after it', async () => {
    const host = makeAgentHost(shell)
    const first = record(await host.open())
    const spec = jobSpec('while ! [ -e ../../end ]; do sleep 0.05; done; exit 6', { terminal })
    await first.start(spec)
    await isRunning(first, spec.id)
    const [old = 0] = host.agents()
    const left = descendants(old)
    expect(left).toHaveLength(1)
    // Only the agent: nobody tells the process that reads its FIFO.
    signalAll([old], 'SIGKILL')
    const second = record(await host.open({ eventOffset: first.eventOffset }))
    await waitFor(() => left.every(pid => !isAlive(pid)), { what: 'the reader of the old agent to be gone' })
    writeFileSync(join(host.root, 'end'), '')
    expect(await ended(second, spec.id)).toMatchObject({ exitCode: 6 })
  })
})

describe('a terminal', () => {
  test('whose tmux is killed loses its job, with the reason and the output so far', async () => {
    const host = makeAgentHost()
    const agent = record(await host.open())
    const spec = jobSpec('echo up; sleep 1000', { terminal: TERMINAL })
    await agent.start(spec)
    await waitFor(() => host.file(spec.id, 'output.log')?.includes('up'))
    signalAll(
      host.processes().filter(pid => processName(pid).startsWith('tmux: server')),
      'SIGKILL',
    )
    expect(await ended(agent, spec.id)).toMatchObject({ state: 'lost', reason: expect.stringContaining('(tmux) was killed') })
    expect(host.file(spec.id, 'output.log')).toBe('up\r\n')
  })

  test('that cannot be opened makes a job that failed, with the reason', async () => {
    const host = makeAgentHost()
    writeFileSync(
      join(host.env.PATH?.split(':')[0] ?? '', 'tmux'),
      '#!/bin/sh\ncase $1 in -V) echo tmux 3.3a;; *) echo no luck >&2; exit 1;; esac\n',
      { mode: 0o700 },
    )
    const agent = record(await host.open())
    const job = await runJob(agent, 'echo never', { terminal: TERMINAL })
    expect(job).toMatchObject({ state: 'ended', exitCode: null, signal: null, reason: expect.stringContaining('no luck') })
  })

  test.each([
    {
      when: 'when what runs in it has come up',
      line: '/usr/bin/tmux "$@"; until [ -e "$(dirname "$DROVER_LOG")/pid" ]; do sleep 0.02; done; kill -KILL $$',
      end: { exitCode: 3, reason: null },
      ran: 'x',
    },
    {
      when: 'before tmux, which comes late',
      line: 'setsid sh -c "$late" sh "$@" >/dev/null 2>&1 & kill -KILL $$',
      end: { exitCode: null, reason: expect.stringContaining('could not open') },
      ran: '',
    },
  ])('whose opener is killed $when: the job runs with one end, or never', async ({ line, end, ran }) => {
    const host = makeAgentHost()
    writeFileSync(
      join(host.env.PATH?.split(':')[0] ?? '', 'tmux'),
      `#!/bin/sh
late='until [ -e "$TMPDIR/late" ]; do sleep 0.02; done; exec /usr/bin/tmux "$@"'
case " $* " in *" new-session "*) ${line} ;; *) exec /usr/bin/tmux "$@" ;; esac
`,
      { mode: 0o700 },
    )
    const agent = record(await host.open())
    const job = await runJob(agent, 'printf x >>~/ran; sleep 0.3; exit 3', { terminal: TERMINAL })
    expect(job).toMatchObject({ state: 'ended', ...end })
    writeFileSync(join(host.env.TMPDIR ?? '', 'late'), '')
    const socket = shellQuote(host.file(job.id, 'tmux_socket')?.trim() ?? '')
    const isOver = async () =>
      (await host.exec(`tmux -S ${socket} display-message -p '#{pane_dead}'`)).stdout.toString() === '1\n'
    await waitFor(isOver, { what: 'what runs in the terminal to be over' })
    expect(existsSync(join(host.home, 'ran')) ? readFileSync(join(host.home, 'ran'), 'utf8') : '').toBe(ran)
    expect(await agent.stat(job.id)).toEqual(job)
    expect(agent.events.filter(event => event.state === 'ended')).toHaveLength(1)
  })

  test('on a host without tmux is refused, naming it, and a job without one runs', async () => {
    const host = makeAgentHost('busybox', { onlyShellTools: true })
    const agent = record(await host.open())
    expect(agent.info).toMatchObject({ tmux: null, rsync: null })
    const refused = agent.start(jobSpec('echo never', { terminal: TERMINAL }))
    await expect(refused).rejects.toMatchObject({ code: 'MISSING_TOOL', message: expect.stringContaining('tmux') })
    expect(await agent.list()).toEqual([])
    expect(await runJob(agent, 'exit 3')).toMatchObject({ exitCode: 3 })
  })
})

describe('events', () => {
  test('a watcher that stands still keeps no job from ending, and misses nothing', async () => {
    const host = makeAgentHost()
    const still = record(await host.open())
    const [agent = 0] = host.agents()
    const awake = record(await host.open())
    const spec = jobSpec('while ! [ -e ../../end ]; do sleep 0.05; done')
    await still.start(spec)
    await isRunning(still, spec.id)
    await isRunning(awake, spec.id)
    const family = [agent, ...descendants(agent)]
    expect(family.length).toBeGreaterThan(1)
    signalAll(family, 'SIGSTOP')
    writeFileSync(join(host.root, 'end'), '')
    await ended(awake, spec.id)
    expect(still.events.at(-1)?.state).toBe('running')
    expect(host.file(spec.id, 'exitcode')?.trim()).toBe('0')
    signalAll(family, 'SIGCONT')
    await ended(still, spec.id)
  })

  test.each(SHELLS)('what nobody was woken for is told with the next sample, agent in %s', async shell => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    await runJob(agent, 'exit 3')
    const events = join(host.root, 'events')
    const log = join(events, `log.${readFileSync(join(events, 'generation'), 'utf8').trim()}`)
    const told = agent.events.length
    const last = readFileSync(log, 'utf8').trim().split('\n').at(-1)
    appendFileSync(log, `\n${last}\n`)
    await agent.sample()
    await waitFor(() => agent.events.length > told, { what: 'the event' })
    expect(agent.events.at(-1)).toMatchObject({ state: 'ended', exitCode: 3 })
  })

  test('a log that has grown begins anew; who stood in the old one is told every job again', async () => {
    const host = makeAgentHost()
    const first = record(await host.open())
    const job = await runJob(first, 'exit 2')
    const offset = first.eventOffset
    first.close()
    const generation = readFileSync(join(host.root, 'events/generation'), 'utf8').trim()
    const log = join(host.root, `events/log.${generation}`)
    const told = readFileSync(log, 'utf8')
    writeFileSync(log, told.repeat(Math.ceil(1_200_000 / told.length)), { flag: 'a' })
    // The next agent moves to a new log while a watcher is reading the old one.
    const reader = record(await host.open({ eventOffset: offset }))
    await waitFor(() => readFileSync(join(host.root, 'events/generation'), 'utf8').trim() !== generation, { what: 'a new log' })
    const spec = jobSpec('exit 3')
    await reader.start(spec)
    // sh reads a byte at a time: of a busy machine that takes a while.
    const next = await ended(reader, spec.id, 60_000)
    expect(next).toMatchObject({ exitCode: 3 })
    const late = record(await host.open({ eventOffset: offset }))
    await waitFor(() => late.events.length >= 2, { what: 'both jobs' })
    expect(late.events.map(one => one.id).sort()).toEqual([job.id, next.id].sort())
    await waitFor(() => late.eventOffset.split(':')[0] !== generation, { what: 'it to stand in the new log' })
  })

  test('an event too long for one write is told all the same', async () => {
    const agent = record(await makeAgentHost().open())
    const folder = `/${'é'.repeat(120)}`.repeat(12)
    const job = await runJob(agent, 'exit 2', { folder, command: 'ü'.repeat(400) })
    expect(job).toMatchObject({ exitCode: 2, folder, command: 'ü'.repeat(400) })
    expect(await agent.list()).toEqual([job])
  })

  test('on a full disk a job still ends, in time and with its exit code', async () => {
    const host = makeAgentHost()
    const agent = record(await host.open())
    const spec = jobSpec('while ! [ -e ../../end ]; do sleep 0.05; done; exit 5')
    await agent.start(spec)
    await isRunning(agent, spec.id)
    // A log that nothing can be added to stands for the disk: no file of the agent's is written by root's leave alone.
    const generation = readFileSync(join(host.root, 'events/generation'), 'utf8').trim()
    execFileSync('ln', ['-sf', '/dev/full', join(host.root, `events/log.${generation}`)])
    writeFileSync(join(host.root, 'end'), '')
    expect(await ended(agent, spec.id)).toMatchObject({ exitCode: 5 })
  })
})

test.each(SHELLS)('%s: a list that is cut short, or a job that cannot be read, is an error: neither is lost', async shell => {
  const host = makeAgentHost(shell)
  const agent = record(await host.open())
  const job = await runJob(agent, 'exit 2')
  expect(await agent.list()).toEqual([job])
  await host.exec(`cd "$HOME/.drover/jobs/${job.id}" && rm spec && mkdir spec`)
  await expect(agent.stat(job.id)).rejects.toMatchObject({ code: 'HOST_ERROR', message: expect.stringContaining(job.id) })
  const find = join(host.env.PATH?.split(':')[0] ?? '', 'find')
  rmSync(find, { force: true })
  writeFileSync(find, '#!/bin/sh\nkill -9 $$\n', { mode: 0o755 })
  await expect(agent.list()).rejects.toMatchObject({ code: 'HOST_ERROR' })
})

test('a thousand jobs are listed at once', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const job = await runJob(agent, 'exit 2')
  const text = await waitFor(() => host.file(job.id, 'record'), { what: 'what is kept of it' })
  for (let number = 1001; number < 2000; number++) {
    const id = `00000000-0000-4000-8000-00000000${number}`
    mkdirSync(join(host.root, 'jobs', id))
    writeFileSync(join(host.root, 'jobs', id, 'record'), text.replace(job.id, id), 'latin1')
  }
  const jobs = await agent.list()
  expect(jobs).toHaveLength(1000)
  expect(new Set(jobs.map(one => one.id)).size).toBe(1000)
  expect(jobs.every(one => one.exitCode === 2)).toBe(true)
})
