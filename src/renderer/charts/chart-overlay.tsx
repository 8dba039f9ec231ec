/** What lies over a chart: the marks of what happened, the moment that is pointed at, the stretch that is being drawn. */
import { memo } from 'react'
import type { Flag, FlagGroup } from './flags.ts'
import { useMoment } from './moment.ts'
import { LANE_HEIGHT, PLOT, type Span, xOf } from './span.ts'

type OverlayProps = {
  readonly groups: readonly FlagGroup<Flag>[]
  readonly span: Span
  readonly width: number
  readonly height: number
}

export function ChartOverlay({ groups, span, width, height }: OverlayProps) {
  const { at, selection } = useMoment()
  const bottom = height - PLOT.bottom
  const isIn = at !== null && at >= span.from && at <= span.to
  return (
    <svg className="chart-overlay" width={width} height={height} aria-hidden="true">
      <Flags groups={groups} bottom={bottom} />
      {selection && (
        <rect
          className="chart-selection"
          x={xOf(selection.from, span, width)}
          y={PLOT.top}
          width={Math.max(0, xOf(selection.to, span, width) - xOf(selection.from, span, width))}
          height={Math.max(0, bottom - PLOT.top)}
        />
      )}
      {isIn && <line className="chart-moment" x1={xOf(at, span, width)} x2={xOf(at, span, width)} y1={PLOT.top} y2={bottom} />}
    </svg>
  )
}

const Flags = memo(function Flags({ groups, bottom }: { readonly groups: readonly FlagGroup<Flag>[]; readonly bottom: number }) {
  return groups.map(({ x, kind, flags }) => (
    <g key={flags[0]?.id} className={`chart-flag ${kind}`} transform={`translate(${Math.round(x)} ${bottom + LANE_HEIGHT})`}>
      {(kind === 'failure' || kind === 'spike') && <line y1={PLOT.top - bottom - LANE_HEIGHT} y2={-LANE_HEIGHT} />}
      <path d={SHAPES[kind]} />
      {flags.length > 1 && (
        <text x={7} y={-5}>
          {flags.length > 99 ? '99+' : flags.length}
        </text>
      )}
    </g>
  ))
})

/** Upwards from the lane's end; told apart by their shape alone. */
const SHAPES = {
  failure: 'M-4 -4L4 -12M-4 -12L4 -4',
  spike: 'M0 -13L5 -4L-5 -4Z',
  end: 'M-3.5 -11.5H3.5V-4.5H-3.5Z',
  start: 'M-3 -12.5L4.5 -8L-3 -3.5Z',
} as const
