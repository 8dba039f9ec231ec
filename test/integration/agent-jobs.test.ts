/** Jobs on a real host of each shell: how they start, what becomes of their output, and how they end. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ended, isRunning, jobSpec, makeAgentHost, record, runJob, SHELLS } from '../helpers/agent-host.ts'

const TERMINAL = { columns: 100, rows: 30 }
const ways = SHELLS.flatMap(shell => [
  { shell, kind: 'plain', terminal: null },
  { shell, kind: 'terminal', terminal: TERMINAL },
])

describe.each(ways)('$kind job, agent in $shell', ({ shell, terminal }) => {
  test('tells that it runs and how it ended, and leaves the files p knows', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    const spec = jobSpec('echo out; echo err >&2; exit 7', { terminal })
    const started = await agent.start(spec)
    expect(started).toMatchObject({ id: spec.id, owner: 'me', worker: 'h1', folder: spec.folder, command: spec.command })
    const job = await ended(agent, spec.id)
    expect(job).toMatchObject({ state: 'ended', exitCode: 7, signal: null, isStopped: false, reason: null })
    expect(agent.events.map(one => one.state)).toEqual(['running', 'ended'])
    expect(agent.events[0]?.pid).toBe(Number(host.file(spec.id, 'pid')))
    expect(host.file(spec.id, 'exitcode')?.trim()).toBe('7')
    expect(host.file(spec.id, 'cmd')).toBe(spec.command)
    expect(host.file(spec.id, 'cwd')).toBe(spec.folder)
    expect(host.file(spec.id, 'output.log')).toBe(terminal ? 'out\r\nerr\r\n' : 'out\nerr\n')
    expect(job.logBytes).toBe(terminal ? 10 : 8)
    expect(await agent.stat(spec.id)).toEqual(job)
    expect(await agent.list()).toEqual([job])
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
    const agent = record(await makeAgentHost(shell).open())
    expect(await runJob(agent, command, { terminal })).toMatchObject({ state: 'ended', ...outcome, isStopped: false })
  })

  test('sent twice it runs once', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    const spec = jobSpec('echo once', { terminal })
    await Promise.all([agent.start(spec), agent.start(spec), (await host.open()).start(spec)])
    await ended(agent, spec.id)
    const again = await agent.start(spec)
    expect(again).toMatchObject({ state: 'ended', exitCode: 0 })
    expect(host.file(spec.id, 'output.log')?.trim()).toBe('once')
  })

  test('is started as its user would: signals, umask, session and environment', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    const command = 'grep SigIgn /proc/self/status; umask; echo "$DROVER_JOB|$DROVER_AGENT$DROVER_ROOT$LC_ALL|$A"; pwd'
    const job = await runJob(agent, command, { terminal, env: { A: "it's\n$x" } })
    const log = host.file(job.id, 'output.log')?.replaceAll('\r', '')
    // tmux itself has what it runs ignore TTIN and TTOU.
    expect(log).toBe(`SigIgn:\t0000000000${terminal ? '3' : '0'}00000\n0022\n${job.id}||it's\n$x\n${job.workdir}\n`)
    expect(job.workdir).toBe(join(host.root, 'workdirs', job.id))
  })

  test('a hostile command, a long script and a folder with line ends arrive as they are', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
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
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    for (let round = 0; round < 5; round++) {
      const job = await runJob(agent, 'seq 1 200000; printf END', { terminal })
      const log = host.file(job.id, 'output.log')?.replaceAll('\r', '') ?? ''
      expect(log.length).toBe(job.logBytes - (terminal ? 200_000 : 0))
      expect(log.endsWith('200000\nEND')).toBe(true)
    }
  })

  test('what it leaves behind in the background does not keep it from ending', async () => {
    const agent = record(await makeAgentHost(shell).open())
    const job = await runJob(agent, 'sleep 60 & echo done', { terminal })
    expect(job).toMatchObject({ state: 'ended', exitCode: 0 })
  })

  test('outlives the agent, the core and the link', async () => {
    const host = makeAgentHost(shell)
    const first = record(await host.open())
    const spec = jobSpec('read -r line <../../go; echo "$line"', { terminal })
    const { stdout } = await host.exec(`mkfifo ${"'"}${host.root.replaceAll("'", "'\\''")}/go'; echo made`)
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
