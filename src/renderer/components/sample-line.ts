/** The geometry of a small line of the last minutes. Time runs from left to right up to now; where nothing was heard, nothing is drawn. */

export type LinePoint = { at: number; ratio: number }
export type LineFrame = { now: number; spanMs: number; gapMs: number; width: number; height: number }

/** The `d` of an SVG path: a piece for each stretch without a gap; what stands alone is a dot, if line ends are round. */
export function linePath(points: readonly LinePoint[], { now, spanMs, gapMs, width, height }: LineFrame): string {
  const parts: string[] = []
  let before: number | null = null
  let isAlone = false
  for (const { at, ratio } of points) {
    if (at < now - spanMs) continue
    const x = rounded(width * (1 - Math.max(0, now - at) / spanMs))
    const y = rounded(height * (1 - Math.min(1, Math.max(0, ratio))))
    if (before === null || at - before > gapMs) {
      if (isAlone) parts.push('h0')
      parts.push(`M${x} ${y}`)
      isAlone = true
    } else {
      parts.push(`L${x} ${y}`)
      isAlone = false
    }
    before = at
  }
  if (isAlone) parts.push('h0')
  return parts.join('')
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
