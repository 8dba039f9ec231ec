/**
 * A session of the ssh2 library as our Channel. ssh2 shares one flow-control window between stdout and stderr, never ends a channel
 * whose outputs are not read, and forgets the callbacks of writes to a channel that has closed; none of this gets past here.
 */
import { Readable, Writable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import ssh2Crypto from 'ssh2/lib/protocol/crypto.js'
import { AppError } from '../../shared/errors.ts'
import { NoiseFilter } from './output-mark.ts'
import { isOver } from './streams.ts'
import type { Channel, ChannelEnd } from './transport.ts'

/** A server may give packets of any size, and ssh2 loops for ever over those of 0 bytes. RFC 4253 asks for 32 kB. */
const MIN_PACKET_BYTES = 256
/** Twice what an honest server can have under way in one channel. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024

/** ssh2's own addon, where somebody built it, leaves what it decrypts in the socket's chunk, beside what follows. Otherwise each packet has memory of its own. */
export const DECRYPTS_IN_PLACE = ssh2Crypto.bindingAvailable !== false

export type WrapOptions = {
  hasTerminal: boolean
  /** What comes before this mark is no output of the command's: see output-mark.ts. */
  mark: string | null
  /** Settles when the socket can take more: what a server reads slowly must not pile up with us. */
  drained(): Promise<void> | null
}
export type WrappedChannel = { channel: Channel; closed: Promise<void>; isOverfull(): boolean }

/** @throws {AppError} `PROTOCOL` if the server asks for packets of a size that no server asks for. */
export function wrapSsh2Channel(raw: ClientChannel, { hasTerminal, mark, drained }: WrapOptions): WrappedChannel {
  checkPacketSize(raw)
  const flow = jointFlow(raw, () => (mark === null ? null : new NoiseFilter(mark, hasTerminal)))
  const exit: ChannelEnd = { code: null, signal: null }
  raw.on('exit', (code: number | null, signal?: string) => {
    exit.code = code
    exit.signal = signal?.replace(/^SIG/, '') ?? null
  })
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      raw.write(chunk, error => {
        const wait = error ? null : drained()
        if (wait) wait.then(() => done())
        else done(error)
      })
    },
    final(done) {
      // Not end(): once the host's output had ended too, Node would destroy the stream, and ssh2 close the channel before the exit code.
      raw.eof()
      done()
    },
  })
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  raw.on('close', () => {
    stdin.destroy() // A write under way would otherwise never call back.
    resolve()
  })
  const { promise: given, resolve: giveUp } = Promise.withResolvers<void>()
  const end = Promise.race([Promise.all([closed, isOver(flow.stdout), isOver(flow.stderr)]), given]).then(() => exit)
  const channel: Channel = {
    stdin,
    stdout: flow.stdout,
    stderr: flow.stderr,
    end,
    resize: ({ columns, rows }) => {
      if (!hasTerminal) throw new TypeError('This channel has no terminal')
      raw.setWindow(rows, columns, 0, 0)
    },
    close: () => {
      raw.close()
      stdin.destroy()
      flow.stdout.destroy()
      flow.stderr.destroy()
      giveUp() // A server may never answer the close.
    },
  }
  return { channel, closed, isOverfull: () => raw.readableLength + raw.stderr.readableLength > MAX_UNREAD_BYTES }
}

/** Both outputs stand still while either is full: they share a window, so ssh2 would otherwise let the unread one grow. */
function jointFlow(raw: ClientChannel, makeFilter: () => NoiseFilter | null): { stdout: Readable; stderr: Readable } {
  const full = new Set<Readable>()
  const sources = [raw, raw.stderr]
  const letGo = (stream: Readable) => {
    if (full.delete(stream) && full.size === 0) for (const source of sources) source.resume()
  }
  const [stdout, stderr] = [raw, raw.stderr].map(source => {
    const output: Readable = new Readable({
      read: () => letGo(output),
      destroy: (error, done) => {
        letGo(output) // Nobody reads it any more; the rest is thrown away, so that the channel can end.
        done(error)
      },
    })
    const filter = makeFilter()
    source.on('data', (chunk: Buffer) => {
      const wanted = filter ? filter.take(chunk) : chunk
      const own = DECRYPTS_IN_PLACE ? Buffer.from(wanted) : wanted
      if (own.length === 0 || output.destroyed || output.push(own)) return
      full.add(output)
      for (const each of sources) each.pause()
    })
    source.on('end', () => {
      const rest = filter?.rest()
      if (rest && rest.length > 0) output.push(rest)
      output.push(null)
    })
    return output
  }) as [Readable, Readable]
  raw.on('error', () => undefined) // The connection's own error tells.
  return { stdout, stderr }
}

function checkPacketSize(raw: ClientChannel): void {
  const { outgoing } = raw as unknown as { outgoing?: { packetSize?: number } }
  if ((outgoing?.packetSize ?? 0) >= MIN_PACKET_BYTES) return
  raw.close()
  throw new AppError('PROTOCOL', `The host asks for packets of ${outgoing?.packetSize} bytes, which no ssh server does`)
}
