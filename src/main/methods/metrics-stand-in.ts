/** Stands where the metrics room will answer: it knows of nothing. */
import type { Methods } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'

type MetricsMethods = Pick<Methods, 'metrics.series' | 'metrics.marks' | 'metrics.job' | 'host.top'>

export function metricsStandIn(): MetricsMethods {
  const nothing = async () => {
    throw new AppError('NOT_FOUND', 'Metrics are not kept yet')
  }
  return { 'metrics.series': nothing, 'metrics.marks': nothing, 'metrics.job': nothing, 'host.top': nothing }
}
