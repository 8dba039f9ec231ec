/** What the logs of a process may take of its host's disk: the newest output stays, what went is known, and nobody is held up. */
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostLink } from '../../src/main/hosts/host-link.ts'
import { openLog } from '../../src/main/jobs/job-output.ts'
import { searchLog } from '../../src/main/jobs/log-search.ts'
import type { JobView } from '../../src/shared/domain.ts'
import { shellQuote } from '../../src/shared/shell-quote.ts'
import {
  type AgentHost,
  ended,
  isRunning,
  makeAgentHost,
  openAgentHost,
  record,
  SHELLS,
  type TestAgent,
} from '../helpers/agent-host.ts'
import { keptProcess, nthRun, startProcess } from '../helpers/agent-process.ts'
import { waitFor, within } from '../helpers/wait.ts'

const MB = 1_000_000
/** Of ten bytes each. */
const LINES = 600_000
const PRINTED = 10 * LINES
const TERMINAL = { columns: 80, rows: 24 }
const GONE = 5

/** Prints so many numbered lines of ten bytes as fast as it can, says that it has, and goes on. */
const prints = (lines: number) =>
  `awk 'BEGIN { for (at = 0; at < ${lines}; at++) printf "%09d\\n", at }'; echo >printed; exec sleep 1000`

/** The bytes from that one on, of lines that are numbered from 0. */
function numbered(from: number, bytes: number, { ending = '\n' } = {}): string {
  const width = 9 + ending.length
  const first = Math.floor(from / width)
  const lines = Array.from({ length: Math.ceil(bytes / width) + 1 }, (_, at) => String(first + at).padStart(9, '0') + ending)
  return lines.join('').slice(from - first * width, from - first * width + bytes)
}

async function whenCut(host: AgentHost, agent: TestAgent, id: string, capBytes: number) {
  return waitFor(
    async () => {
      const job = await agent.stat(id)
      return job && job.logBytes - job.logDropped <= capBytes && takenBytes(host, id) <= capBytes + 8_192 && job
    },
    { timeoutMs: 20_000, what: 'its log to be within its cap' },
  )
}

const takenBytes = (host: AgentHost, id: string) => statSync(join(host.root, 'jobs', id, 'output.log')).blocks * 512

