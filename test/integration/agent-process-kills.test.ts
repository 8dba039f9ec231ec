/** kill -9 of whatever a host runs, at any moment: never two runs of a process at once, and in the end one. */
import { randomInt, randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isRunning, makeAgentHost, record, SHELLS } from '../helpers/agent-host.ts'
import { keptProcess, startProcess } from '../helpers/agent-process.ts'
import { isAlive, pidsWithName, processText, signalAll } from '../helpers/processes.ts'
import { waitFor } from '../helpers/wait.ts'

const KILLS = 15
const ways = SHELLS.flatMap(shell => [
  { shell, kind: 'plain', terminal: null },
  { shell, kind: 'terminal', terminal: { columns: 80, rows: 24 } },
])

describe.each(ways)('$kind processes, agent in $shell', ({ shell, terminal }) => {
  test('killed at random, with all that sees to them', async () => {
    const host = makeAgentHost(shell)
    let agent = record(await host.open())
    // Long enough to be seen together, were there two.
    const ids = [1, 2, 3].map(() => randomUUID())
    const start = (id: string) =>
      startProcess(agent, 'exec sleep 0.2', { id, initialMs: 20, maxMs: 60 }, { terminal, env: { PROCESS: id } })
    await Promise.all(ids.map(start))
    const watch = watchRuns(ids)
    for (let kill = 0; kill < KILLS; kill++) {
      await delay(randomInt(60))
      const pids = host.processes()
      signalAll(pids.splice(randomInt(pids.length + 1), 1), 'SIGKILL')
      if (kill % 10 === 9 || pids.length === 0) agent = record(await host.open())
    }
    agent = record(await host.open())
    for (const id of ids) {
      const run = (await keptProcess(agent, id))?.run ?? 0
      await waitFor(async () => ((await keptProcess(agent, id))?.run ?? 0) > run + 2, {
        timeoutMs: 100_000,
        what: `process ${id} to be run again and again, after run ${run}`,
      })
    }
    for (const id of ids) await agent.stopProcess(id, { signal: 'KILL', graceMs: 0, onlyJob: null })
    await waitFor(() => runsOf(ids).every(runs => runs.size === 0), { what: 'all to be gone' })
    expect(watch.together()).toEqual([])
    expect(watch.looks()).toBeGreaterThan(20)
    const newest = (await agent.processes()).map(({ id, run }) => ({ id, run }))
    const atWork = async () =>
      (await agent.list()).filter(job => job.state === 'running' || job.state === 'starting').map(job => job.process)
    // The end of a last run is written once its terminal has been read to its end: it may be at work a moment longer than its command.
    for (const process of await atWork()) expect(newest).toContainEqual(process)
    await waitFor(async () => (await atWork()).length === 0, { timeoutMs: 40_000, what: 'the last runs to have ended' })
  })
})

test('a run whose start was killed between its claim and its note is given up, and followed', async () => {
  const host = makeAgentHost()
  const before = record(await host.open())
  const { id, first } = await startProcess(before, 'exec sleep 1000')
  await isRunning(before, first.id)
  before.close()
  await host.reboot()
  writeFileSync(host.env.DROVER_BOOT_ID_FILE ?? '', 'first-boot\n')
  const folder = join(host.root, 'jobs', first.id)
  for (const name of ['pid', 'pid_start', 'started_at']) rmSync(join(folder, name))
  writeFileSync(join(folder, 'watcher'), '')
  const agent = record(await host.open())
  await waitFor(async () => (await keptProcess(agent, id))?.run === 2, { timeoutMs: 100_000, what: 'the run after it' })
  expect(await agent.stat(first.id)).toMatchObject({ state: 'lost', reason: 'its start was interrupted' })
})

/** By process, ids of the jobs whose command runs now: the process's own program, not a shell that is about to become it. */
function runsOf(ids: readonly string[]): Set<string>[] {
  const found = pidsWithName('sleep').map(pid => ({ pid, text: processText(pid) }))
  return ids.map(id => {
    // They were looked at one after the other: one may have ended before the next one began.
    const own = found.filter(({ pid, text }) => text.includes(`PROCESS=${id}`) && isAlive(pid))
    return new Set(own.map(({ text }) => /DROVER_JOB=([0-9a-f-]+)/.exec(text)?.[1] ?? ''))
  })
}

function watchRuns(ids: readonly string[]) {
  const found: string[] = []
  let looks = 0
  let isOver = false
  onTestFinished(() => {
    isOver = true
  })
  const look = async () => {
    while (!isOver) {
      looks += 1
      for (const runs of runsOf(ids)) if (runs.size > 1) found.push([...runs].join(' and '))
      await delay(50)
    }
  }
  look()
  return { together: () => found, looks: () => looks }
}
