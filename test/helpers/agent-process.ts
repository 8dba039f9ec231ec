/** A process as the core would have an agent keep it. */
import { randomUUID } from 'node:crypto'
import type { AgentJob, KeptProcess, ProcessSpec, StartSpec } from '../../src/main/hosts/agent.ts'
import type { TestAgent } from './agent-host.ts'
import { type JobOptions, jobSpec } from './agent-job.ts'
import { waitFor } from './wait.ts'

export function processSpec(change: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    id: randomUUID(),
    restart: 'always',
    initialMs: 0,
    maxMs: 60_000,
    stableMs: 3_600_000,
    logCapBytes: 10_000_000,
    ...change,
  }
}

/** Starts the first run of a new process. */
export async function startProcess(
  agent: TestAgent,
  command: string,
  change: Partial<ProcessSpec> = {},
  options: JobOptions = {},
): Promise<{ id: string; first: AgentJob; spec: StartSpec }> {
  const process = processSpec(change)
  const spec = jobSpec(command, { ...options, process })
  return { id: process.id, first: await agent.start(spec), spec }
}

export async function keptProcess(agent: TestAgent, id: string): Promise<KeptProcess | undefined> {
  return (await agent.processes()).find(process => process.id === id)
}

/** Its so many-th run, once the host has told of it in that state. */
export function nthRun(agent: TestAgent, id: string, run: number, state: AgentJob['state'] = 'running'): Promise<AgentJob> {
  const told = () => agent.events.findLast(job => job.process?.id === id && job.process.run === run && job.state === state)
  return waitFor(told, { timeoutMs: 20_000, what: `run ${run} to be ${state}` })
}
