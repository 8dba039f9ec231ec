/** A host of a bench's own on this machine, with an agent that serves: all that it runs is killed with it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentEvent } from '../src/main/hosts/agent.ts'
import { type AgentClient, openAgent } from '../src/main/hosts/agent-client.ts'
import { readAgentProgram } from '../src/main/hosts/agent-install.ts'
import { LocalTransport } from '../src/main/hosts/local-transport.ts'
import { pidsWithEnv, signalAll } from '../test/helpers/processes.ts'
import { waitFor } from '../test/helpers/wait.ts'

export type AgentGround = {
  agent: AgentClient
  dir: string
  /** Calls back for every event; returns its undo. */
  onEvent(listener: (event: AgentEvent) => void): () => void
}

/**
 * `keep` is told of the folder in place of its being removed: ext4 gives no number of a file that went within the last minute to a new one,
 * and looks through them all for each (recently_deleted in https://github.com/torvalds/linux/blob/master/fs/ext4/ialloc.c).
 */
export async function onAgentGround<T>(work: (ground: AgentGround) => Promise<T>, keep?: (dir: string) => void): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-bench-'))
  const transport = new LocalTransport({ ...process.env, HOME: dir, DROVER_BENCH: dir, SHELL: '/bin/sh' })
  try {
    const agent = await openSampled(transport)
    return await work({ agent, dir, onEvent: listener => agent.onEvent(listener) })
  } finally {
    await endAll(transport, dir)
    if (keep) keep(dir)
    else rmSync(dir, { recursive: true, force: true })
  }
}

/** As the core does it: it hears events, and has asked for a sample. */
export async function openSampled(transport: LocalTransport): Promise<AgentClient> {
  const agent = await openAgent(transport, { program: await readAgentProgram(), host: 'bench', owner: 'bench' })
  agent.onEvent(() => undefined)
  await agent.sample()
  return agent
}

/** Ends all that has `DROVER_BENCH=dir` in its environment, and removes the folder. */
export async function leave(transport: LocalTransport, dir: string): Promise<void> {
  await endAll(transport, dir)
  rmSync(dir, { recursive: true, force: true })
}

async function endAll(transport: LocalTransport, dir: string): Promise<void> {
  await transport.close()
  await waitFor(() => {
    const left = pidsWithEnv(`DROVER_BENCH=${dir}`)
    signalAll(left, 'SIGKILL')
    return left.length === 0
  })
}
