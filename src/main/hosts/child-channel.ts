/**
 * A child process as a channel: what `local` runs, and each `ssh` that goes through an OpenSSH master.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Channel, ChannelEnd } from './transport.ts'

export type ChildEnd = { code: number | null; signal: NodeJS.Signals | null }

/**
 * The child's `close` event comes when it has exited and nothing holds its outputs any more, which is a channel's end.
 * `toEnd` says what the child's end means; `onClose` is called when we close the channel, to let go of the child.
 */
export function childChannel(
  child: ChildProcessWithoutNullStreams,
  {
    toEnd = ended,
    onClose = () => undefined,
  }: { toEnd?: (end: ChildEnd) => ChannelEnd | Promise<ChannelEnd>; onClose?: () => void } = {},
): Channel {
  const { promise: end, resolve } = Promise.withResolvers<ChannelEnd>()
  child.on('close', (code, signal) => resolve(toEnd({ code, signal })))
  child.on('error', () => undefined) // Only a failed kill can come here: a failed spawn was waited for.
  // Who writes to a command that has ended learns it from `end`; a pipeline still sees the error.
  child.stdin.on('error', () => undefined)
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    end,
    resize() {
      throw new TypeError('This channel has no terminal')
    },
    close() {
      // As sshd does: the command gets end of input, and a broken pipe should it go on writing. It is not killed.
      child.stdin.destroy()
      child.stdout.destroy()
      child.stderr.destroy()
      child.unref()
      onClose()
      resolve({ code: null, signal: null })
    },
  }
}

function ended({ code, signal }: ChildEnd): ChannelEnd {
  return { code, signal: signal === null ? null : signal.replace(/^SIG/, '') }
}