describe.each(SHELLS)('in %s', shell => {
  let host: AgentHost
  let agent: TestAgent
  beforeAll(async () => {
    host = openAgentHost(shell)
    if (shell === 'busybox') linkFallocate(host)
    agent = record(await host.open())
  })
  afterAll(() => host.close())

  test('of 6 MB printed at full speed the newest are kept; which are gone is told, and offsets stay true', async () => {
    const { first } = await startProcess(agent, prints(LINES), { logCapBytes: MB })
    await waitFor(() => existsSync(join(first.workdir, 'printed')), { timeoutMs: 30_000, what: 'all to be printed' })
    const { logBytes, logDropped } = await whenCut(host, agent, first.id, MB)
    expect(logBytes).toBe(PRINTED)
    expect(logDropped).toBeGreaterThanOrEqual(5 * MB)
    const rest = await host.exec(agent.commands.log(first.id, logDropped, false))
    expect(rest.code).toBe(0)
    expect(rest.stdout.toString() === numbered(logDropped, PRINTED - logDropped)).toBe(true)
    expect((await host.exec(agent.commands.log(first.id, PRINTED - 10, false))).stdout.toString()).toBe('000599999\n')
    for (const follow of [false, true]) {
      const { code, stdout } = await host.exec(agent.commands.log(first.id, logDropped - 1, follow))
      expect([code, stdout.length]).toEqual([GONE, 0])
    }
    const look = { isRegex: false, ignoreCase: false, fromByte: 0, limit: 5 }
    const search = (pattern: string) =>
      searchLog('h1', { agent, transport: host.transport } as never, first.id, { ...look, pattern })
    expect(await search('000599999')).toEqual({
      matches: [{ byte: PRINTED - 10, text: '000599999' }],
      searchedTo: PRINTED,
      logBytes: PRINTED,
    })
    expect((await search('000000007')).matches).toEqual([])
  })

  test('where a file can have no holes, it is cut all the same', async () => {
    const host = makeAgentHost(shell)
    forbidHoles(host)
    const agent = record(await host.open())
    const part = `awk -v from=$at 'BEGIN { for (at = from; at < from + 40000; at++) printf "%09d\\n", at }'`
    const command = `at=0; while :; do ${part}; at=$((at + 40000)); until [ -e go$at ]; do sleep 0.02; done; done`
    const { first } = await startProcess(agent, command, { logCapBytes: MB })
    const log = join(host.root, 'jobs', first.id, 'output.log')
    for (let at = 1; at <= 6; at++) {
      await waitFor(async () => (await agent.stat(first.id))?.logBytes === at * 400_000, {
        timeoutMs: 30_000,
        what: 'a part to be printed',
      })
      // What is printed while it is laid anew would be lost.
      const isWithin = () => statSync(log).size <= MB && host.file(first.id, 'log_rest') === null
      await waitFor(isWithin, { timeoutMs: 30_000, what: 'the file to be within the cap' })
      if (at < 6) writeFileSync(join(first.workdir, `go${at * 40_000}`), '')
    }
    const { logBytes, logDropped } = await whenCut(host, agent, first.id, MB)
    expect(logBytes).toBe(2_400_000)
    expect(logDropped).toBeGreaterThanOrEqual(1_400_000)
    const rest = (await host.exec(agent.commands.log(first.id, logDropped, false))).stdout.toString()
    expect(rest === numbered(logDropped, logBytes - logDropped)).toBe(true)
    expect((await host.exec(agent.commands.log(first.id, logDropped - 1, false))).code).toBe(GONE)
  })

  test('who follows too slowly is told, and never reads what is not there', async () => {
    const go = join(host.root, 'go')
    const { first } = await startProcess(agent, `until [ -e ../../go ]; do sleep 0.02; done; ${prints(LINES)}`, {
      logCapBytes: MB,
    })
    await isRunning(agent, first.id)
    const channel = await host.transport.exec(agent.commands.log(first.id, 0, true), { lane: 'stream' })
    channel.stderr.resume()
    writeFileSync(go, '')
    await whenCut(host, agent, first.id, MB)
    const chunks: Buffer[] = []
    for await (const chunk of channel.stdout) chunks.push(chunk as Buffer)
    expect((await channel.end).code).toBe(GONE)
    const read = Buffer.concat(chunks).toString()
    expect(read.length).toBeGreaterThan(0)
    expect(read === numbered(0, read.length)).toBe(true)
  })

  test('what reads it for a viewer goes on where it is kept, and says what was skipped', async () => {
    const { first } = await startProcess(agent, prints(LINES), { logCapBytes: MB })
    await waitFor(() => existsSync(join(first.workdir, 'printed')), { timeoutMs: 30_000, what: 'all to be printed' })
    const { logDropped } = await whenCut(host, agent, first.id, MB)
    const job = { id: first.id, host: 'h1', state: 'running', startedAt: 1 } as JobView
    const link = { ready: async () => ({ agent, transport: host.transport }) } as unknown as HostLink
    const skipped: unknown[] = []
    const source = openLog({ get: () => job, link: () => link, changed: async () => undefined }, first.id, {
      fromByte: 7,
      follow: false,
      onSkip: range => skipped.push(range),
    })
    const read = (await source.output.toArray()).map(String).join('')
    await source.end
    expect(skipped).toEqual([{ fromByte: 7, toByte: logDropped }])
    expect(read === numbered(logDropped, PRINTED - logDropped)).toBe(true)
  })

  test('of many runs the newest fifty stay, and the logs of the oldest go first', async () => {
    const many = await startProcess(agent, 'exit 1', { logCapBytes: MB })
    const { id, first } = await startProcess(agent, `head -c 400000 /dev/zero; exit 1`, {
      initialMs: 50,
      maxMs: 50,
      logCapBytes: MB,
    })
    await nthRun(agent, id, 6, 'ended')
    await agent.stopProcess(id, { signal: 'TERM', graceMs: 0, onlyJob: null })
    await nthRun(agent, many.id, 54, 'ended')
    await agent.stopProcess(many.id, { signal: 'TERM', graceMs: 0, onlyJob: null })
    const left = async (process: string) =>
      (await agent.list()).flatMap(job => (job.process?.id === process ? [job.process.run] : [])).sort((a, b) => a - b)
    const { run = 0, jobId = '' } = (await keptProcess(agent, id)) ?? {}
    await ended(agent, jobId)
    await waitFor(async () => (await left(id)).length === 2, { what: 'two runs of 400 kB' })
    expect(await left(id)).toEqual([run - 1, run])
    const { run: last = 0 } = (await keptProcess(agent, many.id)) ?? {}
    await waitFor(async () => (await left(many.id)).length <= 50, { what: 'fifty runs' })
    expect(await left(many.id)).toEqual(Array.from({ length: 50 }, (_, at) => last - 49 + at))
    expect(existsSync(first.workdir)).toBe(true)
  })
})

