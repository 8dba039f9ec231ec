/**
 * What the core has of a stretch of time, for the chosen hosts; asked again as often as there is something new, and only while looked at.
 * The last minutes go on from what is heard.
 */
import { useRef } from 'react'
import type { MetricsMarks } from '../../../shared/contract.ts'
import type { ErrorBody } from '../../../shared/errors.ts'
import type { Span } from '../../charts/span.ts'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { coreNow } from '../../stores/clock.ts'
import type { ShownSeries } from './live-series.ts'
import { POINTS, renewMs } from './ranges.ts'
import { LIVE_MS, useLive } from './use-live.ts'

/** `span`: what was asked for, which moves on with each asking, or by itself. */
export type Metrics = { span: Span; series: ShownSeries; marks: MetricsMarks }
export type AskedSpan = { kind: 'until-now'; ms: number } | { kind: 'fixed'; span: Span }

/** With so few hosts all are asked for, those among them that are gone from the config. */
const FEW_HOSTS = 12

export function useMetrics(
  asked: AskedSpan,
  names: readonly string[],
  hostCount: number,
): { shown: Metrics | null; isRenewed: boolean; error: ErrorBody | null; again(): void } {
  const ms = asked.kind === 'fixed' ? asked.span.to - asked.span.from : asked.ms
  const hosts = hostCount <= FEW_HOSTS ? null : [...names]
  const isLive = asked.kind === 'until-now' && ms <= LIVE_MS
  const ask = async (): Promise<Metrics> => {
    const span = spanOf(asked)
    const [series, marks] = await Promise.all([
      core.call('metrics.series', { hosts, ...span, points: POINTS }),
      core.call('metrics.marks', span),
    ])
    return { span, series, marks }
  }
  const key = JSON.stringify([asked, hosts])
  const { answer, last, again } = useAnswer(key, ask, asked.kind === 'fixed' || isLive ? {} : { everyMs: renewMs(ms) })
  const live = useLive(isLive && last ? last.series : null, { names, ms, again })
  const marks = useAnswer(isLive ? key : null, () => core.call('metrics.marks', spanOf(asked)), { everyMs: renewMs(ms) })
  const renewed = last && live ? { ...live, marks: marks.last ?? last.marks } : last
  // While another stretch is asked for, what is known of it already is shown.
  const before = useRef<Metrics | null>(null)
  if (renewed) before.current = renewed
  const known = renewed ?? before.current
  const shown = known && asked.kind === 'fixed' && last === null ? { ...known, span: asked.span } : known
  return { shown, isRenewed: last !== null, error: answer.kind === 'failed' ? answer.error : null, again }
}

function spanOf(asked: AskedSpan): Span {
  const now = coreNow()
  const { from, to } = asked.kind === 'fixed' ? asked.span : { from: now - asked.ms, to: now }
  return { from: Math.round(from), to: Math.round(to) }
}
