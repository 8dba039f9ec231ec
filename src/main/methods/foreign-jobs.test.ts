import { expect, test } from 'vitest'
import type { AgentJob } from '../hosts/agent.ts'
import type { Hosts } from '../hosts/hosts.ts'
import { foreignJobs } from './foreign-jobs.ts'

const JOB: AgentJob = {
  id: 'abcdabcd-0000-4000-8000-000000000000',
  owner: 'desktop',
  worker: 'box',
  folder: '/src',
  command: 'make',
  workdir: '/home/u/.drover/workdirs/abcdabcd-0000-4000-8000-000000000000',
  hasTerminal: false,
  state: 'running',
  pid: 1,
  startedAt: 1_000,
  endedAt: null,
  exitCode: null,
  signal: null,
  isStopped: false,
  reason: null,
  logBytes: 7,
}

test('jobs of others come from hosts that answer; those that do not are named', async () => {
  const hosts = hostsThat({
    box: async () => [JOB, { ...JOB, id: 'own', owner: 'laptop' }],
    empty: async () => [],
    slow: () => new Promise(() => undefined),
    broken: async () => {
      throw new Error('the channel is gone')
    },
    away: null,
  })
  const { jobs, silent } = await foreignJobs(hosts, 'laptop', 20)
  expect(jobs).toEqual([expect.objectContaining({ id: JOB.id, host: 'box', state: 'running', isForeign: true })])
  expect(silent).toEqual(['slow', 'broken', 'away'])
})

/** Of each host only what is asked here: its list, or null where it is not connected. */
function hostsThat(lists: Record<string, (() => Promise<AgentJob[]>) | null>): Hosts {
  const links = Object.entries(lists).map(([name, list]) => ({ name, live: list && { agent: { list } } }))
  return { all: () => links } as unknown as Hosts
}
