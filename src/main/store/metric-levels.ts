/** How finely load is kept, and for how long; and which of it a chart is drawn from. Pure. */

export type Level = { readonly name: string; readonly table: string; readonly stepMs: number; readonly keptMs: number }

const MINUTE_MS = 60_000
const DAY_MS = 24 * 3_600_000

/** Finest first; each but the first is made of the one before it. */
export const RAW: Level = { name: 'raw', table: 'metric_raw', stepMs: 10_000, keptMs: 2 * DAY_MS }
export const MINUTES: Level = { name: 'minute', table: 'metric_minute', stepMs: MINUTE_MS, keptMs: 30 * DAY_MS }
export const QUARTERS: Level = { name: 'quarter', table: 'metric_quarter', stepMs: 15 * MINUTE_MS, keptMs: 731 * DAY_MS }
/** A year in quarters of an hour is 35,000 rows a host: too many to be read for each chart. */
export const FOUR_HOURS: Level = { name: 'four_hours', table: 'metric_four_hours', stepMs: 240 * MINUTE_MS, keptMs: 731 * DAY_MS }
export const LEVELS: readonly Level[] = [RAW, MINUTES, QUARTERS, FOUR_HOURS]

/** Even steps: where a chart's points begin. `level`: the finest that has to be read for it. */
export type Grid = { level: Level; firstAt: number; stepMs: number; count: number }

/**
 * At most `points` steps that cover `from` to `to`, and at least about half as many where so much was kept at all. They begin at
 * multiples of the step, so that a chart which moves on shows the same figures again.
 */
export function chartGrid({ from, to, points, now }: { from: number; to: number; points: number; now: number }): Grid {
  const spanMs = to - from
  const isFineEnough = (level: Level) => spanMs / level.stepMs >= points / 2
  const isKept = (level: Level) => from >= now - level.keptMs
  const level = LEVELS.findLast(one => isFineEnough(one) && isKept(one)) ?? LEVELS.find(one => isKept(one)) ?? FOUR_HOURS
  let stepMs = Math.max(1, Math.ceil(spanMs / Math.max(1, points - 1) / level.stepMs)) * level.stepMs
  while (countOf(from, to, stepMs) > points) stepMs *= 2
  return { level, firstAt: floorTo(from, stepMs), stepMs, count: countOf(from, to, stepMs) }
}

export function floorTo(at: number, stepMs: number): number {
  return Math.floor(at / stepMs) * stepMs
}

function countOf(from: number, to: number, stepMs: number): number {
  return (floorTo(to - 1, stepMs) - floorTo(from, stepMs)) / stepMs + 1
}
