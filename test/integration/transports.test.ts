/** The promises of a Transport, the same for each kind. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { LocalTransport } from '../../src/main/hosts/local-transport.ts'
import { type Channel, run, type Transport } from '../../src/main/hosts/transport.ts'
import { makeTestHome, type TestHome } from '../helpers/test-home.ts'
import { waitFor, within } from '../helpers/wait.ts'

type Kind = { kind: string; open(): Promise<Transport>; setUp(): Promise<void>; tearDown(): Promise<void> }

let home: TestHome
const local: Kind = {
  kind: 'local',
  setUp: async () => {
    home = makeTestHome({})
  },
  tearDown: async () => home.remove(),
  open: async () => new LocalTransport(home.env),
}

const TERMINAL = { term: 'xterm-256color', columns: 91, rows: 33 }

describe.each([local])('$kind', ({ open, setUp, tearDown }) => {
  beforeAll(setUp)
  afterAll(tearDown)

  async function connect(): Promise<Transport> {
    const transport = await open()
    onTestFinished(() => transport.close())
    return transport
  }

  test('gives both outputs apart, and the exit code', async () => {
    const transport = await connect()
    const result = await run(transport, 'echo out; echo err >&2; exit 3')
    expect({ ...result, stdout: result.stdout.toString() }).toEqual({ code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' })
    expect((await run(transport, 'exit 255')).code).toBe(255)
    expect((await run(transport, 'exit 0')).code).toBe(0)
  })

  test('tells a death by signal from an exit', async () => {
    const result = await run(await connect(), 'kill -TERM $$')
    expect(result.code).toBe(null)
    expect(['TERM', 'UNKNOWN']).toContain(result.signal)
  })

  test('runs POSIX sh as it stands: quotes, backslashes, line ends, non-ASCII', async () => {
    const command = `printf '%s|' 'it'"'"'s' "a\\\\b" 'x\\\\y!' "$HOME"\nprintf '%s' 'ü\t€' # a remark`
    const { stdout } = await run(await connect(), command)
    expect(stdout.toString()).toMatch(/^it's\|a\\b\|x\\\\y!\|\/.+\|ü\t€$/)
  })

  test('begins in the home folder', async () => {
    const { stdout } = await run(await connect(), 'pwd -P; cd && pwd -P')
    const [here] = stdout.toString().split('\n')
    expect(here).toMatch(/^\//)
  })

  test('carries 10 MB of any bytes both ways, unchanged', async () => {
    const transport = await connect()
    const bytes = randomBytes(10_000_000)
    const result = await run(transport, 'cat', { input: bytes, maxBytes: bytes.length + 1 })
    expect(result.code).toBe(0)
    expect(createHash('sha256').update(result.stdout).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  test('gives a terminal of the size asked for, and resizes it', async () => {
    const channel = await (await connect()).exec('stty size; echo "$TERM"; read _; stty size', {
      lane: 'stream',
      terminal: TERMINAL,
    })
    const output = gather(channel)
    await waitFor(() => output.text.includes('xterm-256color'), { what: 'the first size' })
    channel.resize({ columns: 132, rows: 40 })
    await run(await connect(), 'true') // The new size is on its way before the line is.
    channel.stdin.write('go\n')
    expect(await within(channel.end, { what: 'the end' })).toEqual({ code: 0, signal: null })
    expect(output.text).toMatch(/^33 91\r\nxterm-256color\r\ngo\r\n40 132\r\n$/)
  })

  test('Ctrl+C in a terminal ends what runs there', async () => {
    const channel = await (await connect()).exec('echo ready; exec sleep 1000', { lane: 'stream', terminal: TERMINAL })
    const output = gather(channel)
    await waitFor(() => output.text.includes('ready'), { what: 'the command to run' })
    channel.stdin.write('\x03')
    const end = await within(channel.end, { what: 'the end' })
    expect(end.code).not.toBe(0)
  })

  test('closing a terminal hangs up what runs there', async () => {
    const transport = await connect()
    const channel = await transport.exec('echo $$; exec sleep 1000', { lane: 'stream', terminal: TERMINAL })
    const output = gather(channel)
    const [, pid] = await waitFor(() => /(\d+)\r\n/.exec(output.text), { what: 'the process id' })
    channel.close()
    await within(channel.end, { what: 'the end' })
    await waitFor(async () => (await run(transport, `kill -0 ${pid}`)).code !== 0, { what: 'the process to be gone' })
  })

  test('a command that ends without reading its input harms nobody', async () => {
    const transport = await connect()
    expect((await run(transport, 'exit 7', { input: randomBytes(3_000_000) })).code).toBe(7)
    expect((await run(transport, 'echo alive')).stdout.toString()).toBe('alive\n')
  })

  test('holds 40 channels at once', async () => {
    const transport = await connect()
    const channels = await Promise.all(
      Array.from({ length: 40 }, () => transport.exec('read line; echo "got $line"', { lane: 'stream' })),
    )
    const outputs = channels.map(gather)
    channels.forEach((channel, index) => {
      channel.stdin.end(`${index}\n`)
    })
    const ends = await within(Promise.all(channels.map(channel => channel.end)), { what: 'all ends', timeoutMs: 30_000 })
    expect(ends.every(end => end.code === 0)).toBe(true)
    expect(outputs.map(output => output.text)).toEqual(channels.map((_, index) => `got ${index}\n`))
  })

  test('short commands go on while many long channels are open', async () => {
    const transport = await connect()
    const channels = await Promise.all(Array.from({ length: 12 }, () => transport.exec('cat', { lane: 'stream' })))
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => run(transport, `echo ${index}`)))
    expect(results.map(result => result.stdout.toString())).toEqual(results.map((_, index) => `${index}\n`))
    for (const channel of channels) channel.close()
  })

  test('output that nobody reads waits on the host, not in memory', async () => {
    const transport = await connect()
    global.gc?.()
    const before = process.memoryUsage()
    const channel = await transport.exec('head -c 200000000 /dev/zero; echo done >&2', { lane: 'stream' })
    let isWritten = false
    channel.stderr.once('data', () => {
      isWritten = true
    })
    const [first] = (await once(channel.stdout, 'readable').then(() => [channel.stdout.read(1)])) as [Buffer]
    expect(first.length).toBe(1)
    // Twenty round trips on the same host: time enough for everything to arrive, were it not held back.
    for (let index = 0; index < 20; index += 1) await run(transport, 'head -c 100000 /dev/zero')
    const after = process.memoryUsage()
    expect(after.rss + after.external - before.rss - before.external).toBeLessThan(20_000_000)
    expect(isWritten).toBe(false)
    let bytes = 1
    for await (const chunk of channel.stdout as AsyncIterable<Buffer>) bytes += chunk.length
    expect(bytes).toBe(200_000_000)
    expect((await channel.end).code).toBe(0)
  })

  test('an abort before and during a command', async () => {
    const transport = await connect()
    await expect(transport.exec('true', { lane: 'short', signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    const abort = new AbortController()
    const channel = await transport.exec('exec cat', { lane: 'stream', signal: abort.signal })
    abort.abort()
    expect((await within(channel.end, { what: 'the end' })).code).toBe(null)
    expect((await run(transport, 'echo alive')).stdout.toString()).toBe('alive\n')
  })

  test('a reader that stops half-way lets the channel end', async () => {
    const channel = await (await connect()).exec('seq 1 300000; exit 5', { lane: 'stream' })
    channel.stderr.resume()
    for await (const _ of channel.stdout) break
    const end = await within(channel.end, { what: 'the end' })
    expect(end.code === 5 || end.signal === 'PIPE' || end.code === 141).toBe(true)
  })

  test('nothing opens after close, and lost tells', async () => {
    const transport = await open()
    const channel = await transport.exec('cat', { lane: 'stream' })
    channel.stdout.resume()
    channel.stderr.resume()
    await transport.close()
    expect(await within(transport.lost, { what: 'lost' })).toBeInstanceOf(Error)
    expect(await within(channel.end, { what: 'the end' })).toEqual({ code: null, signal: null })
    await expect(transport.exec('true', { lane: 'short' })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  })
})

function gather(channel: Channel): { text: string } {
  const output = { text: '' }
  channel.stdout.on('data', (chunk: Buffer) => {
    output.text += chunk.toString()
  })
  channel.stderr.resume()
  return output
}
