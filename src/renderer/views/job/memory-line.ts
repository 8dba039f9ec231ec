/** A line of readings, one a second, the newest at the right. */
const MOST_READINGS = 300

export function withReading(before: readonly number[], reading: number): readonly number[] {
  return [...before.slice(-MOST_READINGS + 1), reading]
}

/** As an SVG path; `most` is at the top. */
export function linePath(
  readings: readonly number[],
  { most, width, height }: { most: number; width: number; height: number },
): string {
  const step = width / (MOST_READINGS - 1)
  const points = readings.map((reading, index) => {
    const x = width - (readings.length - 1 - index) * step
    return `${x.toFixed(1)},${(height - (reading / most) * (height - 4) - 2).toFixed(1)}`
  })
  return points.length < 2 ? '' : `M${points.join('L')}`
}
