/** Cores as processes: started by command lines, one a user, found again after any end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../src/cli/client.ts'
import type { Reach } from '../../src/cli/reach-core.ts'
import type { CoreStatus } from '../../src/shared/contract.ts'
import type { CoreEvent } from '../../src/shared/domain.ts'
import { VERSION } from '../../src/shared/version.ts'
import { type CoreEnv, coresOf, makeCoreEnv } from '../helpers/core-env.ts'
import { isAlive } from '../helpers/processes.ts'
import { readLogSlowly } from '../helpers/slow-log.ts'
import { STUB_CORE } from '../helpers/stub-core.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor, within } from '../helpers/wait.ts'

type Env = CoreEnv

const connectTo = (env: Env, more: Partial<Reach> = {}) => createClient({ env, program: STUB_CORE, ...more })
const status = (env: Env): Promise<CoreStatus> => connectTo(env).call('core.status', {})
const logOf = (env: Env) => readFileSync(join(env.HOME, '.local/state/drover/core.log'), 'utf8')

/** Starts a core directly, as `npm start` does. */
function runCore(
  env: Env,
  args: string[] = ['--foreground'],
): { core: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const core = spawn(process.execPath, [STUB_CORE, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [core.stdout, core.stderr]) {
    stream?.setEncoding('utf8').on('data', text => {
      output += text
    })
  }
  return { core, output: () => output, ended: once(core, 'close').then(([code]) => code) }
}

test('the first call starts a core in a session of its own, later ones use it', async () => {
  const env = makeCoreEnv({ DROVER_CALLED_AS: 'p' })
  const { pid, version } = await status(env)
  expect(version).toBe(VERSION)
  expect(await status(env)).toMatchObject({ pid })
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const [, , processGroup, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  expect([processGroup, session]).toEqual([String(pid), String(pid)])
  expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toContain('DROVER_CALLED_AS')
  expect(statSync(join(env.HOME, '.local/state/drover/core.log')).mode & 0o777).toBe(0o600)
})

test('five command lines that start a core at once get one core, and all reach it', async () => {
  const env = makeCoreEnv()
  const answers = await Promise.all(Array.from({ length: 5 }, () => status(env)))
  expect(new Set(answers.map(answer => answer.pid)).size).toBe(1)
  await waitFor(() => coresOf(env).length === 1, { what: 'the cores that came too late to be gone' })
})

test('a killed core is followed by a new one, over its socket and its lock', async () => {
  const env = makeCoreEnv()
  const { pid } = await status(env)
  process.kill(pid, 'SIGKILL')
  await waitFor(() => !isAlive(pid))
  const next = await status(env)
  expect(next.pid).not.toBe(pid)
})

test('a session whose core is killed starts another, and hears its events', async () => {
  const env = makeCoreEnv()
  const session = await connectTo(env).connect()
  onTestFinished(() => session.close())
  const { pid } = await session.call('core.status', {})
  const heard: CoreEvent[] = []
  let reconnects = 0
  session.onReconnect(() => reconnects++)
  await session.onEvent(event => heard.push(event))
  process.kill(pid, 'SIGKILL')
  const next = await waitFor(() => session.call('core.status', {}))
  expect(next.pid).not.toBe(pid)
  await waitFor(() => reconnects === 1)
  await session.call('host.remove', { name: 'a' })
  await waitFor(() => heard.length === 1)
})

test('a session whose core was stopped does not start another', async () => {
  const env = makeCoreEnv()
  const session = await connectTo(env, { successorTimeoutMs: 100 }).connect()
  onTestFinished(() => session.close())
  await session.call('core.stop', {})
  await expect(waitFor(() => session.call('core.status', {}), { timeoutMs: 300 })).rejects.toMatchObject({
    cause: { code: 'CORE_UNREACHABLE' },
  })
  expect(coresOf(env)).toEqual([])
})

test('why a core does not start is told in its own words', async () => {
  await expect(status(makeCoreEnv({ STUB_CORE: 'refuses' }))).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: 'config.yaml:3: no such key',
  })
  const env = makeCoreEnv({ STUB_CORE: 'crashes' })
  await expect(status(env)).rejects.toMatchObject({ code: 'INTERNAL', message: 'a stub that crashes' })
  expect(logOf(env)).toMatch(/error core .*a stub that crashes\n +at /)
})

test('a core that ends or hangs without a word is told of with the place of its log', async () => {
  const env = makeCoreEnv()
  const program = join(env.HOME, 'not-a-core.mjs')
  writeFileSync(program, 'process.exit(3)')
  await expect(connectTo(env, { program }).call('core.status', {})).rejects.toMatchObject({
    code: 'CORE_UNREACHABLE',
    message: expect.stringMatching(/exit code 3.*core\.log/),
  })
  const hanging = connectTo(makeCoreEnv({ STUB_CORE: 'hangs' }), { startTimeoutMs: 500 })
  await expect(hanging.call('core.status', {})).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringMatching(/not ready after/),
  })
})

