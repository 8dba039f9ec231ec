/** The view's first line: which time is looked at, the way back out of it, and the figures as a file. */
import { Download, ZoomOut } from 'lucide-react'
import { useEffect } from 'react'
import { useMoment } from '../../charts/moment.ts'
import type { Span } from '../../charts/span.ts'
import { momentText } from '../../charts/time-axis.ts'
import { Button } from '../../components/button.tsx'
import { saveFile } from '../../components/save-file.ts'
import { csvName, metricsCsv } from './csv.ts'
import { setRange, useMetricsState, zoomOut } from './metrics-state.ts'
import { RANGES } from './ranges.ts'
import type { Metrics } from './use-metrics.ts'

type MetricsHeadProps = { readonly shown: Metrics | null; readonly names: readonly string[] }

export function MetricsHead({ shown, names }: MetricsHeadProps) {
  const zoom = useMetricsState(state => state.zoom.at(-1))
  useEscape(zoom !== undefined)
  const save = () => {
    if (shown) saveFile(csvName(shown.span), [metricsCsv(shown.series, names)])
  }
  return (
    <header className="metrics-head">
      <h1>Metrics</h1>
      <Ranges isZoomed={zoom !== undefined} />
      {zoom && (
        <span className="row">
          <span className="number">{spanText(zoom)}</span>
          <Button onPress={zoomOut} title="Zoom out (Escape)">
            <ZoomOut size={13} aria-hidden /> Zoom out
          </Button>
        </span>
      )}
      <span className="grow" />
      <MomentText stepMs={shown?.series.stepMs ?? 0} />
      <Button disabled={shown === null} onPress={save}>
        <Download size={13} aria-hidden /> Export CSV
      </Button>
    </header>
  )
}

function Ranges({ isZoomed }: { readonly isZoomed: boolean }) {
  const range = useMetricsState(state => state.range)
  return (
    <div className="segments" role="radiogroup" aria-label="Time up to now">
      {RANGES.map(({ id, name }) => (
        <label key={id}>
          <input type="radio" name="range" checked={id === range && !isZoomed} onChange={() => setRange(id)} />
          <span className="number">{name}</span>
        </label>
      ))}
    </div>
  )
}

/** The moment that is pointed at; else what the values beside the names are of. */
function MomentText({ stepMs }: { readonly stepMs: number }) {
  const at = useMoment(moment => moment.at)
  return <span className="dim number">{at === null ? 'values of now' : momentText(at, stepMs)}</span>
}

function spanText({ from, to }: Span): string {
  const stepMs = 60_000
  const isOneDay = new Date(from).toDateString() === new Date(to).toDateString()
  const end = isOneDay
    ? new Date(to).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    : null
  return `${momentText(from, stepMs)} – ${end ?? momentText(to, stepMs)}`
}

/** Anywhere in the view but where Escape means something else. */
function useEscape(isZoomed: boolean): void {
  useEffect(() => {
    if (!isZoomed) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) zoomOut()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [isZoomed])
}
