/** Waiting in tests: for a condition, with a deadline, never for a length of time alone. */
import { setTimeout as delay } from 'node:timers/promises'

export type WaitOptions = {
  timeoutMs?: number
  what?: string
  /** The longest pause between two questions: more where a question costs much. */
  pauseMs?: number
}

/**
 * Asks `condition` until it gives something truthy, and gives that back.
 * What the condition throws counts as "not yet"; the last error stands in the message when time is up.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { timeoutMs = 10_000, what = 'a condition', pauseMs: longestMs = 50 } = options
  const deadline = performance.now() + timeoutMs
  let pauseMs = 2
  for (;;) {
    let problem: unknown
    try {
      const value = await condition()
      if (value) return value as Exclude<T, false | null | undefined>
    } catch (error) {
      problem = error
    }
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, { cause: problem })
    await delay(pauseMs)
    pauseMs = Math.min(pauseMs * 1.5, longestMs)
  }
}

/** Settles as `promise` does, or rejects after `timeoutMs`, so that a hang fails where it happens. */
export async function within<T>(promise: Promise<T>, options: WaitOptions = {}): Promise<T> {
  const { timeoutMs = 10_000, what = 'a promise' } = options
  const timer = new AbortController()
  const late = delay(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`)
  })
  late.catch(() => undefined) // Aborted below once the promise has won.
  try {
    return await Promise.race([promise, late])
  } finally {
    timer.abort()
  }
}
