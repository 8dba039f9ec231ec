/**
 * What a host pays for being watched: the CPU time of the agent and of all it starts, as shares of one core, over a minute each:
 * host samples every 2 s alone, and with 100 jobs of two processes each read every 10 s besides.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { AgentClient } from '../src/main/hosts/agent-client.ts'
import { LocalTransport } from '../src/main/hosts/local-transport.ts'
import { jobSpec } from '../test/helpers/agent-job.ts'
import { waitFor } from '../test/helpers/wait.ts'
import { leave, openSampled } from './agent-ground.ts'
import { againstAim, type BenchRow } from './bench.ts'

export const names = ['agent', 'agent:jobs']

const SAMPLE_MS = 2_000
const SAMPLES = 30
const JOBS = 100

export async function bench(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-bench-'))
  const transport = new LocalTransport({ ...process.env, HOME: dir, DROVER_BENCH: dir, SHELL: '/bin/sh' })
  try {
    const alone = await watch(await openSampled(transport), dir, false)
    const starter = await openSampled(transport)
    for (let count = 0; count < JOBS; count++) await starter.start(jobSpec('sleep 100000; true'))
    await waitFor(async () => (await starter.jobSamples()).filter(sample => sample.processes === 2).length === JOBS, {
      timeoutMs: 60_000,
    })
    starter.close()
    const withJobs = await watch(await openSampled(transport), dir, true)
    const row = { unit: '% of a core', better: 'lower', n: SAMPLES } as const
    return [
      againstAim({ ...row, name: 'agent', ours: alone.percent, aim: 0.2, spread: alone.how }),
      againstAim({ ...row, name: 'agent:jobs', ours: withJobs.percent, aim: 0.7, spread: withJobs.how }),
    ]
  } finally {
    await leave(transport, dir)
  }
}

/** As the core does it. The agent's start is not counted, nor what it tidies up then. */
async function watch(agent: AgentClient, home: string, withJobs: boolean): Promise<{ percent: number; how: string }> {
  await delay(2_000)
  const events = join(home, '.drover/events')
  const [pid] = readdirSync(events).flatMap(name => (name.startsWith('w.') ? [Number(name.slice(2))] : []))
  if (pid === undefined) throw new Error(`No agent watches in ${events}`)
  const account = openAccount(pid)
  const from = { at: performance.now(), cpuMs: account.readMs() }
  for (let count = 1; count <= SAMPLES; count++) {
    await delay(from.at + count * SAMPLE_MS - performance.now())
    await agent.sample()
    if (withJobs && count % 5 === 0) await agent.jobSamples()
  }
  const percent = ((account.readMs() - from.cpuMs) / (performance.now() - from.at)) * 100
  agent.close()
  await waitFor(() => !existsSync(`/proc/${pid}`), { what: 'the agent to end' })
  account.close()
  return { percent, how: account.how }
}

type Account = { readMs(): number; close(): void; how: string }

/**
 * Counts the CPU time of a process and of all that it starts from now on: in a cgroup of its own, which also knows what has ended and
 * whose parent has gone. That takes root; without, only the agent's own process is counted, and the row says so.
 */
function openAccount(pid: number): Account {
  const name = `drover-bench-${process.pid}`
  const kinds = [
    {
      dir: `/sys/fs/cgroup/${name}`,
      read: (dir: string) => Number(/usage_usec (\d+)/.exec(readFileSync(`${dir}/cpu.stat`, 'utf8'))?.[1]) / 1e3,
    },
    { dir: `/sys/fs/cgroup/cpuacct/${name}`, read: (dir: string) => Number(readFileSync(`${dir}/cpuacct.usage`, 'utf8')) / 1e6 },
  ]
  for (const { dir, read } of kinds) {
    try {
      mkdirSync(dir)
      writeFileSync(`${dir}/cgroup.procs`, String(pid))
      read(dir)
      return { readMs: () => read(dir), close: () => rmdirSync(dir), how: 'by cgroup, one minute' }
    } catch {
      // Not this kind here, or not root: the next one.
    }
  }
  const readMs = () => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  return { readMs, close: () => undefined, how: 'only the agent’s own process: not root' }
}
