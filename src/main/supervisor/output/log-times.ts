/** When a log's bytes were printed, to about a second, as its host has noted it. */

/** By `at`, so many bytes had been printed. In order. */
export type TimeMark = { byte: number; at: number }

/** `offsetMs`: the host's clock less ours. What is no mark, as one that is being written, is passed over. */
export function parseTimes(text: string, offsetMs: number): TimeMark[] {
  const marks: TimeMark[] = []
  for (const line of text.split('\n')) {
    const [, bytes, seconds] = /^(\d{1,15}) (\d{1,12})$/.exec(line) ?? []
    const byte = Number(bytes)
    // Times that a clock which was set has put in disorder stay as they are; places only grow.
    if (bytes !== undefined && byte > (marks.at(-1)?.byte ?? 0)) marks.push({ byte, at: Number(seconds) * 1000 - offsetMs })
  }
  return marks
}

/** Null: nobody has noted it yet. */
export function timeOf(marks: readonly TimeMark[], byte: number): number | null {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((marks[middle] as TimeMark).byte > byte) high = middle
    else low = middle + 1
  }
  return marks[low]?.at ?? null
}

/** The first byte that may have been printed at that time or later. */
export function byteAt(marks: readonly TimeMark[], at: number): number {
  const first = marks.findIndex(mark => mark.at >= at)
  if (first < 0) return marks.at(-1)?.byte ?? 0
  return marks[first - 1]?.byte ?? 0
}
