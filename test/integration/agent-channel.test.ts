/** The control channel on bad terms: installing, noisy profiles, agents that say what they should not, a full disk. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openAgent } from '../../src/main/hosts/agent-client.ts'
import { readAgentProgram } from '../../src/main/hosts/agent-install.ts'
import type { Channel, ExecOptions, Transport } from '../../src/main/hosts/transport.ts'
import type { AppError } from '../../src/shared/errors.ts'
import { type AgentHost, isRunning, jobSpec, makeAgentHost, record, runJob, SHELLS } from '../helpers/agent-host.ts'
import { signalAll } from '../helpers/processes.ts'
import { waitFor } from '../helpers/wait.ts'

describe.each(SHELLS)('installing, with %s', shell => {
  test('brings the agent once, mends a broken one, and keeps old ones until a month unused', async () => {
    const host = makeAgentHost(shell)
    const program = await readAgentProgram()
    const agent = await host.open()
    const file = join(host.root, 'bin', `agent-${program.version}`)
    expect(agent.info).toMatchObject({
      version: program.version,
      root: host.root,
      home: host.home,
      bootId: 'first-boot',
      tmux: expect.any(String),
    })
    expect(statSync(host.root).mode & 0o777).toBe(0o700)
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(program.sha256)

    const inode = statSync(file).ino
    await host.open()
    expect(statSync(file).ino).toBe(inode)
    writeFileSync(file, 'echo broken')
    await host.open()
    expect(readFileSync(file).equals(program.text)).toBe(true)

    const running = jobSpec('sleep 1000')
    await agent.start(running)
    const monthAgo = Date.now() / 1000 - 31 * 86_400
    for (const version of ['recent', 'old', 'used']) writeFileSync(join(host.root, `bin/agent-${version}`), '')
    for (const version of ['old', 'used']) utimesSync(join(host.root, `bin/agent-${version}`), monthAgo, monthAgo)
    const spec = join(host.root, 'jobs', running.id, 'spec')
    writeFileSync(spec, readFileSync(spec, 'utf8').replace(file, join(host.root, 'bin/agent-used')))
    await host.open()
    await waitFor(() => !existsSync(join(host.root, 'bin/agent-old')), { what: 'the old one to go' })
    expect(readdirSync(join(host.root, 'bin')).sort()).toEqual([`agent-${program.version}`, 'agent-recent', 'agent-used'].sort())
  })

  test('what crashes left is cleared after a day, what is fresh is not', async () => {
    const host = makeAgentHost(shell)
    await host.open()
    const [old, fresh] = ['.new.old.1', '.new.fresh.1'].map(name => join(host.root, 'jobs', name))
    for (const path of [old, fresh]) mkdirSync(path ?? '')
    utimesSync(old ?? '', 1000, 1000)
    await host.open()
    await waitFor(() => !existsSync(old ?? ''))
    expect(existsSync(fresh ?? '')).toBe(true)
  })
})

test('two hosts of one machine, and a root of one’s own, are kept apart', async () => {
  const host = makeAgentHost()
  const root = join(host.home, "another 'root'")
  const [one, two] = [record(await host.open()), record(await host.open({ root }))]
  const job = await runJob(two, 'echo $DROVER_ROOT')
  expect(two.info.root).toBe(root)
  expect(await one.list()).toEqual([])
  expect((await host.exec(two.commands.log(job.id, 0, false))).stdout.toString()).toBe('\n')
})

test('what a profile prints before is skipped', async () => {
  const host = makeAgentHost()
  const agent = record(await openAgentOver(host, command => `echo noise; printf 'no line end'; echo; ${command}`))
  expect(agent.info.version).toMatch(/^[0-9a-f]{16}$/)
})

test('why an agent did not start is said', async () => {
  const host = makeAgentHost()
  await expect(openAgentOver(host, () => 'echo This account is currently not available.; exit 1')).rejects.toMatchObject({
    code: 'HOST_ERROR',
    message: 'h1: the agent did not start (exit 1): This account is currently not available.',
  })
  writeFileSync(join(host.home, '.drover'), 'a file')
  await expect(host.open()).rejects.toMatchObject({ code: 'HOST_ERROR', message: expect.stringContaining('cannot be installed') })
})

test('an agent that is killed as it starts is one that is lost: what waits for it asks again', async () => {
  await expect(openAgentOver(makeAgentHost(), () => 'kill -9 $$')).rejects.toMatchObject({
    code: 'HOST_UNREACHABLE',
    message: 'h1: its agent was killed (KILL) as it started',
  })
})

test('an agent of another version, or a hello that is none, is refused', async () => {
  const host = makeAgentHost()
  const other = (command: string) => command.replace('exec sh "$a"', 'cp "$a" "$a-x"; exec sh "$a-x"')
  await expect(openAgentOver(host, other)).rejects.toMatchObject({
    code: 'PROTOCOL',
    message: expect.stringMatching(/[0-9a-f]{16}-x/),
  })
  const empty = (command: string) => command.replace(/exec sh "\$a" serve (\w+)$/, "echo '$1 - hello =x'; cat")
  await expect(openAgentOver(host, empty)).rejects.toMatchObject({ code: 'PROTOCOL' })
})

test('lines without the nonce, or that make no sense, are told and dropped; the rest goes on', async () => {
  const host = makeAgentHost()
  const problems: AppError[] = []
  const noise = [
    'x 1 ok',
    '$n 99999 ok',
    '$n - event nonsense',
    '$n - event 1:2 job =x',
    '$n - hello =x',
    `$n 1 bogus ${'y'.repeat(9000)}`,
  ]
  const script = (command: string) => {
    const nonce = /serve (\w+)$/.exec(command)?.[1]
    const lines = noise.map(line => `printf '%s\\n' '${line.replaceAll('$n', nonce ?? '')}'`).join('; ')
    return `( while ! [ -e "$HOME/now" ]; do sleep 0.02; done; ${lines} ) & ${command}`
  }
  const agent = record(await openAgentOver(host, script, { onViolation: error => problems.push(error) }))
  await agent.sample()
  writeFileSync(join(host.home, 'now'), '')
  await waitFor(() => problems.length === noise.length, { what: `${noise.length} problems` })
  expect(problems.every(error => error.code === 'PROTOCOL' && error.message.length < 400)).toBe(true)
  expect(await runJob(agent, 'exit 4')).toMatchObject({ exitCode: 4 })
})

test.each([
  ['rows without an end', `3 row ${'x'.repeat(3_000)}`, /bytes that lead to nothing/],
  ['a row without an end', `3 more ${'x'.repeat(3_000)}`, /a row of \d+ bytes/],
  ['nothing that makes sense', 'nonsense', /100 lines that make no sense/],
])('a host that sends %s is given up before it has filled our memory', async (_what, line, message) => {
  const host = makeAgentHost()
  const problems: AppError[] = []
  const script = (command: string) => {
    const nonce = /serve (\w+)$/.exec(command)?.[1]
    return `( while ! [ -s "$HOME/now" ]; do sleep 0.02; done; yes "${nonce} $(cat "$HOME/now")" ) & ${command}`
  }
  const agent = record(await openAgentOver(host, script, { onViolation: error => problems.push(error) }))
  await agent.sample()
  const stopped = host.agents()
  onTestFinished(() => signalAll(stopped, 'SIGCONT'))
  signalAll(stopped, 'SIGSTOP')
  // The third request: what watches was the first.
  const answer = expect(agent.disk()).rejects.toMatchObject({ code: 'PROTOCOL', message: expect.stringMatching(message) })
  writeFileSync(join(host.home, 'now'), line)
  await answer
  expect((await agent.lost).message).toMatch(message)
  expect(problems.length).toBeLessThanOrEqual(100)
})

test('a host that asks for its agent again and again gets it once', async () => {
  const asking = (command: string) => `while printf '%s - missing\\n' ${/serve (\w+)/.exec(command)?.[1]}; do :; done`
  await expect(openAgentOver(makeAgentHost(), asking)).rejects.toMatchObject({
    code: 'HOST_ERROR',
    message: expect.stringContaining('cannot be installed'),
  })
})

test('when the channel goes, what waits fails and `lost` says so; nothing else breaks', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const spec = jobSpec('sleep 1000')
  await agent.start(spec)
  await isRunning(agent, spec.id)
  const waiting = Promise.allSettled([agent.disk(), agent.list()])
  agent.close()
  for (const result of await waiting) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'HOST_UNREACHABLE' } })
  await expect(agent.sample()).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  expect((await agent.lost).message).toContain('h1')
  await waitFor(() => host.agents().length === 0, { what: 'the agent to end' })
})

test('samples are shares of the time since the last one', async () => {
  const agent = await makeAgentHost().open()
  const sample = await agent.sample()
  for (const ratio of [sample.cpuRatio, sample.ioWaitRatio]) {
    expect(ratio).toBeGreaterThanOrEqual(0)
    expect(ratio).toBeLessThanOrEqual(1)
  }
  expect(sample.memoryAvailableBytes).toBeLessThan(sample.memoryTotalBytes)
  expect(agent.info.cpus).toBeGreaterThan(0)
})

test('a full disk is told as such: by the start of a job, by a workdir, by the installation', async () => {
  const host = makeAgentHost()
  const inSmallDisk = (command: string) =>
    `unshare ${process.getuid?.() === 0 ? '' : '-r'} -m sh -c 'mount -t tmpfs -o size=1m none "$HOME" && exec sh -c "$1"' sh ${quote(command)}`
  const fill = 'dd if=/dev/zero of="$HOME/full" bs=4096 2>/dev/null'
  await expect(openAgentOver(host, command => inSmallDisk(`${fill}; ${command}`))).rejects.toMatchObject({ code: 'DISK_FULL' })

  const agent = record(await openAgentOver(host, inSmallDisk))
  const running = jobSpec('while ! [ -e "$HOME/full" ]; do sleep 0.02; done; sleep 0.1; exit 5')
  await agent.start(running)
  await isRunning(agent, running.id)
  await agent.makeWorkdir(jobSpec('x').id, null)
  const filler = await agent.start(jobSpec(fill))
  expect(filler.id).toBeDefined()
  const job = await waitFor(() => agent.events.findLast(one => one.id === running.id && one.state === 'ended'), {
    what: 'its end',
  })
  expect(job).toMatchObject({ exitCode: 5 })
  await expect(agent.start(jobSpec('x'))).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('h1') })
  expect((await agent.list()).map(one => one.id).sort()).toEqual([running.id, filler.id].sort())
})

/** Over a transport that changes the command line of the control channel. */
async function openAgentOver(
  host: AgentHost,
  change: (command: string) => string,
  more: { onViolation?: (error: AppError) => void } = {},
) {
  const transport: Transport = {
    kind: 'local',
    lost: host.transport.lost,
    close: () => host.transport.close(),
    exec: (command: string, options: ExecOptions): Promise<Channel> => host.transport.exec(change(command), options),
  }
  const client = await openAgent(transport, { program: await readAgentProgram(), host: 'h1', owner: 'me', ...more })
  return Object.assign(client, { events: [], restarts: [] })
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
