/** A stretch of time, and where in it a place of a plot lies. Pure. */

/** Epoch milliseconds; `from` is before `to`. */
export type Span = { readonly from: number; readonly to: number }

/** Where the lines of every chart lie in it: the same everywhere, so that one moment stands at one place in all. */
export const PLOT = { left: 56, right: 14, top: 8, bottom: 40 } as const
/** Below the lines and above the times: where marks stand, that hide nothing and are hidden by nothing. */
export const LANE_HEIGHT = 17
/** Less than this nobody wants to see, and nothing was measured within. */
export const LEAST_SPAN_MS = 60_000
/** Nothing is kept for longer. */
export const MOST_SPAN_MS = 731 * 86_400_000

export function xOf(at: number, { from, to }: Span, width: number): number {
  return PLOT.left + ((at - from) / (to - from)) * (width - PLOT.left - PLOT.right)
}

/** Outside of the plot, its nearest end. */
export function timeAt(x: number, { from, to }: Span, width: number): number {
  const share = (x - PLOT.left) / Math.max(1, width - PLOT.left - PLOT.right)
  return from + Math.min(1, Math.max(0, share)) * (to - from)
}

/** Half of it, or twice, with `at` where it was. Never into the future. */
export function zoomed({ from, to }: Span, at: number, factor: number, now: number): Span {
  const ms = Math.min(MOST_SPAN_MS, Math.max(LEAST_SPAN_MS, (to - from) * factor))
  const begin = at - ((at - from) / (to - from)) * ms
  const end = Math.min(now, begin + ms)
  return { from: end - ms, to: end }
}
