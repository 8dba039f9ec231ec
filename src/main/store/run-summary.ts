/** What past runs of a command say of its next one. */
import type { CommandStats, HistoryEntry } from './history-table.ts'

const COUNTED_RUNS = 20
const NOT_FOUND_CODE = 127

/** `runs` newest first. Memory and time are those of `folder`, if it ever ran from there; whether it was found does not depend on it. */
export function summarize(runs: readonly HistoryEntry[], folder: string | null): CommandStats {
  const fromHere = runs.filter(run => run.folder === folder)
  const counted = (fromHere.length > 0 ? fromHere : runs).slice(0, COUNTED_RUNS)
  const memory = counted.flatMap(run => run.peakMemoryBytes ?? [])
  const newest = runs[0]
  return {
    runs: counted.length,
    medianMemoryBytes: median(memory),
    peakMemoryBytes: memory.length > 0 ? Math.max(...memory) : null,
    medianDurationMs: median(counted.flatMap(run => run.durationMs ?? [])),
    lastNotFoundAt: newest?.exitCode === NOT_FOUND_CODE ? newest.endedAt : null,
  }
}

/** Of an even number the lower of the middle two, so that it is a figure that was really measured. */
function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}
