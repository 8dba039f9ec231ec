/** The agent and its host's clock, in each shell: it tells when that was set, starts hardly a process for it, and waits by no clock. */
import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type AgentHost,
  ended,
  isRunning,
  jobSpec,
  makeAgentHost,
  readUntil,
  record,
  runJob,
  SHELLS,
} from '../helpers/agent-host.ts'
import { waitFor } from '../helpers/wait.ts'

const HOUR_S = 3_600
const HOUR_MS = 3_600_000

/** As `date` of a small system, which knows no parts of a second: it leaves what it does not know. */
const COARSE = '[ "$*" != +%s%N ] || { /usr/bin/date --date "$ahead seconds" +%sN; exit; }'

test('a host whose clock is set tells so with a sample, and starts no process for the others', async () => {
  // At once, since it is ten seconds until it is told.
  const told = SHELLS.map(async shell => {
    const byS = shell === 'dash' ? -HOUR_S : HOUR_S
    const host = makeAgentHost(shell)
    const clock = bringDate(host, shell === 'busybox' ? COARSE : '')
    const agent = await host.open()
    // For its log of events, and its hello.
    expect(clock.timesAsked()).toBe(2)
    clock.set(byS)
    expect(Math.abs(agent.clockOffsetMs)).toBeLessThan(1_500)
    let samples = 0
    const isTold = async () => {
      samples += 1
      await agent.sample()
      return Math.abs(agent.clockOffsetMs - byS * 1000) < 1_500
    }
    await waitFor(isTold, { timeoutMs: 20_000, what: `${shell} to tell` })
    expect(samples).toBeGreaterThan(20)
    expect(clock.timesAsked()).toBe(3)
  })
  await Promise.all(told)
})

describe.each(SHELLS)('with %s', shell => {
  test('a clock that jumps an hour back or forth each time it is asked ends no wait too late, and none too early', async () => {
    const host = makeAgentHost(shell)
    bringDate(host, 'echo $((ahead > 0 ? -3600 : 3600)) >"$place/ahead"')
    const from = Date.now()
    const agent = record(await host.open())
    expect(await runJob(agent, 'exit 4')).toMatchObject({ state: 'ended', exitCode: 4 })
    expect(await runJob(agent, 'exit 5', { terminal: { columns: 80, rows: 24 } })).toMatchObject({ state: 'ended', exitCode: 5 })
    const polite = jobSpec("trap 'exit 6' TERM; echo up; while :; do sleep 0.05; done")
    const deaf = jobSpec("trap '' TERM; echo up; while :; do sleep 0.05; done")
    for (const spec of [polite, deaf]) {
      await agent.start(spec)
      await isRunning(agent, spec.id)
      await waitFor(() => host.file(spec.id, 'output.log') === 'up\n')
    }
    await agent.stop(polite.id, { signal: 'TERM', graceMs: 60_000 })
    expect(await ended(agent, polite.id)).toMatchObject({ exitCode: 6, isStopped: true })
    await agent.stop(deaf.id, { signal: 'TERM', graceMs: 300 })
    expect(await ended(agent, deaf.id)).toMatchObject({ signal: 'KILL', isStopped: true })
    expect(agent.clockOffsetMs).toSatisfy((ms: number) => Math.abs(Math.abs(ms) - HOUR_MS) < 2_000 || Math.abs(ms) < 2_000)
    expect(Date.now() - from).toBeLessThan(60_000)
  })
})

test('a clock that was set ahead by months makes nothing old that is in use', async () => {
  const host = makeAgentHost()
  const first = await host.open()
  const [copying, left] = [randomUUID(), randomUUID()]
  const at = (...names: string[]) => join(host.root, ...names)
  const folders = [copying, left].map(id => at('workdirs', `.new.${id}.4711`))
  for (const id of [copying, left]) writeFileSync(at('workdirs', `.owner.${id}`), 'me')
  for (const folder of folders) mkdirSync(folder)
  const agents = ['agent-served', 'agent-unused'].map(name => at('bin', name))
  for (const agent of agents) copyFileSync(at('bin', `agent-${first.info.version}`), agent)
  const inUse = await Promise.all([
    host.transport.exec(`exec flock "$HOME/.drover/workdirs/.owner.${copying}" sh -c "echo locked; exec cat"`, {
      lane: 'stream',
    }),
    host.transport.exec('exec sh "$HOME/.drover/bin/agent-served" serve nonce', { lane: 'stream' }),
  ])
  await readUntil(inUse[0], text => text.includes('locked'))
  await readUntil(inUse[1], text => text.includes('hello'))
  const before = new Date(Date.now() - 90 * 24 * HOUR_MS)
  for (const path of [...folders, ...agents]) utimesSync(path, before, before)
  await host.open()
  await waitFor(() => !existsSync(folders[1] ?? '') && !existsSync(agents[1] ?? ''), { what: 'what is left over to be gone' })
  expect([folders[0], agents[0]].map(path => existsSync(path ?? ''))).toEqual([true, true])
  for (const channel of inUse) channel.close()
})

/** A `date` of the test's own in this host's PATH; `more` is done each time, with the clock's place and by how much it is ahead. */
function bringDate(host: AgentHost, more: string) {
  const bin = host.env.PATH?.split(':')[0] ?? ''
  const [place, program] = [bin, join(bin, 'date')]
  const set = (aheadSeconds: number) => writeFileSync(join(place, 'ahead'), `${aheadSeconds}\n`)
  set(0)
  // It may be a link to a program of this machine, which is not to be written to.
  rmSync(program, { force: true })
  const lines = [
    '#!/bin/sh',
    `place='${place}'`,
    'echo >>"$place/asked"',
    'read -r ahead <"$place/ahead"',
    more,
    'exec /usr/bin/date --date "$ahead seconds" "$@"',
  ]
  writeFileSync(program, `${lines.join('\n')}\n`, { mode: 0o755, flag: 'wx' })
  const asked = join(place, 'asked')
  return { set, timesAsked: () => (existsSync(asked) ? readFileSync(asked, 'utf8').length : 0) }
}
