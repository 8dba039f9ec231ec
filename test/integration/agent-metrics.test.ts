/** What the agent tells of its host's load and of what runs there, in each shell. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ended, isRunning, jobSpec, makeAgentHost, record, SHELLS } from '../helpers/agent-host.ts'
import { isRoot, NOBODY } from '../helpers/other-user.ts'
import { waitFor, within } from '../helpers/wait.ts'

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

test('of a process that somebody else began all of its tree is told, and of none that is gone, is another, or is not ours', async () => {
  const script = 'perl -e \'$| = 1; $x = "a" x 4e7; print "up\\n"; sleep 1000\' & exec sleep 1000'
  const app = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  const pid = app.pid ?? 0
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'))
  await within(once(app.stdout, 'data'))
  const other = isRoot() ? spawn('setpriv', [`--reuid=${NOBODY}`, '--clear-groups', 'sleep', '1000']) : null
  onTestFinished(() => void other?.kill('SIGKILL'))
  const ended = spawn('true')
  await within(once(ended, 'exit'))
  const foreign = other?.pid ?? 1
  if (other) await waitFor(() => readFileSync(`/proc/${foreign}/status`, 'utf8').includes(`Uid:\t${NOBODY}`))
  const all = SHELLS.map(async shell => {
    const agent = await makeAgentHost(shell).open()
    const trees = await agent.processTrees([pid, foreign, ended.pid ?? 0].map(one => ({ pid: one, start: null })))
    const start = trees[0]?.start ?? ''
    const again = await agent.processTrees([
      { pid, start },
      { pid, start: '1' },
    ])
    await expect(agent.processTrees([{ pid: -1, start: null }])).rejects.toThrow('is no process')
    return { trees, again }
  })
  for (const { trees, again } of await Promise.all(all)) {
    expect(trees).toEqual([
      { pid, start: expect.stringMatching(/^\d+$/), cpuMs: expect.any(Number), memoryBytes: expect.any(Number), processes: 2 },
    ])
    expect(trees[0]?.memoryBytes).toBeGreaterThan(4e7)
    expect(again.map(tree => [tree.pid, tree.start, tree.processes])).toEqual([[pid, trees[0]?.start, 2]])
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

test.each(SHELLS)('when a job has printed how much is noted with each look at jobs, and thinned out (%s)', async shell => {
  const host = makeAgentHost(shell)
  const agent = record(await host.open())
  const job = jobSpec('printf 12345; exec sleep 1000')
  await agent.start(job)
  const folder = join(host.root, 'jobs', job.id)
  const read = () => readFileSync(join(folder, 'log_times'), 'utf8')
  await waitFor(async () => {
    await agent.jobSamples()
    return existsSync(join(folder, 'log_times'))
  })
  expect(read()).toMatch(/^5 \d{10}\n/)
  // One that goes on for days.
  const marks = Array.from({ length: 5_000 }, (_, index) => `${index + 6} 1700000000\n`).join('')
  writeFileSync(join(folder, 'log_times'), marks)
  utimesSync(join(folder, 'log_times'), 1, 1)
  await agent.jobSamples()
  const thin = read().split('\n')
  expect([thin.length, thin.slice(0, 2)]).toEqual([2_502, ['6 1700000000', '8 1700000000']])
})
