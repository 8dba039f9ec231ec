/** The stretches of time up to now that can be chosen. */
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const RANGES = [
  { id: '10m', name: '10 min', ms: 10 * MINUTE },
  { id: '1h', name: '1 h', ms: HOUR },
  { id: '6h', name: '6 h', ms: 6 * HOUR },
  { id: '1d', name: '1 d', ms: DAY },
  { id: '7d', name: '7 d', ms: 7 * DAY },
  { id: '30d', name: '30 d', ms: 30 * DAY },
  { id: '1y', name: '1 y', ms: 365 * DAY },
  { id: '2y', name: '2 y', ms: 730 * DAY },
] as const
export type RangeId = (typeof RANGES)[number]['id']

export const POINTS = 400
/** What is kept most finely is written as often. */
const LEAST_EVERY_MS = 10_000
const MOST_EVERY_MS = 15 * MINUTE

export function rangeMs(id: RangeId): number {
  return RANGES.find(range => range.id === id)?.ms ?? HOUR
}

/** How often there is a new point to ask for. */
export function renewMs(spanMs: number): number {
  return Math.min(MOST_EVERY_MS, Math.max(LEAST_EVERY_MS, spanMs / POINTS))
}
