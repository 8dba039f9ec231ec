/** How busy hosts are and were, compared over any stretch of time, with what happened then upon it. */
import './metrics.css'
import { useCallback, useMemo } from 'react'
import type { MetricsSeries } from '../../../shared/contract.ts'
import type { Span } from '../../charts/span.ts'
import { TimePanel } from '../../charts/time-panel.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { coreNow } from '../../stores/clock.ts'
import { useCore } from '../../stores/core-store.ts'
import { navigate } from '../../stores/route.ts'
import { FiguresTable } from './figures-table.tsx'
import { FlagText } from './flag-text.tsx'
import { flagsOf, type MetricsFlag } from './flags-of.ts'
import { HostChips } from './host-chips.tsx'
import { MetricsHead } from './metrics-head.tsx'
import { setKind, useMetricsState, zoomOut, zoomTo } from './metrics-state.ts'
import { panelLines } from './panel-lines.ts'
import { kindOf, PANELS, type Panel } from './panels.ts'
import { rangeMs } from './ranges.ts'
import { chosenOf, firstSlots, type Slots } from './slots.ts'
import { Spikes } from './spikes.tsx'
import { type Metrics, useMetrics } from './use-metrics.ts'

export function MetricsView() {
  const isLoaded = useCore(state => state.isLoaded)
  return isLoaded ? <LoadedView /> : <Waiting what="Loading metrics" height={320} />
}

function LoadedView() {
  const hosts = useCore(state => state.hosts)
  const kept = useMetricsState(state => state.slots)
  const range = useMetricsState(state => state.range)
  const zoom = useMetricsState(state => state.zoom.at(-1))
  // The names alone: a host's samples come every two seconds, and change nothing here.
  const allNames = hosts.map(({ name }) => name).join(' ')
  const slots = useMemo(() => kept ?? firstSlots(allNames.split(' ')), [kept, allNames])
  const names = useMemo(() => chosenOf(slots), [slots])
  const asked = zoom ? ({ kind: 'fixed', span: zoom } as const) : ({ kind: 'until-now', ms: rangeMs(range) } as const)
  const { shown, isRenewed, error, again } = useMetrics(asked, names, hosts.length)
  return (
    <div className="metrics" aria-busy={!isRenewed}>
      <MetricsHead shown={shown} names={names} />
      <HostChips slots={slots} measured={shown?.series.hosts ?? []} />
      {error && <Problem error={error} onAgain={again} />}
      {shown ? (
        <Charts metrics={shown} slots={slots} names={names} />
      ) : (
        error === null && <Waiting what="Asking for metrics" height={320} />
      )}
    </div>
  )
}

type ChartsProps = { readonly metrics: Metrics; readonly slots: Slots; readonly names: readonly string[] }

function Charts({ metrics, slots, names }: ChartsProps) {
  if (names.length === 0) return <Empty title="No host is chosen">Choose one above.</Empty>
  if (!hasAny(metrics.series, names))
    return (
      <Empty title="Nothing was measured in this time">
        <span>A host is measured as long as it is connected and Drover runs; its first figures come after some ten seconds.</span>
      </Empty>
    )
  return (
    <>
      <div className="metrics-charts">
        {PANELS.map(panel => (
          <PanelChart key={panel.id} panel={panel} metrics={metrics} slots={slots} names={names} />
        ))}
      </div>
      <Spikes spikes={metrics.marks.spikes.filter(({ host }) => names.includes(host))} isCut={metrics.marks.isCut} />
      <FiguresTable series={metrics.series} slots={slots} />
    </>
  )
}

function PanelChart({ panel, metrics: { span, series, marks }, slots, names }: ChartsProps & { readonly panel: Panel }) {
  const kindId = useMetricsState(state => state.kinds[panel.id])
  const kind = kindOf(panel, kindId)
  const lines = useMemo(() => panelLines(series, slots, kind), [series, slots, kind])
  const flags = useMemo(() => flagsOf(marks, names, panel.id), [marks, names, panel.id])
  const describe = useCallback((flag: MetricsFlag) => <FlagText flag={flag} />, [])
  const open = useCallback((flag: MetricsFlag) => {
    if ('job' in flag) navigate({ view: 'job', id: flag.job.jobId, tab: null })
    return 'job' in flag
  }, [])
  const zoom = useCallback((wanted: Span) => zoomTo(wanted), [])
  const choice = useMemo(() => panel.kinds.length > 1 && <KindChoice panel={panel} chosen={kind.id} />, [panel, kind.id])
  return (
    <TimePanel
      title={panel.title}
      choice={choice}
      span={span}
      lines={lines}
      most={kind.most}
      least={kind.least}
      text={kind.text}
      flags={flags}
      describe={describe}
      onOpen={open}
      onZoom={zoom}
      onZoomOut={zoomOut}
      now={coreNow}
    />
  )
}

function KindChoice({ panel, chosen }: { readonly panel: Panel; readonly chosen: string }) {
  return (
    <div className="segments small" role="radiogroup" aria-label={`What ${panel.title} shows`}>
      {panel.kinds.map(({ id, name }) => (
        <label key={id}>
          <input type="radio" name={`kind-${panel.id}`} checked={id === chosen} onChange={() => setKind(panel.id, id)} />
          <span>{name}</span>
        </label>
      ))}
    </div>
  )
}

function hasAny({ hosts }: MetricsSeries, names: readonly string[]): boolean {
  return hosts.some(host => names.includes(host.name) && host.cpuPermille.some(value => value !== null))
}
