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
  appPid: null,
  startedAt: 1_000,
  endedAt: null,
  exitCode: null,
  signal: null,
  isStopped: false,
  reason: null,
  logBytes: 7,
  logDropped: 0,
  process: null,
}

test('jobs of others come from hosts that answer; those that do not are named', async () => {
  const hosts = hostsThat({
    box: async () => [JOB, { ...JOB, id: 'own', owner: 'laptop' }],
    empty: async () => [],
    still: () => new Promise(() => undefined),
    broken: async () => {
      throw new Error('the channel is gone')
    },
    away: null,
  })
  const { jobs, silent } = await foreignJobs(hosts, 'laptop', { lookMs: 20, looks: 5 })
  expect(jobs).toEqual([expect.objectContaining({ id: JOB.id, host: 'box', state: 'running', isForeign: true })])
  expect(silent).toEqual(['still', 'broken', 'away'])
})

test('a PID is told of what runs, of an app that is drawn its own', async () => {
  const list = async () => [JOB, { ...JOB, appPid: 2 }, { ...JOB, state: 'ended' as const, exitCode: 0 }]
  const { jobs } = await foreignJobs(hostsThat({ box: list }), 'laptop')
  expect(jobs.map(({ pid }) => pid)).toEqual([1, 2, null])
})

test('a host that takes long is waited for while it lives, and not for ever', async () => {
  const { promise, resolve } = Promise.withResolvers<AgentJob[]>()
  const hosts = hostsThat({ busy: () => promise, endless: () => new Promise(() => undefined) })
  let looks = 0
  for (const link of hosts.all()) {
    const sample = () => ({ at: looks++ })
    Object.defineProperty(link, 'sample', { get: sample })
  }
  setTimeout(() => resolve([JOB]), 50)
  const { jobs, silent } = await foreignJobs(hosts, 'laptop', { lookMs: 20, looks: 50 })
  expect([jobs.map(({ host }) => host), silent]).toEqual([['busy'], ['endless']])
})

/** Of each host only what is asked here: its list, or null where it is not connected. */
function hostsThat(lists: Record<string, (() => Promise<AgentJob[]>) | null>): Hosts {
  const links = Object.entries(lists).map(([name, list]) => ({ name, live: list && { agent: { list } } }))
  return { all: () => links } as unknown as Hosts
}
