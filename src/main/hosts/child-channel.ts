/**
 * A child process as a channel: what `local` runs, and each `ssh` that goes through an OpenSSH master.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { PassThrough, type Readable } from 'node:stream'
import { isOver } from './streams.ts'
import type { Channel, ChannelEnd } from './transport.ts'

/** `exited`: the command has ended, whether or not its outputs were read. */
export type ChildSession = { channel: Channel; exited: Promise<ChannelEnd> }

/** What a process's end means to the channel, where it is not its own code or signal. */
export type ToEnd = (end: ChannelEnd) => ChannelEnd | Promise<ChannelEnd>

/**
 * The child's `close` event comes when it has exited and nothing holds its outputs any more, which is a command's end.
 * `onClose` is called when we close the channel, to let go of the child.
 */
export function childChannel(
  child: ChildProcessWithoutNullStreams,
  { toEnd = end => end, onClose = () => undefined }: { toEnd?: ToEnd; onClose?: () => void } = {},
): ChildSession {
  const { promise: exited, resolve } = Promise.withResolvers<ChannelEnd>()
  child.on('close', (code, signal) => resolve(toEnd({ code, signal: signal?.replace(/^SIG/, '') ?? null })))
  child.on('error', () => undefined) // Only a failed kill can come here: a failed spawn was waited for.
  // Who writes to a command that has ended learns it from `end`; a pipeline still sees the error.
  child.stdin.on('error', () => undefined)
  const [stdout, stderr] = [keep(child.stdout), keep(child.stderr)]
  const { promise: given, resolve: giveUp } = Promise.withResolvers<ChannelEnd>()
  const read = Promise.all([exited, isOver(stdout), isOver(stderr)]).then(([end]) => end)
  const channel: Channel = {
    stdin: child.stdin,
    stdout,
    stderr,
    end: Promise.race([read, given]),
    resize() {
      throw new TypeError('This channel has no terminal')
    },
    close() {
      // As sshd does: the command gets end of input, and a broken pipe should it go on writing. It is not killed.
      child.stdin.destroy()
      stdout.destroy()
      stderr.destroy()
      child.unref()
      onClose()
      giveUp({ code: null, signal: null })
    },
  }
  return { channel, exited }
}

/** When a child exits, Node throws away what was not asked for by then. Here it is kept until someone reads it. */
function keep(source: Readable): Readable {
  const output = source.pipe(new PassThrough())
  output.once('close', () => source.destroy())
  source.on('error', () => output.end()) // The child's end tells.
  return output
}
