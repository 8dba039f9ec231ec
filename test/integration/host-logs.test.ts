/** Logs as the core reads them while they are written: on this machine, and through the agent's feed under every shell. */
import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AgentLogs } from '../../src/main/supervisor/output/agent-logs.ts'
import type { HostLogs } from '../../src/main/supervisor/output/host-logs.ts'
import { LocalLogs } from '../../src/main/supervisor/output/local-logs.ts'
import { type AgentHost, jobSpec, makeAgentHost, SHELLS } from '../helpers/agent-host.ts'
import { startProcess } from '../helpers/agent-process.ts'
import { processArguments } from '../helpers/processes.ts'
import { waitFor } from '../helpers/wait.ts'

const KINDS = ['this machine', ...SHELLS] as const

async function begin(kind: (typeof KINDS)[number]): Promise<{ host: AgentHost; logs: HostLogs; log(text?: string): string }> {
  const host = makeAgentHost(kind === 'this machine' ? 'dash' : kind)
  const agent = await host.open()
  const logs = kind === 'this machine' ? new LocalLogs(host.root) : new AgentLogs({ transport: host.transport, agent })
  onTestFinished(() => logs.close())
  const log = (text = '') => {
    const id = randomUUID()
    mkdirSync(join(host.root, 'jobs', id))
    writeFileSync(join(host.root, 'jobs', id, 'output.log'), text)
    return id
  }
  return { host, logs, log }
}

describe.each(KINDS)('the logs of %s', kind => {
  test('are read from any byte on, as far as they go', async () => {
    const { logs, log } = await begin(kind)
    const id = log('0123456789')
    expect(await logs.read(id, 0, 0)).toEqual({ byte: 0, bytes: Buffer.alloc(0), logBytes: 10 })
    expect(await logs.read(id, 3, 4)).toEqual({ byte: 3, bytes: Buffer.from('3456'), logBytes: 10 })
    expect(await logs.read(id, 8, 100)).toEqual({ byte: 8, bytes: Buffer.from('89'), logBytes: 10 })
    expect(await logs.read(id, 11, 100)).toMatchObject({ bytes: Buffer.alloc(0), logBytes: 10 })
    await expect(logs.read(randomUUID(), 0, 10)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('tell who watches when they grow, and nobody else', async () => {
    const { host, logs, log } = await begin(kind)
    const [one, other] = [log(), log('there')]
    const told = { one: 0, other: 0 }
    const unwatch = logs.watch(one, () => {
      told.one += 1
    })
    onTestFinished(unwatch)
    onTestFinished(
      logs.watch(other, () => {
        told.other += 1
      }),
    )
    const append = (id: string, text: string) => appendFileSync(join(host.root, 'jobs', id, 'output.log'), text)
    // Whoever begins to watch looks first: only what comes from then on is told.
    await waitFor(
      () => {
        append(one, 'x')
        return told.one > 0
      },
      { what: 'word of the first' },
    )
    const before = told.other
    // So long that it is no longer looked at, but listened to.
    const quietAt = performance.now() + 2_000
    await waitFor(() => performance.now() > quietAt, { what: 'some quiet' })
    append(other, 'y')
    await waitFor(() => told.other > before, { timeoutMs: 5_000, what: 'word of the other' })
    unwatch()
    const last = told.one
    append(one, 'z')
    append(other, 'z')
    const known = told.other
    await waitFor(
      () => {
        append(other, 'z')
        return told.other > known
      },
      { what: 'word of the other again' },
    )
    expect(told.one).toBe(last)
  })

  test('say what is kept no more, in holes or after a cut', async () => {
    const { host, logs, log } = await begin(kind)
    const id = log('0123456789')
    writeFileSync(join(host.root, 'jobs', id, 'log_start'), '4 0\n')
    expect(await logs.read(id, 0, 3)).toEqual({ byte: 4, bytes: Buffer.from('456'), logBytes: 10 })
    writeFileSync(join(host.root, 'jobs', id, 'log_start'), '104 100\n')
    expect(await logs.read(id, 0, 3)).toEqual({ byte: 104, bytes: Buffer.from('456'), logBytes: 110 })
  })
})

test.each(SHELLS)('the times of what a process prints are noted on its host by %s, and read both ways', async shell => {
  const host = makeAgentHost(shell)
  const agent = await host.open()
  const beganAt = Date.now()
  const { first } = await startProcess(agent, 'echo one; while [ ! -e go ]; do sleep 0.05; done; echo two; exec sleep 1000')
  const both = [new LocalLogs(host.root), new AgentLogs({ transport: host.transport, agent })]
  onTestFinished(() => {
    for (const logs of both) logs.close()
  })
  const marks = async (count: number) =>
    await waitFor(
      async () => {
        const [here, there] = await Promise.all(both.map(logs => logs.times(first.id)))
        expect(there).toEqual(here)
        return here?.length === count && here
      },
      { what: `${count} marks` },
    )
  const [one] = await marks(1)
  const goesAt = Date.now()
  writeFileSync(join(first.workdir, 'go'), '')
  const [, two] = await marks(2)
  expect([one?.byte, two?.byte]).toEqual([4, 8])
  // To a second, cut off.
  expect(one?.at).toBeGreaterThan(beganAt - 1_000)
  expect(one?.at).toBeLessThanOrEqual(goesAt)
  expect(two?.at).toBeGreaterThan(goesAt - 1_000)
})

test('a feed leaves nothing behind on its host', async () => {
  const { host, logs, log } = await begin('dash')
  const isOfFeed = (pid: number) => processArguments(pid).some(word => word === 'feed' || word === 'tail')
  const ofFeed = () => host.processes().filter(isOfFeed)
  const undo = logs.watch(log('x'), () => undefined)
  await logs.read(log('x'), 0, 1)
  await waitFor(() => ofFeed().length > 1, { what: 'the feed and what looks at logs for it' })
  undo()
  logs.close()
  await waitFor(() => ofFeed().length === 0, { what: 'their end' })
})

test('a run is read through the feed while it prints, binary and all', async () => {
  const host = makeAgentHost()
  const agent = await host.open()
  const logs = new AgentLogs({ transport: host.transport, agent })
  onTestFinished(() => logs.close())
  const spec = jobSpec('head -c 20000000 /dev/urandom | tee copy')
  await agent.start(spec)
  const chunks: Buffer[] = []
  let byte = 0
  await waitFor(
    async () => {
      const part = await logs.read(spec.id, byte, 1_000_000)
      expect(part.byte).toBe(byte)
      byte += part.bytes.length
      chunks.push(part.bytes)
      return byte === 20_000_000
    },
    { timeoutMs: 60_000, what: 'all of it' },
  )
  const copy = await host.exec(`cat "$HOME/.drover/workdirs/${spec.id}/copy"`)
  expect(Buffer.concat(chunks).equals(copy.stdout)).toBe(true)
}, 90_000)
