/** The terminal of a job as a person sees it, through a real tmux: status bar, end screen, detaching, sizes; and its log under load. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { TerminalSize } from '../../src/main/hosts/transport.ts'
import {
  type AgentHost,
  ended,
  isRunning,
  jobSpec,
  makeAgentHost,
  record,
  runJob,
  type TestAgent,
} from '../helpers/agent-host.ts'
import { drawScreen } from '../helpers/screen.ts'
import { waitFor, within } from '../helpers/wait.ts'

const SIZE = { columns: 100, rows: 24 }

test('its status bar names the job and counts; its end screen says how it ended, and any key closes it', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const spec = jobSpec('echo hello; read x; exit 3', { terminal: SIZE, worker: 'big-box' })
  await agent.start(spec)
  const { channel, screen } = await attach(host, agent, spec.id)
  const short = spec.id.slice(0, 8)
  const rows = await screen.shows('[running]')
  expect(rows[0]).toBe('hello')
  expect(rows.at(-1)).toMatch(new RegExp(`^p-${short}  big-box  echo hello; read x; exit 3  \\[running\\]  0:00:0\\d$`))
  await screen.shows('0:00:02')
  screen.type('\r')
  await screen.shows('--- Job done [exit 3]. Press any key to detach. ---')
  const last = (await screen.shows('[done 3]')).at(-1)
  // The clock stands still.
  await waitFor(() => screen.rows().at(-1) === last)
  expect(await ended(agent, spec.id)).toMatchObject({ exitCode: 3 })
  screen.type('x')
  expect(await within(channel.end)).toEqual({ code: 0, signal: null })
  expect(host.file(spec.id, 'output.log')).toBe('hello\r\n\r\n')
  await waitFor(() => host.processes().length <= 2, { what: 'the tmux server to be gone' })
  const again = await host.exec(agent.commands.attach(spec.id))
  expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining('no terminal') })
})

test('its end screen names the signal', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const job = await runJob(agent, 'kill -KILL $$', { terminal: SIZE })
  const { screen } = await attach(host, agent, job.id)
  await screen.shows('--- Job done [signal KILL]. Press any key to detach. ---')
  await screen.shows('[signal KILL]  0:00:')
})

test('a hostile command is shown, not run: formats, styles, line ends, quotes', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const command = `#(touch "${host.home}/got") #[bg=red]a\n#{pid}%H%%\u001b[31m`
  const spec = jobSpec('sleep 1000', { terminal: SIZE, command, worker: '#(x);', folder: '/#(x);' })
  await agent.start(spec)
  const short = jobSpec('sleep 1000', { terminal: SIZE, command: '#[bg=red]a\n#{pid}%H%%\u001b;' })
  await agent.start(short)
  const first = (await (await attach(host, agent, spec.id)).screen.shows('[running]')).at(-1)
  expect(first).toContain(`  #(x);  #(touch "${host.home}`.slice(0, 30))
  const second = (await (await attach(host, agent, short.id)).screen.shows('[running]')).at(-1)
  expect(second).toContain('  h1  # [bg=red]a #{pid}%H%% ;  [running]')
  expect(existsSync(join(host.home, 'got'))).toBe(false)
})

test('a detached one goes on, and can be looked at again', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const spec = jobSpec('echo hello; sleep 1000', { terminal: SIZE })
  await agent.start(spec)
  for (const key of ['d', 'D']) {
    const { channel, screen } = await attach(host, agent, spec.id)
    await screen.shows('hello')
    screen.type(`\u0002${key}`)
    expect(await within(channel.end)).toEqual({ code: 0, signal: null })
  }
  const { channel, screen } = await attach(host, agent, spec.id)
  await screen.shows('hello')
  channel.close()
  await within(channel.end)
  expect(await agent.stat(spec.id)).toMatchObject({ state: 'running' })
})

test('Ctrl+C reaches the program, and only that', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const spec = jobSpec("trap 'echo caught' INT; echo up; read x; read x; exit 4", { terminal: SIZE })
  await agent.start(spec)
  const { screen } = await attach(host, agent, spec.id)
  await screen.shows('up')
  screen.type('\u0003')
  await screen.shows('caught')
  const plain = jobSpec('echo up; sleep 1000', { terminal: SIZE })
  await agent.start(plain)
  const other = await attach(host, agent, plain.id)
  await other.screen.shows('up')
  other.screen.type('\u0003')
  expect(await ended(agent, plain.id)).toMatchObject({ signal: 'INT', isStopped: false })
  expect(await agent.stat(spec.id)).toMatchObject({ state: 'running' })
})

test('it has the size it was given, and then that of who looks', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const spec = jobSpec('stty size; while read x; do stty size; done', { terminal: { columns: 132, rows: 40 } })
  await agent.start(spec)
  await waitFor(() => host.file(spec.id, 'output.log') === '39 132\r\n')
  const { channel, screen } = await attach(host, agent, spec.id, { columns: 90, rows: 20 })
  await screen.shows('39 132')
  screen.type('\r')
  await screen.shows('19 90')
  channel.resize({ columns: 80, rows: 30 })
  await waitFor(() => {
    screen.type('\r')
    return screen.rows().some(row => row.includes('29 80'))
  })
})

test('the terminal is not asked to tell of its focus: at the end screen that would be a key', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const spec = jobSpec('echo up; read x', { terminal: SIZE })
  await agent.start(spec)
  const { channel, screen } = await attach(host, agent, spec.id)
  let sent = ''
  channel.stdout.on('data', (chunk: Buffer) => {
    sent += chunk.toString('latin1')
  })
  await screen.shows('up')
  screen.type('\r')
  await screen.shows('Press any key')
  expect(sent).not.toContain('\u001b[?1004h')
  screen.type('q')
  expect(await within(channel.end)).toEqual({ code: 0, signal: null })
})

test('under a long path its socket goes to a short one of ours', async () => {
  const host = makeAgentHost('dash', { homeName: 'n'.repeat(90) })
  const agent = record(await host.open())
  const spec = jobSpec('echo hello; read x', { terminal: SIZE })
  await agent.start(spec)
  await isRunning(agent, spec.id)
  const { screen } = await attach(host, agent, spec.id)
  await screen.shows('hello')
  screen.type('\r')
  expect(await ended(agent, spec.id)).toMatchObject({ exitCode: 0 })
})

test('finished ones nobody looks at do not pile up', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const ids: string[] = []
  for (let round = 0; round < 23; round++) ids.push((await runJob(agent, 'true', { terminal: SIZE })).id)
  const open = () => readdirSync(join(host.root, 'jobs')).filter(id => existsSync(join(host.root, 'jobs', id, 'tmux_socket')))
  await waitFor(() => open().length === 20, { what: 'twenty open ones' })
  await agent.remove(ids.at(-1) ?? '')
  expect(open()).toHaveLength(19)
})

test('on a busy host no terminal loses the end of its output', async () => {
  for (let busy = 0; busy < 4; busy++) {
    const child = spawn('sh', ['-c', 'while :; do :; done'])
    onTestFinished(() => void child.kill('SIGKILL'))
  }
  const host = makeAgentHost()
  const agent = record(await host.open())
  for (let round = 0; round < 10; round++) {
    const job = await runJob(agent, 'head -c 20000 /dev/zero | tr "\\0" x; printf END', { terminal: SIZE })
    expect(host.file(job.id, 'output.log')).toBe(`${'x'.repeat(20_000)}END`)
  }
})

async function attach(host: AgentHost, agent: TestAgent, id: string, size: TerminalSize = SIZE) {
  await isRunning(agent, id)
  const channel = await host.transport.exec(agent.commands.attach(id), {
    lane: 'stream',
    terminal: { ...size, term: 'xterm-256color' },
  })
  return { channel, screen: drawScreen(channel, size) }
}
