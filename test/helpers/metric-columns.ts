/** What the store would draw of one machine, for tests; null if there is nothing. */
import type { Grid } from '../../src/main/store/metric-levels.ts'
import type { MetricColumns } from '../../src/main/store/metric-series.ts'
import type { MetricTable } from '../../src/main/store/metric-table.ts'

export function columnsOf(metrics: MetricTable, grid: Grid, hostId = 1): MetricColumns | null {
  const slices = metrics.series([hostId], grid)
  for (;;) {
    const step = slices.next()
    if (step.done) return step.value.get(hostId) ?? null
  }
}
