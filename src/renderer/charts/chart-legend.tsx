/** The lines of a chart by name, each with what it is at the moment that is pointed at, or else now. */
import { Cut } from '../components/cut.tsx'
import { indexAt, isDashed, type Line, type Lines, lineToken, newestIndex, valueAt } from './line.ts'
import { useMoment } from './moment.ts'

type LegendProps = { readonly lines: Lines; readonly text: (value: number) => string }

export function ChartLegend({ lines, text }: LegendProps) {
  // The index, not the moment: between two points nothing is drawn anew.
  const pointed = useMoment(({ at }) => (at === null ? undefined : indexAt(lines, at)))
  return (
    <ul className={`chart-legend number${lines.lines.length > 4 ? ' many' : ''}`}>
      {lines.lines.map(line => (
        <li key={line.key}>
          <Swatch slot={line.slot} />
          <Cut text={line.label} />
          <span className={pointed === undefined ? 'dim' : ''}>{valueText(lines, line, pointed, text)}</span>
        </li>
      ))}
    </ul>
  )
}

/** A piece of the line as it is drawn. */
export function Swatch({ slot }: { readonly slot: number }) {
  return (
    <svg className="chart-swatch" width="16" height="8" aria-hidden="true">
      <line
        x1="1"
        x2="15"
        y1="4"
        y2="4"
        stroke={`var(${lineToken(slot)})`}
        strokeDasharray={isDashed(slot) ? '5 4' : undefined}
      />
    </svg>
  )
}

/** `pointed` undefined: nothing is, so it is of now. */
export function valueText(lines: Lines, line: Line, pointed: number | null | undefined, text: (value: number) => string): string {
  const index = pointed === undefined ? newestIndex(lines, line.values) : pointed
  const value = index === null ? null : valueAt(lines, line.values, index)
  return value === null ? '—' : text(value)
}
