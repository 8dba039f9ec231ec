import { expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { AgentProcess } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'
import { HostTops, topOf } from './host-top.ts'

function process(pid: number, cpuRatio: number, memoryBytes: number): AgentProcess {
  return { pid, user: 'me', command: `p${pid}`, cpuRatio, memoryBytes }
}

test('five of each at most, the first of them first, and none that has none of it', () => {
  const processes = Array.from({ length: 12 }, (_, pid) => process(pid, pid < 3 ? pid : 0, 100 - pid))
  const { byCpu, byMemory } = topOf(processes)
  expect(byCpu.map(({ pid }) => pid)).toEqual([2, 1])
  expect(byMemory.map(({ pid }) => pid)).toEqual([0, 1, 2, 3, 4])
})

function linkThat(top: () => Promise<AgentProcess[]>): HostLink {
  const live = { agent: { top } } as unknown as Live
  return { ready: async () => live } as unknown as HostLink
}

test('asked by many it asks the host once; the answer holds for a second; a failure holds for nobody', async () => {
  const clock = { at: 0, now: () => clock.at }
  const tops = new HostTops({ clock, steady: clock })
  let asked = 0
  let isBroken = false
  const link = linkThat(async () => {
    asked += 1
    if (isBroken) throw new AppError('HOST_UNREACHABLE', 'gone')
    return [process(1, 1, 1)]
  })
  await Promise.all([tops.of(link), tops.of(link), tops.of(link)])
  await tops.of(link)
  expect(asked).toBe(1)
  clock.at += 1_000
  isBroken = true
  await expect(tops.of(link)).rejects.toThrow('gone')
  isBroken = false
  expect((await tops.of(link)).byCpu).toHaveLength(1)
  expect(asked).toBe(3)
})
