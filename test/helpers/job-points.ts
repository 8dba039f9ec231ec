/** What the store would draw of a job, for tests. */
import type { JobMetricPoint, JobMetricTable } from '../../src/main/store/job-metric-table.ts'

export function jobPoints(
  metrics: JobMetricTable,
  jobId: string,
  grid: { firstAt: number; stepMs: number; count: number },
): JobMetricPoint[] {
  const slices = metrics.points(jobId, grid)
  for (;;) {
    const step = slices.next()
    if (step.done) return step.value
  }
}
