/** What a chart draws: lines over one row of moments. Pure. */

export type Line = {
  readonly key: string
  readonly label: string
  /** Decides colour and dashes; a host has the same one in every chart. */
  readonly slot: number
  readonly values: readonly (number | null)[]
  /** What lay between the lowest and the highest within each point. */
  readonly band?: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] }
}
/** `at`: the middle of each point. */
export type Lines = {
  readonly at: readonly number[]
  readonly stepMs: number
  /** From one reading to the next where they are furthest apart without a gap; `stepMs`, unless it is said. */
  readonly readingMs?: number
  readonly lines: readonly Line[]
}
type Moments = Pick<Lines, 'at' | 'stepMs' | 'readingMs'>

const COLORS = 6
/** More lines than these nobody can tell apart. */
export const MOST_LINES = 12

export function lineToken(slot: number): string {
  return `--line-${(slot % COLORS) + 1}`
}

export function isDashed(slot: number): boolean {
  return slot >= COLORS
}

export type Point = { x: number; y: number }

/** What was measured. Two readings further apart than `reachMs` are no one line: there is a gap. */
export function pointsOf({ at }: Pick<Lines, 'at'>, values: readonly (number | null)[]): Point[] {
  return at.flatMap((x, index) => {
    const y = values[index] ?? null
    return y === null ? [] : { x, y }
  })
}

export function reachMs({ stepMs, readingMs = stepMs }: Moments): number {
  return readingMs * 1.5
}

/** The point at a moment; null where none is near. */
export function indexAt({ at, stepMs }: Moments, moment: number): number | null {
  let [low, high] = [0, at.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at[middle] ?? 0) < moment) low = middle + 1
    else high = middle
  }
  const nearest = Math.abs((at[low - 1] ?? Number.NEGATIVE_INFINITY) - moment) < Math.abs((at[low] ?? 0) - moment) ? low - 1 : low
  return at.length > 0 && Math.abs((at[nearest] ?? 0) - moment) <= stepMs ? nearest : null
}

/** What a line is at that point: its own value there, or the nearest that reaches so far. */
export function valueAt(moments: Moments, values: readonly (number | null)[], index: number): number | null {
  const { at } = moments
  const farMs = (other: number) => Math.abs((at[other] ?? Number.POSITIVE_INFINITY) - (at[index] ?? 0))
  const most = reachMs(moments) / 2
  for (let [low, high] = [index, index]; farMs(low) <= most || farMs(high) <= most; low--, high++) {
    const nearest = farMs(low) <= farMs(high) ? [low, high] : [high, low]
    for (const other of nearest) if (values[other] != null && farMs(other) <= most) return values[other]
  }
  return null
}

/** The newest of a line, if it is of the last few points: what is older says nothing of now. */
export function newestIndex(moments: Moments, values: readonly (number | null)[]): number | null {
  const { at, stepMs } = moments
  const oldest = (at.at(-1) ?? 0) - Math.max(2 * stepMs, reachMs(moments))
  for (let index = at.length - 1; (at[index] ?? Number.NEGATIVE_INFINITY) >= oldest; index--)
    if (values[index] != null) return index
  return null
}

export type Summary = { mean: number; most: number; mostAt: number }

/** Of a line's values; null where it has none. In the mean each counts for the time since the one before, as far as it reaches. */
export function summaryOf({ at, stepMs, readingMs = stepMs }: Moments, values: readonly (number | null)[]): Summary | null {
  let [sum, weights, most, mostAt] = [0, 0, Number.NEGATIVE_INFINITY, 0]
  let before = Number.NEGATIVE_INFINITY
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const moment = at[index] ?? 0
    const weight = Math.min(moment - before, readingMs)
    sum += value * weight
    weights += weight
    before = moment
    if (value > most) [most, mostAt] = [value, moment]
  }
  return weights === 0 ? null : { mean: sum / weights, most, mostAt }
}
