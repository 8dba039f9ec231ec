/**
 * The time as views show it: the core's, since all that has a time was noted by the core, and the clock of this computer may be another.
 * It goes on by a clock that nobody can set. Ages and durations go on by themselves, all from one timer.
 */
import { useSyncExternalStore } from 'react'

const TICK_MS = 1_000
/** Smaller corrections would only make ages jump to and fro. */
const TRUSTED_MS = 250
const listeners = new Set<() => void>()
/** The core's time less that of `performance.now`. Until the core was heard, this computer's. */
let origin = Date.now() - performance.now()
let now = coreNow()
let timer: ReturnType<typeof setInterval> | undefined

/** Epoch milliseconds, as the core counts them. */
export function coreNow(): number {
  return origin + performance.now()
}

/** What time it is for the core at this moment, give or take `uncertainMs`. */
export function setCoreTime(at: number, uncertainMs: number): void {
  if (Math.abs(at - coreNow()) <= uncertainMs + TRUSTED_MS) return
  origin = at - performance.now()
  tick()
}

/** As `coreNow`, renewed every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

function subscribe(listener: () => void): () => void {
  // Nobody has looked at it for a while, perhaps.
  if (listeners.size === 0) now = coreNow()
  listeners.add(listener)
  timer ??= setInterval(tick, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function tick(): void {
  now = coreNow()
  for (const listener of listeners) listener()
}
