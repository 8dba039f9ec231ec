/** What every bench gives: one row per name (several ratios of one name: `name:what`). */
export type BenchRow = {
  name: string
  /** Ours and the peer's median, in `unit`, from the same run. */
  ours: number
  peer: number | null
  unit: string
  better: 'lower' | 'higher'
  /** ours / peer; where there is no peer, ours / aim. */
  ratio: number
  /** What `ratio` (or, without a peer, `ours`) should not pass. */
  aim: number
  peerCommand: string | null
  /** Counted runs of each. */
  n: number
  /** Smallest and largest of ours and of the peer's. */
  spread: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** `ratio` in 0..1: 0.95 for p95. */
export function percentile(values: readonly number[], ratio: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * ratio) - 1)] ?? Number.NaN
}

/** A row against a peer measured in the same run, from the single figures of both. */
export function against(
  row: Pick<BenchRow, 'name' | 'unit' | 'better' | 'aim'> & {
    ours: readonly number[]
    peer: readonly number[]
    peerCommand: string
  },
): BenchRow {
  const [ours, peer] = [median(row.ours), median(row.peer)]
  const spread = `ours ${range(row.ours)}, peer ${range(row.peer)}`
  return { ...row, ours, peer, ratio: ours / peer, n: row.ours.length, spread }
}

/** A row against a fixed aim. Where the aim is none at all, the figure itself is the ratio. */
export function againstAim(row: Pick<BenchRow, 'name' | 'unit' | 'better' | 'aim' | 'ours' | 'n' | 'spread'>): BenchRow {
  return { ...row, peer: null, peerCommand: null, ratio: row.aim === 0 ? row.ours : row.ours / row.aim }
}

export function range(values: readonly number[]): string {
  return `${round(Math.min(...values))}–${round(Math.max(...values))}`
}

export function round(value: number): number {
  return Number(value.toPrecision(3))
}
