/** Jobs on a real host of each shell: how they start, what becomes of their output, and how they end. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
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

const TERMINAL = { columns: 100, rows: 30 }
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

  test('tells that it runs and how it ended, and leaves the files p knows', async () => {
    const spec = jobSpec('echo out; echo err >&2; exit 7', { terminal })
    const started = await agent.start(spec)
    expect(started).toMatchObject({ id: spec.id, owner: 'me', worker: 'h1', folder: spec.folder, command: spec.command })
    const job = await ended(agent, spec.id)
    expect(job).toMatchObject({ state: 'ended', exitCode: 7, signal: null, isStopped: false, reason: null })
    const events = agent.events.filter(one => one.id === spec.id)
    expect(events.map(one => one.state)).toEqual(['running', 'ended'])
    expect(events[0]?.pid).toBe(Number(host.file(spec.id, 'pid')))
    expect(host.file(spec.id, 'exitcode')?.trim()).toBe('7')
    expect(host.file(spec.id, 'cmd')).toBe(spec.command)
    expect(host.file(spec.id, 'cwd')).toBe(spec.folder)
    expect(host.file(spec.id, 'output.log')).toBe(terminal ? 'out\r\nerr\r\n' : 'out\nerr\n')
    expect(job.logBytes).toBe(terminal ? 10 : 8)
    expect(await agent.stat(spec.id)).toEqual(job)
    expect(await agent.list()).toContainEqual(job)
  })

  test.each([
    ['kill -KILL $$', { exitCode: null, signal: 'KILL' }],
    ['kill -TERM $$', { exitCode: null, signal: 'TERM' }],
    ['kill -SEGV $$', { exitCode: null, signal: 'SEGV' }],
    ['kill -INT $$', { exitCode: null, signal: 'INT' }],
    ['exit 137', { exitCode: 137, signal: null }],
    ['exit 255', { exitCode: 255, signal: null }],
    ['exit 0', { exitCode: 0, signal: null }],
  ])('%s', async (command, outcome) => {
    expect(await runJob(agent, command, { terminal })).toMatchObject({ state: 'ended', ...outcome, isStopped: false })
  })

  test('sent twice it runs once', async () => {
    const spec = jobSpec('echo once', { terminal })
    await Promise.all([agent.start(spec), agent.start(spec), (await host.open()).start(spec)])
    await ended(agent, spec.id)
    const again = await agent.start(spec)
    expect(again).toMatchObject({ state: 'ended', exitCode: 0 })
    expect(host.file(spec.id, 'output.log')?.trim()).toBe('once')
  })

  test('is started as its user would: signals, umask, session and environment', async () => {
    const command = 'grep SigIgn /proc/self/status; umask; echo "$DROVER_JOB|$DROVER_AGENT$DROVER_ROOT$LC_ALL|$A"; pwd'
    const job = await runJob(agent, command, { terminal, env: { A: "it's\n$x" } })
    const log = host.file(job.id, 'output.log')?.replaceAll('\r', '')
    // tmux itself has what it runs ignore TTIN and TTOU.
    expect(log).toBe(`SigIgn:\t0000000000${terminal ? '3' : '0'}00000\n0022\n${job.id}||it's\n$x\n${job.workdir}\n`)
    expect(job.workdir).toBe(join(host.root, 'workdirs', job.id))
  })

  test('a hostile command, a long script and a folder with line ends arrive as they are', async () => {
    const text = `#{x} #(touch /tmp/drover-injected) %s %% '"\\ $(x) \`y\` #[bg=red];\u0007 é—日本 `.repeat(1500)
    const folder = '/tmp/a\nb #(x);'
    const job = await runJob(agent, { argv: ['printf', '%s', text] }, { terminal, folder, command: text })
    expect(job).toMatchObject({ exitCode: 0, folder })
    expect(job.command).toHaveLength(501)
    const log = readFileSync(join(host.root, 'jobs', job.id, 'output.log'), 'utf8')
    expect(log).toBe(text)
    expect(readFileSync(join(host.root, 'jobs', job.id, 'cmd'), 'utf8')).toBe(text)
  })

  test('all it prints is in its log when its end is told', async () => {
    for (let round = 0; round < 5; round++) {
      const job = await runJob(agent, 'seq 1 40000; printf END', { terminal })
      const log = host.file(job.id, 'output.log')?.replaceAll('\r', '') ?? ''
      expect(log.length).toBe(job.logBytes - (terminal ? 40_000 : 0))
      expect(log.endsWith('40000\nEND')).toBe(true)
    }
  })

  test('what it leaves behind in the background does not keep it from ending', async () => {
    const job = await runJob(agent, 'sleep 60 & echo done', { terminal })
    expect(job).toMatchObject({ state: 'ended', exitCode: 0 })
  })

  test('outlives the agent, the core and the link', async () => {
    const first = record(await host.open())
    const spec = jobSpec('read -r line <../../go; echo "$line"', { terminal })
    const { stdout } = await host.exec(
      `rm -f "$HOME/.drover/go"; mkfifo ${"'"}${host.root.replaceAll("'", "'\\''")}/go'; echo made`,
    )
    expect(stdout.toString()).toBe('made\n')
    await first.start(spec)
    await isRunning(first, spec.id)
    first.close()
    const second = record(await host.open({ eventOffset: first.eventOffset }))
    expect(await second.stat(spec.id)).toMatchObject({ state: 'running' })
    await host.exec(`echo went >${"'"}${host.root.replaceAll("'", "'\\''")}/go'`)
    expect(await ended(second, spec.id)).toMatchObject({ exitCode: 0 })
    expect(host.file(spec.id, 'output.log')?.trim()).toBe('went')
  })
})

describe('plain job', () => {
  test('binary output is kept byte for byte', async () => {
    const host = makeAgentHost()
    const agent = record(await host.open())
    const bytes = randomBytes(60_000)
    const encoded = bytes.toString('base64')
    const job = await runJob(agent, `base64 -d <<'X'\n${encoded}\nX`)
    expect(readFileSync(join(host.root, 'jobs', job.id, 'output.log')).equals(bytes)).toBe(true)
  })

  test('what a profile prints is not its output, and what it sets is there', async () => {
    const host = makeAgentHost('dash', { env: { SHELL: '/bin/bash' } })
    await host.exec(`echo 'echo noise; export FROM_PROFILE=yes' >"$HOME/.bash_profile"`)
    const agent = record(await host.open())
    const job = await runJob(agent, 'echo "$FROM_PROFILE $SHELL"')
    expect(host.file(job.id, 'output.log')).toBe('yes /bin/bash\n')
  })

  test('a workdir that is gone is said in the log, with exit code 126', async () => {
    const host = makeAgentHost()
    const agent = record(await host.open())
    const job = await runJob(agent, 'echo never', { workdir: '/nonexistent/x' })
    expect(job.exitCode).not.toBe(0)
    expect(host.file(job.id, 'output.log')).toContain('/nonexistent/x')
  })
})
