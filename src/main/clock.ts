/** Time as an argument, so that tests need no waiting. */
export type Clock = { /** Epoch milliseconds. */ now(): number }
export const systemClock: Clock = { now: () => Date.now() }