test('a core that is killed as it starts is started again, but not for ever', async () => {
  const env = makeCoreEnv()
  const starts = join(env.HOME, 'starts')
  const program = join(env.HOME, 'killed.mjs')
  writeFileSync(
    program,
    `import { appendFileSync, readFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(starts)}, '.')
if (!(readFileSync(${JSON.stringify(starts)}).length > Number(process.env.KILLS))) process.kill(process.pid, 'SIGKILL')
process.argv[1] = ${JSON.stringify(STUB_CORE)}
await import(${JSON.stringify(STUB_CORE)})`,
  )
  expect(await connectTo({ ...env, KILLS: '2' }, { program }).call('core.status', {})).toMatchObject({ pid: expect.any(Number) })
  expect(readFileSync(starts, 'utf8')).toBe('...')

  const always = { ...makeCoreEnv(), KILLS: '1000' }
  await expect(connectTo(always, { program }).call('core.status', {})).rejects.toMatchObject({
    code: 'CORE_UNREACHABLE',
    message: expect.stringMatching(/killed \(SIGKILL\), 8 times/),
  })
})

test('a core that holds the lock but does not answer is named', async () => {
  const env = makeCoreEnv()
  const { pid } = await status(env)
  // As if its socket had been lost: its path leads nowhere, but it lives.
  writeFileSync(join(env.HOME, '.local/share/drover/core.socket'), '/nonexistent/core.sock\n')
  await expect(connectTo(env, { startTimeoutMs: 5_000 }).call('core.status', {})).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringMatching(/holds the database/),
  })
  expect(isAlive(pid)).toBe(true)
})

test('a log that cannot be written is named', async () => {
  const env = makeCoreEnv()
  writeFileSync(join(env.HOME, '.local'), 'a file in the way')
  await expect(status(env)).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringMatching(/core’s log.*XDG_STATE_HOME/),
  })
})

test('in the foreground it says that it is ready, and a second one that another runs, with code 75', async () => {
  const env = makeCoreEnv()
  const first = runCore(env)
  await waitFor(() => /^drover core ready \/.*core\.[\w-]{4}\n/.test(first.output()))
  const second = runCore(env)
  expect(await within(second.ended)).toBe(75)
  expect(second.output()).toMatch(/Another core of this user holds .*drover\.db/)
  expect(await status(env)).toMatchObject({ pid: first.core.pid })
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s closes it in order: exit code 0, socket gone, lock free',
  async signal => {
    const env = makeCoreEnv()
    const { core, output, ended } = runCore(env)
    const path = await waitFor(() => /ready (.*)\n/.exec(output())?.[1])
    core.kill(signal)
    expect(await within(ended)).toBe(0)
    expect(existsSync(path)).toBe(false)
    expect((await status(env)).pid).not.toBe(core.pid)
  },
)

test('a second signal ends it at once, though a client hangs on', async () => {
  const env = makeCoreEnv()
  const { core, output, ended } = runCore(env)
  const path = await waitFor(() => /ready (.*)\n/.exec(output())?.[1])
  const { connect } = await import('node:net')
  // A client in the middle of its request keeps the server from closing for a while.
  const client = connect(path)
  client.on('error', () => undefined)
  onTestFinished(() => void client.destroy())
  client.write('POST /rpc/core.status HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n')
  await waitFor(() => client.bytesWritten > 0)
  core.kill('SIGTERM')
  core.kill('SIGINT')
  expect([0, 1]).toContain(await within(ended))
})

test('a mistake of ours ends it with code 70 and stands in its log', async () => {
  const env = makeCoreEnv()
  const { core, output, ended } = runCore(env)
  await waitFor(() => output().includes('ready'))
  await connectTo(env).call('host.default', { name: 'x' })
  expect(await within(ended)).toBe(70)
  expect(output()).toMatch(/error core a mistake of ours ends the core: Error: thrown by a stub\n +at /)
  expect(isAlive(core.pid ?? 0)).toBe(false)
})

test('wrong words are refused with code 2', async () => {
  const { ended, output } = runCore(makeCoreEnv(), ['--daemonize'])
  expect(await within(ended)).toBe(2)
  expect(output()).toContain('"--daemonize"')
})

test('it goes on when whoever read its output went away', async () => {
  const env = makeCoreEnv()
  const { core, output } = runCore(env)
  await waitFor(() => output().includes('ready'))
  core.stdout?.destroy()
  core.stderr?.destroy()
  expect(await status(env)).toMatchObject({ pid: core.pid })
})

test('a runtime folder that is open to others is refused, and the command line says so', async () => {
  const env = makeCoreEnv()
  const runtime = temporaryFolder()
  chmodSync(runtime, 0o700)
  const { mkdirSync } = await import('node:fs')
  mkdirSync(join(runtime, 'drover'))
  chmodSync(join(runtime, 'drover'), 0o777)
  await expect(status({ ...env, XDG_RUNTIME_DIR: runtime })).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringMatching(/open to others/),
  })
})

test('a long log read slowly does not make the core grow', async () => {
  const { bytes, grownBytes } = await readLogSlowly(64)
  expect(bytes).toBe(64 * 1024 ** 2)
  expect(grownBytes).toBeLessThan(30 * 1024 ** 2)
})
