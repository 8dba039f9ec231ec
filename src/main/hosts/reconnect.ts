/** When to try a lost host again: soon at first, then ever more rarely, and never all hosts at the same moment. */

const FIRST_MS = 100
/** For an outage that may be over any second. */
const CAP_MS = 5_000
/** For a host that has been away for long: by then nobody waits for it. */
const LONG_CAP_MS = 30_000
const LONG_AFTER_ATTEMPTS = 12

/** Pause before attempt number `attempt` (from 0), in milliseconds, with a jitter of 50 to 150 %. `random` gives 0 to 1. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const cap = attempt < LONG_AFTER_ATTEMPTS ? CAP_MS : LONG_CAP_MS
  const base = Math.min(FIRST_MS * 2 ** Math.min(attempt, 30), cap)
  return Math.round(base * (0.5 + random()))
}