test('who begins to follow while a log without holes is copied is not left at a place that is another then', async () => {
  const host = makeAgentHost()
  forbidHoles(host)
  const [bin = ''] = host.env.PATH?.split(':') ?? []
  const held = join(bin, 'held')
  // What copies; who follows is called with -f.
  const stub = `#!/bin/sh
case $1$3 in -c*/output.log) while [ -e ${shellQuote(held)} ]; do true >${shellQuote(join(bin, 'waits'))}; sleep 0.02; done ;; esac
exec /usr/bin/tail "$@"
`
  writeFileSync(join(bin, 'tail'), stub, { mode: 0o700 })
  writeFileSync(held, '')
  const agent = record(await host.open())
  const { first } = await startProcess(agent, prints(120_000), { logCapBytes: MB })
  await waitFor(() => existsSync(join(bin, 'waits')), { timeoutMs: 30_000, what: 'a copy that has begun' })
  const from = (await agent.stat(first.id))?.logDropped ?? 0
  const channel = await host.transport.exec(agent.commands.log(first.id, from, true), { lane: 'stream' })
  channel.stderr.resume()
  const chunks: Buffer[] = []
  channel.stdout.on('data', chunk => chunks.push(chunk))
  const read = () => Buffer.concat(chunks).toString()
  await waitFor(() => read().length >= 1_200_000 - from, { what: 'what there is to be read' })
  rmSync(held)
  expect((await within(channel.end, { timeoutMs: 20_000, what: 'the end of the following' })).code).toBe(GONE)
  expect(from).toBeGreaterThan(0)
  expect(read() === numbered(from, 1_200_000 - from)).toBe(true)
})

test('a terminal’s log has a cap as well', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const { first } = await startProcess(agent, prints(150_000), { logCapBytes: MB }, { terminal: TERMINAL })
  await waitFor(() => existsSync(join(first.workdir, 'printed')), { timeoutMs: 30_000, what: 'all to be printed' })
  await waitFor(async () => (await agent.stat(first.id))?.logBytes === 1_650_000, { timeoutMs: 20_000, what: 'all to be logged' })
  const { logDropped } = await whenCut(host, agent, first.id, MB)
  const rest = (await host.exec(agent.commands.log(first.id, logDropped, false))).stdout.toString()
  expect(rest === numbered(logDropped, 1_650_000 - logDropped, { ending: '\r\n' })).toBe(true)
})

test('what a process prints while its log is copied is lost at worst: nothing comes to stand before what is older', async () => {
  const host = makeAgentHost('busybox')
  forbidHoles(host)
  const agent = record(await host.open())
  const part = `awk -v from=$at 'BEGIN { for (at = from; at < from + 2000; at++) printf "%09d\\n", at }'`
  const command = `at=0; while :; do ${part}; at=$((at + 2000)); done`
  const { id, first } = await startProcess(agent, command, { logCapBytes: MB })
  const droppedTo = () => Number(/^(\d+) \1$/.exec(host.file(first.id, 'log_start')?.trim() ?? '')?.[1] ?? 0)
  const cut = async (before: number) => await waitFor(() => droppedTo() > before && droppedTo(), { what: 'the log to be cut' })
  await cut(await cut(0))
  await agent.stopProcess(id, { signal: 'KILL', graceMs: 0, onlyJob: null })
  await ended(agent, first.id)
  const { logBytes, logDropped } = await whenCut(host, agent, first.id, MB)
  const rest = await host.exec(agent.commands.log(first.id, logDropped, false))
  expect(logDropped + rest.stdout.length).toBe(logBytes)
  const numbers = rest.stdout
    .toString()
    .split('\n')
    .filter(line => line.length === 9)
  expect(numbers.length).toBeGreaterThan(10_000)
  expect(numbers).toEqual(numbers.toSorted())
  expect(new Set(numbers).size).toBe(numbers.length)
})

/** As on a file system that knows none. */
function forbidHoles(host: AgentHost): void {
  const fallocate = join(host.env.PATH?.split(':')[0] ?? '', 'fallocate')
  rmSync(fallocate, { force: true })
  writeFileSync(fallocate, '#!/bin/sh\necho "fallocate: not supported" >&2\nexit 1\n', { mode: 0o755 })
}

/** As on a small system with the one of util-linux. */
function linkFallocate(host: AgentHost): void {
  const fallocate = join(host.env.PATH?.split(':')[0] ?? '', 'fallocate')
  rmSync(fallocate, { force: true })
  writeFileSync(fallocate, '#!/bin/sh\nexec /usr/bin/fallocate "$@"\n', { mode: 0o755 })
}
