/**
 * Tells when the other end of a connection is gone: nothing has come from it, and nothing we have queued went out, for some time.
 * It only watches. Something else must make an idle peer answer now and then (ssh2's keep-alive does).
 */
import type { Duplex } from 'node:stream'

const CHECK_MS = 2_000
/** With two periods of the check a loss is seen within 15 s. */
export const SILENCE_MS = 11_000

export type LivenessOptions = { onSilent(): void; now?: () => number; silenceMs?: number; checkMs?: number }

/** Returns its undo. */
export function watchLiveness(stream: Duplex & { bytesWritten?: number }, options: LivenessOptions): () => void {
  const { onSilent, now = () => performance.now(), silenceMs = SILENCE_MS, checkMs = CHECK_MS } = options
  let received = 0
  let before = { received, sent: 0, isQueued: false, at: now() }
  let aliveAt = before.at
  stream.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  const timer = setInterval(() => {
    const queuedBytes = stream.writableLength
    const seen = { received, sent: (stream.bytesWritten ?? 0) - queuedBytes, isQueued: queuedBytes > 0, at: now() }
    // An upload over a slow line: its answers stand behind what is queued. What goes out at once proves nothing: the kernel takes it.
    const isSending = before.isQueued && seen.sent > before.sent
    // This process itself stood still: what came meanwhile has not been read yet.
    const stoodStill = seen.at - before.at > 2 * checkMs
    if (seen.received !== before.received || isSending || stoodStill) aliveAt = seen.at
    before = seen
    if (seen.at - aliveAt > silenceMs) onSilent()
  }, checkMs)
  timer.unref()
  return () => clearInterval(timer)
}
