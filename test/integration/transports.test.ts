/** The promises of a Transport, the same for each kind. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Channel, run, type Transport } from '../../src/main/hosts/transport.ts'
import type { Sshd, SshdOptions } from '../helpers/sshd.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { local, overSsh, type Rig } from '../helpers/transport-kinds.ts'
import { waitFor, within } from '../helpers/wait.ts'

const TERMINAL = { term: 'xterm-256color', columns: 91, rows: 33 }

describe.each([local, overSsh('ssh2'), overSsh('openssh')])('$kind', ({ kind, setUp }) => {
  let rig: Rig
  /** For what leaves a connection as it was. */
  let shared: Transport
  beforeAll(async () => {
    rig = await setUp()
    shared = await rig.open()
    expect(shared.kind).toBe(kind)
  })
  afterAll(async () => {
    await shared.close()
    await rig.tearDown()
  })

  async function connect(): Promise<Transport> {
    const transport = await rig.open()
    onTestFinished(() => transport.close())
    return transport
  }

  test('the exit code is never lost, though our input ends with the output', async () => {
    for (let round = 0; round < 20; round += 1) {
      expect(await run(shared, 'cat; exit 3', { input: 'x' })).toMatchObject({ code: 3, signal: null })
    }
  })

  test('gives both outputs apart, and the exit code', async () => {
    const result = await run(shared, 'echo out; echo err >&2; exit 3')
    expect({ ...result, stdout: result.stdout.toString() }).toEqual({ code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' })
    expect((await run(shared, 'exit 255')).code).toBe(255)
    expect((await run(shared, 'exit 0')).code).toBe(0)
  })

  test('tells a death by signal from an exit', async () => {
    const result = await run(shared, 'kill -TERM $$')
    expect(result.code).toBe(null)
    expect(['TERM', 'UNKNOWN']).toContain(result.signal)
  })

  test('runs POSIX sh as it stands: quotes, backslashes, line ends, non-ASCII', async () => {
    const command = `printf '%s|' 'it'"'"'s' "a\\\\b" 'x\\\\y!' "$HOME"\nprintf '%s' 'ü\t€' # a remark`
    const { stdout } = await run(shared, command)
    expect(stdout.toString()).toMatch(/^it's\|a\\b\|x\\\\y!\|\/.+\|ü\t€$/)
  })

  test('begins in the home folder', async () => {
    const { stdout } = await run(shared, 'pwd -P; cd && pwd -P')
    const [here] = stdout.toString().split('\n')
    expect(here).toMatch(/^\//)
  })

  test('carries 4 MB of any bytes both ways, unchanged', async () => {
    const bytes = randomBytes(4_000_000)
    const result = await run(shared, 'cat', { input: bytes, maxBytes: bytes.length + 1 })
    expect(result.code).toBe(0)
    expect(createHash('sha256').update(result.stdout).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  test('gives a terminal of the size asked for, and resizes it', async () => {
    const channel = await shared.exec('stty size; echo "$TERM"; read _; stty size', {
      lane: 'stream',
      terminal: TERMINAL,
    })
    const output = gather(channel)
    await waitFor(() => output.text.includes('xterm-256color'), { what: 'the first size' })
    channel.resize({ columns: 132, rows: 40 })
    await run(shared, 'true') // The new size is on its way before the line is.
    channel.stdin.write('go\n')
    expect(await within(channel.end, { what: 'the end' })).toEqual({ code: 0, signal: null })
    expect(output.text).toMatch(/^33 91\r\nxterm-256color\r\ngo\r\n40 132\r\n$/)
  })

  test('a program on the whole screen is seen, also where it throws away what was written to the terminal before it', async () => {
    // What a kernel under load does now and then when tmux begins: the mark before the command does not come.
    const line = `/bin/sh -c "$(printf '%s' "$SSH_ORIGINAL_COMMAND" | sed 's/printf %s drover-/: /g')"`
    const { open, tearDown } = await setUp({ extraConfig: [`ForceCommand ${line}`] })
    onTestFinished(tearDown)
    const channel = await (await open()).exec("printf '\\033[?1049hscreen'; cat", { lane: 'stream', terminal: TERMINAL })
    const output = gather(channel)
    await waitFor(() => output.text === '\x1b[?1049hscreen', { what: 'the screen' })
    channel.close()
  })

  test('Ctrl+C in a terminal ends what runs there', async () => {
    const channel = await shared.exec('echo ready; exec sleep 1000', { lane: 'stream', terminal: TERMINAL })
    const output = gather(channel)
    await waitFor(() => output.text.includes('ready'), { what: 'the command to run' })
    channel.stdin.write('\x03')
    const end = await within(channel.end, { what: 'the end' })
    expect(end.code).not.toBe(0)
  })

  test('closing a terminal hangs up what runs there', async () => {
    const channel = await shared.exec('echo $$; exec sleep 1000', { lane: 'stream', terminal: TERMINAL })
    const output = gather(channel)
    const [, pid] = await waitFor(() => /(\d+)\r\n/.exec(output.text), { what: 'the process id' })
    channel.close()
    await within(channel.end, { what: 'the end' })
    await waitFor(async () => (await run(shared, `kill -0 ${pid}`)).code !== 0, { what: 'the process to be gone' })
  })

  test('a command that ends without reading its input harms nobody', async () => {
    expect((await run(shared, 'exit 7', { input: randomBytes(3_000_000) })).code).toBe(7)
    expect((await run(shared, 'echo alive')).stdout.toString()).toBe('alive\n')
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
    const channel = await transport.exec('head -c 40000000 /dev/zero; echo done >&2', { lane: 'stream' })
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
    expect(bytes).toBe(40_000_000)
    expect((await channel.end).code).toBe(0)
  })

  test('a command that is broken off gives what it said until then, and no code', async () => {
    const transport = await connect()
    const abort = new AbortController()
    const folder = temporaryFolder()
    const line = (name: string) => `echo begun; echo oh >&2; : >${join(folder, name)}; exec sleep 1000`
    const answer = run(transport, line('one'), { signal: abort.signal, lane: 'stream' })
    const other = run(transport, line('other'), { lane: 'stream' })
    await waitFor(() => existsSync(join(folder, 'one')) && existsSync(join(folder, 'other')), { what: 'both to have begun' })
    await run(transport, 'true') // What they said is here before this has ended.
    abort.abort()
    const { code, signal, stdout, stderr } = await within(answer)
    expect({ code, signal, stdout: stdout.toString(), stderr }).toEqual({
      code: null,
      signal: null,
      stdout: 'begun\n',
      stderr: 'oh\n',
    })
    await transport.close()
    expect((await within(other)).code).toBe(null)
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
    const channel = await shared.exec('seq 1 300000; exit 5', { lane: 'stream' })
    channel.stderr.resume()
    for await (const _ of channel.stdout) break
    const end = await within(channel.end, { what: 'the end' })
    expect(end.code === 5 || end.signal === 'PIPE' || end.code === 141).toBe(true)
  })

  test('nothing opens after close, and lost tells', async () => {
    const transport = await rig.open()
    const channel = await transport.exec('cat', { lane: 'stream' })
    channel.stdout.resume()
    channel.stderr.resume()
    await transport.close()
    expect(await within(transport.lost, { what: 'lost' })).toBeInstanceOf(Error)
    expect(await within(channel.end, { what: 'the end' })).toEqual({ code: null, signal: null })
    await expect(transport.exec('true', { lane: 'short' })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  })
})

describe.each([overSsh('ssh2'), overSsh('openssh')])('$kind on a host that fails', ({ setUp }) => {
  async function host(options?: SshdOptions): Promise<{ sshd: Sshd; transport: Transport }> {
    const { open, sshd, tearDown } = await setUp(options)
    onTestFinished(tearDown)
    if (!sshd) throw new TypeError('A host of its own is needed')
    const transport = await open()
    onTestFinished(() => transport.close())
    return { sshd, transport }
  }

  test('a cut is noticed at once, by every channel', async () => {
    const { sshd, transport } = await host()
    const channels = await Promise.all(
      (['control', 'short', 'stream'] as const).map(lane => transport.exec('echo up; cat', { lane })),
    )
    const outputs = channels.map(gather)
    await waitFor(() => outputs.every(output => output.text === 'up\n'), { what: 'the channels to stand' })
    sshd.cutConnections()
    const ends = await within(Promise.all(channels.map(channel => channel.end)), { what: 'all ends' })
    expect(ends).toEqual(ends.map(() => ({ code: null, signal: null })))
    expect(await within(transport.lost, { what: 'lost' })).toMatchObject({ code: 'HOST_UNREACHABLE' })
    await expect(transport.exec('true', { lane: 'short' })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  })

  test('a silent death of the network is noticed within 15 s', { timeout: 40_000 }, async () => {
    const { sshd, transport } = await host()
    const channel = await transport.exec('echo up; cat', { lane: 'control' })
    const output = gather(channel)
    await waitFor(() => output.text === 'up\n', { what: 'the channel to stand' })
    sshd.freezeConnections()
    onTestFinished(() => sshd.thawConnections())
    expect(await within(transport.lost, { what: 'lost', timeoutMs: 15_500 })).toMatchObject({ code: 'HOST_UNREACHABLE' })
    expect(await within(channel.end, { what: 'the end' })).toEqual({ code: null, signal: null })
  })

  test.each([1, 2, 3])('a host that allows %i session(s) a connection still serves all lanes', async maxSessions => {
    const { transport } = await host({ extraConfig: [`MaxSessions ${maxSessions}`] })
    const control = await transport.exec('cat', { lane: 'control' })
    const heard = gather(control)
    const streams = await Promise.all(Array.from({ length: 5 }, () => transport.exec('cat', { lane: 'stream' })))
    const echoes = streams.map(gather)
    const results = await within(Promise.all(Array.from({ length: 5 }, (_, index) => run(transport, `echo ${index}`))), {
      what: 'short commands',
      timeoutMs: 20_000,
    })
    expect(results.map(result => result.stdout.toString())).toEqual(['0\n', '1\n', '2\n', '3\n', '4\n'])
    for (const channel of [control, ...streams]) channel.stdin.end('here')
    expect((await control.end).code).toBe(0)
    await Promise.all(streams.map(channel => channel.end))
    expect([heard, ...echoes].map(output => output.text)).toEqual(Array.from({ length: 6 }, () => 'here'))
  })

  test('a host that allows no session says so', async () => {
    const { transport } = await host({ extraConfig: ['MaxSessions 0'] })
    await expect(transport.exec('true', { lane: 'short' })).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('MaxSessions'),
    })
  })

  test('80 short commands, eight at a time, on a default host', async () => {
    const { transport } = await host()
    let next = 0
    const worker = async () => {
      while (next < 80) {
        const number = next++
        expect((await run(transport, `echo ${number}`)).stdout.toString()).toBe(`${number}\n`)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
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
