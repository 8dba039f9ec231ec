/**
 * Notices that this computer has slept: the wall clock went on, while our timers and the monotonic clock stood still.
 * Connections that look alive may then be dead, and hosts that wait to be tried again need not wait.
 */

const CHECK_MS = 5_000
const JUMP_MS = 10_000

export type WakeClock = {
  /** Epoch milliseconds. */
  wall(): number
  /** Milliseconds of a clock that nobody can set. */
  monotonic(): number
  /** Calls back every `ms`; returns its undo. */
  every(ms: number, callback: () => void): () => void
}

/** Calls back after each sleep of more than 10 s. A clock that was set back is no sleep. Returns its undo. */
export function detectWake(onWake: () => void, clock: WakeClock = systemClock): () => void {
  let last = { wall: clock.wall(), monotonic: clock.monotonic() }
  return clock.every(CHECK_MS, () => {
    const now = { wall: clock.wall(), monotonic: clock.monotonic() }
    const wallMs = now.wall - last.wall
    // Where the monotonic clock goes on during sleep, the timer's own lateness tells.
    const expectedMs = Math.min(now.monotonic - last.monotonic, CHECK_MS)
    last = now
    if (wallMs - expectedMs > JUMP_MS) onWake()
  })
}

const systemClock: WakeClock = {
  wall: Date.now,
  monotonic: () => performance.now(),
  every: (ms, callback) => {
    const timer = setInterval(callback, ms).unref()
    return () => clearInterval(timer)
  },
}
