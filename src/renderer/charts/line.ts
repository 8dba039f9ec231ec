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
export type Lines = { readonly at: readonly number[]; readonly stepMs: number; readonly lines: readonly Line[] }

const COLORS = 6
/** More lines than these nobody can tell apart. */
export const MOST_LINES = 12

export function lineToken(slot: number): string {
  return `--line-${(slot % COLORS) + 1}`
}

export function isDashed(slot: number): boolean {
  return slot >= COLORS
}

export type Point = { x: number; y: number | null }

/** Where points are missing a gap stays, also where the core left out the moments themselves. */
export function pointsOf({ at, stepMs }: Lines, values: readonly (number | null)[]): Point[] {
  const points: Point[] = []
  let before: number | null = null
  for (const [index, x] of at.entries()) {
    if (before !== null && x - before > stepMs * 1.5) points.push({ x: before + stepMs, y: null })
    points.push({ x, y: values[index] ?? null })
    before = x
  }
  return points
}

/** The point at a moment; null where none is near. */
export function indexAt({ at, stepMs }: Pick<Lines, 'at' | 'stepMs'>, moment: number): number | null {
  let [low, high] = [0, at.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at[middle] ?? 0) < moment) low = middle + 1
    else high = middle
  }
  const nearest = Math.abs((at[low - 1] ?? Number.NEGATIVE_INFINITY) - moment) < Math.abs((at[low] ?? 0) - moment) ? low - 1 : low
  return at.length > 0 && Math.abs((at[nearest] ?? 0) - moment) <= stepMs ? nearest : null
}

/** The newest of a line, if it is of the last few points: what is older says nothing of now. */
export function newestIndex({ at }: Pick<Lines, 'at'>, values: readonly (number | null)[]): number | null {
  for (let index = at.length - 1; index >= Math.max(0, at.length - 3); index--) if (values[index] != null) return index
  return null
}

export type Summary = { mean: number; most: number; mostAt: number }

/** Of a line's values; null where it has none. */
export function summaryOf({ at }: Pick<Lines, 'at'>, values: readonly (number | null)[]): Summary | null {
  let [sum, count, most, mostAt] = [0, 0, Number.NEGATIVE_INFINITY, 0]
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    sum += value
    count++
    if (value > most) [most, mostAt] = [value, at[index] ?? 0]
  }
  return count === 0 ? null : { mean: sum / count, most, mostAt }
}
