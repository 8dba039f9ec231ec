/**
 * Asks the core now and then whether it is still there: tells how long the link takes, what time it is for the core, and when nothing
 * comes any more on a line that nobody has closed, as after a sleep or where a network is gone.
 */
import type { Pong } from '../../shared/frames.ts'

export type HeartbeatOptions = {
  ask(): Promise<Pong>
  /** How many messages have come. */
  heard(): number
  /** How long an answer took, or has been waited for. */
  onLag(lagMs: number): void
  /** What time it is for the core, give or take half of what the answer took. */
  onTime(at: number, uncertainMs: number): void
  onSilent(): void
  /** Milliseconds of a clock that nobody can set. */
  now?: () => number
}

const BEAT_MS = 5_000
const LOOK_MS = 1_000
/** A line that carries other things is alive, however late the answer. */
const SILENT_MS = 20_000

/** Returns what ends it. */
export function startHeartbeat({ now = () => performance.now(), ...options }: HeartbeatOptions): () => void {
  let askedAt = Number.NEGATIVE_INFINITY
  let isWaiting = false
  let heard = { count: options.heard(), at: now() }

  const beat = async () => {
    askedAt = now()
    isWaiting = true
    try {
      const { at } = await options.ask()
      const lagMs = now() - askedAt
      isWaiting = false
      options.onTime(at + lagMs / 2, lagMs / 2)
      options.onLag(lagMs)
    } catch {
      // The connection has ended, which is told where it was opened.
    }
  }
  const look = () => {
    if (options.heard() !== heard.count) heard = { count: options.heard(), at: now() }
    const waitedMs = now() - askedAt
    if (!isWaiting) {
      if (waitedMs >= BEAT_MS) void beat()
    } else if (waitedMs >= SILENT_MS && now() - heard.at >= SILENT_MS) options.onSilent()
    else if (waitedMs >= LOOK_MS) options.onLag(waitedMs)
  }
  const timer = setInterval(look, LOOK_MS)
  void beat()
  return () => clearInterval(timer)
}
