/**
 * One chart with its name, its lines and their values. Drawing over it zooms in, a double click or Escape out; the arrow keys move the
 * moment, Enter opens what happened then. For a screen reader it is a slider over time that says the values.
 */
import './charts.css'
import { type KeyboardEvent, memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { onThemeChange } from '../theme/token-color.ts'
import { ChartLegend, valueText } from './chart-legend.tsx'
import { ChartOverlay } from './chart-overlay.tsx'
import { FlagPopover } from './flag-popover.tsx'
import { type Flag, type FlagGroup, groupFlags, groupNear } from './flags.ts'
import { indexAt, type Lines } from './line.ts'
import { pointAt, useMoment } from './moment.ts'
import { PLOT, type Span, xOf, zoomed } from './span.ts'
import { momentText } from './time-axis.ts'
import { TimeChart } from './time-chart.ts'
import { useDrag } from './use-drag.ts'
import { useSize } from './use-size.ts'

export type TimePanelProps<T extends Flag> = {
  readonly title: string
  /** Beside the title: what else the chart can show. */
  readonly choice?: ReactNode
  readonly span: Span
  readonly lines: Lines
  readonly most: number | null
  readonly least: number
  readonly text: (value: number) => string
  readonly flags: readonly T[]
  readonly describe: (flag: T) => ReactNode
  /** Where a click on a flag that stands alone leads; null: it tells about itself. */
  readonly onOpen: (flag: T) => boolean
  readonly onZoom: (span: Span) => void
  readonly onZoomOut: () => void
  /** What it is for the core. */
  readonly now: () => number
}

type Open<T extends Flag> = { group: FlagGroup<T>; isPinned: boolean }

function TimePanelOf<T extends Flag>(props: TimePanelProps<T>) {
  const { title, choice, span, lines, most, least, text, flags, describe, onOpen, onZoom, onZoomOut, now } = props
  const plot = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(plot)
  const canvas = useChart({ span, lines, most, least, text })
  const groups = useMemo(() => groupFlags(flags, span, width), [flags, span, width])
  const [open, setOpen] = useState<Open<T> | null>(null)
  const isAtLane = (y: number) => y > height - PLOT.bottom - 2
  const openAt = (x: number) => {
    const group = groupNear(groups, x)
    const [only, ...others] = group?.flags ?? []
    if (only && others.length === 0 && onOpen(only)) return
    setOpen(group && { group, isPinned: true })
  }
  const drag = useDrag({
    span,
    onZoom,
    onHover: place => {
      const group = place && isAtLane(place.y) ? groupNear(groups, place.x) : null
      setOpen(before => (before?.isPinned ? before : group && { group, isPinned: false }))
    },
    onClick: ({ x, y }) => (isAtLane(y) ? openAt(x) : setOpen(null)),
  })
  const onKey = (event: KeyboardEvent) => {
    const { at } = useMoment.getState()
    const moved = movedMoment(event.key, at, lines, span)
    if (moved !== null) pointAt(moved)
    else if (event.key === 'Enter' && at !== null) openAt(xOf(at, span, width))
    else if (event.key === '+' || event.key === '-')
      onZoom(zoomed(span, at ?? (span.from + span.to) / 2, event.key === '+' ? 0.5 : 2, now()))
    else if (event.key === 'Escape' && open) setOpen(null)
    else if (event.key === 'Escape') onZoomOut()
    else return
    event.preventDefault()
  }
  // What is pointed at here is of no other view.
  useEffect(() => () => pointAt(null), [])
  const close = () => {
    setOpen(null)
    plot.current?.focus()
  }
  return (
    <section className="card chart" aria-label={title}>
      <header className="row">
        <h2>{title}</h2>
        <span className="grow" />
        {choice}
      </header>
      <ChartLegend lines={lines} text={text} />
      <Plot ref={plot} title={title} span={span} lines={lines} text={text} onKeyDown={onKey} onDoubleClick={onZoomOut} {...drag}>
        <canvas ref={canvas} />
        <ChartOverlay groups={groups} span={span} width={width} height={height} />
      </Plot>
      {open && (
        <FlagPopover
          key={open.isPinned ? 'pinned' : 'near'}
          {...open}
          width={width}
          describe={describe}
          onClose={close}
          onLeave={() => setOpen(null)}
        />
      )}
    </section>
  )
}

/** Each chart is drawn for itself: pointing at one moves a line in all, and draws none of them. */
export const TimePanel = memo(TimePanelOf) as typeof TimePanelOf

type PlotProps = React.HTMLAttributes<HTMLDivElement> &
  Pick<TimePanelProps<Flag>, 'title' | 'span' | 'lines' | 'text'> & { ref: React.Ref<HTMLDivElement> }

/** Alone in hearing of the moment, so that the chart is not. */
function Plot({ title, span, lines, text, children, ...rest }: PlotProps) {
  const at = useMoment(moment => moment.at)
  const index = at === null ? undefined : indexAt(lines, at)
  const values = lines.lines.map(line => `${line.label} ${valueText(lines, line, index, text)}`).join(', ')
  return (
    <div
      className="chart-plot"
      role="slider"
      tabIndex={0}
      aria-label={`${title}, moment`}
      aria-valuemin={span.from}
      aria-valuemax={span.to}
      aria-valuenow={at ?? span.to}
      aria-valuetext={`${at === null ? 'now' : momentText(at, lines.stepMs)}: ${values === '' ? 'nothing measured' : values}`}
      {...rest}
    >
      {children}
    </div>
  )
}

function useChart({ span, lines, most, least, text }: Pick<TimePanelProps<Flag>, 'span' | 'lines' | 'most' | 'least' | 'text'>) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const chart = useRef<TimeChart | null>(null)
  useEffect(() => {
    if (canvas.current === null) return
    const made = new TimeChart(canvas.current)
    chart.current = made
    const forget = onThemeChange(() => made.restyle())
    return () => {
      forget()
      made.destroy()
      chart.current = null
    }
  }, [])
  useEffect(() => chart.current?.draw({ span, lines, most, least, text }), [span, lines, most, least, text])
  return canvas
}

/** Where an arrow key leads; null: it is none of these keys. */
function movedMoment(key: string, from: number | null, { at }: Lines, span: Span): number | null {
  const inSpan = at.filter(moment => moment >= span.from && moment <= span.to)
  const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[key]
  if (key === 'Home') return inSpan[0] ?? null
  if (key === 'End') return inSpan.at(-1) ?? null
  if (step === undefined || inSpan.length === 0) return null
  const index = from === null ? inSpan.length - 1 : inSpan.findIndex(moment => moment >= from)
  return inSpan[Math.min(inSpan.length - 1, Math.max(0, (index === -1 ? inSpan.length - 1 : index) + step))] ?? null
}
