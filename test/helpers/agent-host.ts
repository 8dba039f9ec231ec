/**
 * A host to test the agent on: this machine with a HOME of the test's own (its name holds what shells trip over), a chosen `sh`
 * first in its PATH, and the local transport. Whatever it starts ends with the test.
 */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AgentEvent, AgentJob } from '../../src/main/hosts/agent.ts'
import { type AgentClient, type AgentOptions, openAgent } from '../../src/main/hosts/agent-client.ts'
import { readAgentProgram } from '../../src/main/hosts/agent-install.ts'
import { LocalTransport } from '../../src/main/hosts/local-transport.ts'
import { type Channel, run } from '../../src/main/hosts/transport.ts'
import type { Command } from '../../src/shared/domain.ts'
import { type JobOptions, jobSpec } from './agent-job.ts'
import { describeProcesses, isAlive, pidsWithEnv, processText, signalAll } from './processes.ts'
import { waitFor } from './wait.ts'

export { jobSpec } from './agent-job.ts'

export const SHELLS = ['dash', 'busybox', 'bash'] as const
export type ShellName = (typeof SHELLS)[number]

export type AgentHost = {
  readonly home: string
  readonly root: string
  readonly env: Record<string, string>
  readonly transport: LocalTransport
  /** A client of this host, as another connection of the same computer. Closed with it. */
  open(options?: Partial<AgentOptions>): Promise<TestAgent>
  /** The job's file, or null. */
  file(id: string, name: string): string | null
  /** PIDs of everything this host runs now. */
  processes(): number[]
  /** PIDs of the agents that serve a client, without what they started. */
  agents(): number[]
  /** As after a restart: all processes gone, another boot id. */
  reboot(): Promise<void>
  /** Runs a command line there as the user would over ssh. */
  exec(command: string, input?: Uint8Array): Promise<{ code: number | null; stdout: Buffer; stderr: string }>
  /** Ends all that it ever started, and removes it. */
  close(): Promise<void>
}
type Restart = Extract<AgentEvent, { type: 'restart-planned' }>
export type TestAgent = AgentClient & { readonly events: AgentJob[]; readonly restarts: Restart[] }

export type AgentHostOptions = {
  env?: Record<string, string>
  homeName?: string
  /** Nothing in its PATH but what the shell (busybox) brings, and flock. */
  onlyShellTools?: boolean
}

export function makeAgentHost(shell: ShellName = 'dash', options: AgentHostOptions = {}): AgentHost {
  const host = openAgentHost(shell, options)
  onTestFinished(() => host.close())
  return host
}

/** As makeAgentHost, for several tests, which close it themselves. */
export function openAgentHost(shell: ShellName = 'dash', options: AgentHostOptions = {}): AgentHost {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'drover-test-')))
  const home = join(dir, options.homeName ?? `it's "my" $HOME #{x}`)
  const bin = join(dir, 'bin')
  mkdirSync(home)
  mkdirSync(bin)
  linkShell(shell, bin)
  if (options.onlyShellTools) symlinkSync('/usr/bin/flock', join(bin, 'flock'))
  const bootIdFile = join(dir, 'boot_id')
  const mark = `DROVER_TEST_HOST=${dir}`
  writeFileSync(bootIdFile, 'first-boot\n')
  const env: Record<string, string> = {
    HOME: home,
    PATH: options.onlyShellTools ? bin : `${bin}:/usr/local/bin:/usr/bin:/bin`,
    SHELL: '/bin/sh',
    TMPDIR: dir,
    DROVER_BOOT_ID_FILE: bootIdFile,
    DROVER_TEST_HOST: dir,
    ...options.env,
  }
  const transport = new LocalTransport(env)
  const root = env.DROVER_ROOT ?? join(home, '.drover')
  const killAll = () =>
    waitFor(
      () => {
        const left = pidsWithEnv(mark)
        signalAll(left, 'SIGKILL')
        return left.length === 0
      },
      { what: 'every process of the host to be gone' },
    )
  const clients: AgentClient[] = []
  return {
    home,
    root,
    env,
    transport,
    open: async (more = {}) => {
      const client = await openAgent(transport, { program: await readAgentProgram(), host: 'h1', owner: 'me', ...more })
      clients.push(client)
      return Object.assign(client, { events: [] as AgentJob[], restarts: [] as Restart[] })
    },
    file: (id, name) => {
      const path = join(root, 'jobs', id, name)
      return existsSync(path) ? readFileSync(path, 'latin1') : null
    },
    processes: () => pidsWithEnv(mark),
    agents: () =>
      readdirSync(join(root, 'events'))
        .filter(name => name.startsWith('w.'))
        .map(name => Number(name.slice(2)))
        .filter(isAlive),
    reboot: async () => {
      await killAll()
      writeFileSync(bootIdFile, 'second-boot\n')
    },
    exec: (command, input) => run(transport, command, { maxBytes: 1e9, ...(input && { input }) }),
    close: async () => {
      for (const client of clients) client.close()
      await transport.close()
      await killAll()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Notes every event in `agent.events`. */
export function record(agent: TestAgent): TestAgent {
  agent.onEvent((event: AgentEvent) => {
    if (event.type === 'job') agent.events.push(event.job)
    else agent.restarts.push(event)
  })
  return agent
}

/** Starts a job and waits for the event of its end. */
export async function runJob(agent: TestAgent, command: Command | string, options: JobOptions = {}): Promise<AgentJob> {
  const spec = jobSpec(command, options)
  await agent.start(spec)
  return ended(agent, spec.id)
}

export async function ended(agent: TestAgent, id: string, timeoutMs = 15_000): Promise<AgentJob> {
  const end = () => agent.events.findLast(job => job.id === id && (job.state === 'ended' || job.state === 'lost'))
  return waitFor(end, { timeoutMs, what: `the end of job ${id}` }).catch(async error => {
    const told = agent.events.map(job => `${job.id.slice(0, 8)} ${job.state}`).join(', ')
    const asked = await agent.stat(id).then(JSON.stringify, String)
    const processes = describeProcesses(pid => processText(pid).includes(id))
    throw new Error(`${error.message}. Told: ${told}. Asked: ${asked}. Its processes:\n${processes}`, { cause: error })
  })
}

export function isRunning(agent: TestAgent, id: string): Promise<AgentJob> {
  return waitFor(() => agent.events.findLast(job => job.id === id && job.state === 'running'), { what: `job ${id} to run` })
}

/** Collects a stream until it holds what `isEnough` wants. */
export async function readUntil(channel: Channel, isEnough: (text: string) => boolean, timeoutMs = 10_000): Promise<string> {
  const chunks: Buffer[] = []
  channel.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  channel.stderr.resume()
  const text = () => Buffer.concat(chunks).toString('latin1')
  await waitFor(() => isEnough(text()), { timeoutMs, what: 'more output' }).catch(error => {
    throw new Error(`${error.message}; there is ${JSON.stringify(text().slice(-500))}`)
  })
  return text()
}

/** A PATH folder in which `sh` is this shell; for busybox all else too, as on a small system, that it has. */
function linkShell(shell: ShellName, bin: string): void {
  const path = execFileSync('sh', ['-c', `command -v ${shell} || true`], { encoding: 'utf8' }).trim()
  if (path === '') throw new Error(`${shell} is not installed: apt-get install ${shell}`)
  symlinkSync(path, join(bin, 'sh'))
  if (shell !== 'busybox') return
  for (const applet of execFileSync(path, ['--list'], { encoding: 'utf8' }).split('\n')) {
    if (/^[a-z0-9]+$/.test(applet) && applet !== 'sh') symlinkSync(path, join(bin, applet))
  }
}
