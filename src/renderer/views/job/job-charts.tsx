/** What a job's whole process tree took over its life: processor and memory. While it runs the lines go on. */
import { useCallback, useMemo, useState } from 'react'
import type { JobSeries } from '../../../shared/contract.ts'
import { isFinal, type JobView } from '../../../shared/domain.ts'
import { bytesText, percentText } from '../../../shared/format.ts'
import type { Line, Lines } from '../../charts/line.ts'
import { LEAST_SPAN_MS, type Span } from '../../charts/span.ts'
import { TimePanel } from '../../charts/time-panel.tsx'
import { Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { coreNow } from '../../stores/clock.ts'

/** As often as something new is kept. */
const RENEW_MS = 10_000
const KIB = 1024
const NO_FLAGS: readonly never[] = []

export function JobCharts({ job }: { readonly job: JobView }) {
  const { id } = job
  const hasEnded = isFinal(job)
  // At its end it is asked once more.
  const { answer, last, again } = useAnswer(
    `${id} ${hasEnded}`,
    () => core.call('metrics.job', { job: id }),
    hasEnded ? {} : { everyMs: RENEW_MS },
  )
  if (answer.kind === 'failed' && last === null) return <Problem error={answer.error} onAgain={again} />
  if (last === null) return <Waiting what="Asking what it took" height={240} />
  if (last.at.length === 0)
    return (
      <p className="dim">
        {hasEnded ? 'It ended before anything was measured.' : 'The first reading comes within ten seconds of its start.'}
      </p>
    )
  return <Charts series={last} />
}

function Charts({ series }: { readonly series: JobSeries }) {
  const [zoom, setZoom] = useState<readonly Span[]>([])
  const whole = useMemo(() => spanOf(series), [series])
  const cpu = useMemo(() => linesOf(series, 'CPU', series.cpuPermille, series.cpuMaxPermille, 1 / 1000), [series])
  const memory = useMemo(() => linesOf(series, 'Memory', series.memoryKib, series.memoryMaxKib, KIB), [series])
  const shared = {
    span: zoom.at(-1) ?? whole,
    most: null,
    flags: NO_FLAGS,
    describe: useCallback(() => null, []),
    onOpen: useCallback(() => false, []),
    onZoom: useCallback((span: Span) => setZoom(before => [...before, span]), []),
    onZoomOut: useCallback(() => setZoom(before => before.slice(0, -1)), []),
    now: coreNow,
  }
  return (
    <div className="job-charts">
      <TimePanel {...shared} title="CPU, of one processor" lines={cpu} least={1} text={percentText} />
      <TimePanel {...shared} title="Memory" lines={memory} least={10_000_000} text={bytesText} />
    </div>
  )
}

function spanOf({ at, stepMs }: JobSeries): Span {
  const from = at[0] ?? 0
  return { from, to: Math.max(from + LEAST_SPAN_MS, (at.at(-1) ?? 0) + stepMs) }
}

/** The mean of each point as the line, the highest as the band's upper end. */
function linesOf(
  { jobId, at, stepMs }: JobSeries,
  label: string,
  means: readonly (number | null)[],
  highest: readonly (number | null)[],
  unit: number,
): Lines {
  const scaled = (column: readonly (number | null)[]) => column.map(value => (value === null ? null : value * unit))
  const values = scaled(means)
  const line: Line = { key: jobId, label, slot: 0, values, band: { low: values, high: scaled(highest) } }
  return { at: at.map(begin => begin + stepMs / 2), stepMs, lines: [line] }
}
