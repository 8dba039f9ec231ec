/** What the agent tells of its host's load and of what runs there, in each shell. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ended, isRunning, jobSpec, makeAgentHost, record, SHELLS } from '../helpers/agent-host.ts'
import { waitFor } from '../helpers/wait.ts'

test('a sample tells what the kernel does: pressure, network, disks, and how full ours is', async () => {
  const all = SHELLS.map(async shell => {
    const agent = await makeAgentHost(shell).open()
    // The host's uptime has hundredths of a second.
    return await waitFor(async () => {
      const sample = await agent.sample()
      return sample.networkInBytesPerS !== null && sample
    })
  })
  for (const sample of await Promise.all(all)) {
    for (const pressure of [sample.cpuPressureRatio, sample.memoryPressureRatio, sample.ioPressureRatio]) {
      if (tellsPressure()) expect(pressure).toBeGreaterThanOrEqual(0)
      else expect(pressure).toBeNull()
    }
    expect(sample.networkOutBytesPerS).toBeGreaterThanOrEqual(0)
    expect(sample.diskTotalBytes).toBeGreaterThan(2 ** 20)
    expect(sample.diskFreeBytes).toBeLessThanOrEqual(sample.diskTotalBytes ?? 0)
  }
})

test('the busiest processes and the largest are told, whatever they call themselves', async () => {
  const all = SHELLS.map(async shell => {
    const agent = record(await makeAgentHost(shell).open())
    // Ends where it likes, and goes on with what looks like the next process.
    const busy = jobSpec(String.raw`exec perl -e '$0 = "x) R 1\n9 (y"; 1 while 1'`)
    await agent.start(busy)
    await isRunning(agent, busy.id)
    const isEvil = ({ command, cpuRatio }: { command: string; cpuRatio: number }) => command === 'x) R 1' && cpuRatio > 0.02
    const processes = await waitFor(
      async () => ((top: Awaited<ReturnType<typeof agent.top>>) => top.some(isEvil) && top)(await agent.top(5)),
      {
        timeoutMs: 20_000,
        what: 'the busy process',
      },
    )
    await agent.stop(busy.id, { signal: 'KILL', graceMs: 0 })
    // Not before it is gone: it has overwritten by what the processes of a test are known.
    await ended(agent, busy.id)
    return processes
  })
  for (const processes of await Promise.all(all)) {
    expect(processes.length).toBeGreaterThanOrEqual(5)
    expect(processes.length).toBeLessThanOrEqual(10)
    expect(new Set(processes.map(({ pid }) => pid)).size).toBe(processes.length)
    for (const { pid, user } of processes) expect([pid > 0, user.length > 0]).toEqual([true, true])
    expect(Math.max(...processes.map(({ memoryBytes }) => memoryBytes))).toBeGreaterThan(2 ** 20)
  }
})

test('a sample starts no process', async () => {
  const host = makeAgentHost('dash')
  const agent = await host.open()
  await agent.sample()
  const [pid] = host.agents()
  // Page faults of its children, which each that it starts and waits for adds to.
  const childFaults = () => Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[8])
  const before = childFaults()
  for (let count = 0; count < 20; count++) await agent.sample()
  expect(childFaults()).toBe(before)
  await agent.disk()
  expect(childFaults()).toBeGreaterThan(before)
})

function tellsPressure(): boolean {
  try {
    return readFileSync('/proc/pressure/cpu', 'utf8').startsWith('some ')
  } catch {
    return false // A kernel without it, or one that was told not to.
  }
}
