/** The same in figures, for those who read rather than look: of each host what it was on the average and at the most, and when that was. */
import { Swatch } from '../../charts/chart-legend.tsx'
import { newestIndex, summaryOf } from '../../charts/line.ts'
import { momentText } from '../../charts/time-axis.ts'
import { Cut } from '../../components/cut.tsx'
import type { ShownSeries } from './live-series.ts'
import { useMetricsState } from './metrics-state.ts'
import { panelLines } from './panel-lines.ts'
import { kindOf, PANELS } from './panels.ts'
import type { Slots } from './slots.ts'

export function FiguresTable({ series, slots }: { readonly series: ShownSeries; readonly slots: Slots }) {
  const kinds = useMetricsState(state => state.kinds)
  const columns = PANELS.map(panel => {
    const kind = kindOf(panel, kinds[panel.id])
    const title = panel.kinds.length > 1 ? `${panel.title}, ${inSentence(kind.name)}` : panel.title
    return { title, kind, lines: panelLines(series, slots, kind) }
  })
  const hosts = new Map(columns.flatMap(({ lines }) => lines.lines).map(line => [line.key, line]))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it is wider than a small window, and the keyboard scrolls to its end.
    <section className="table-frame" tabIndex={0} aria-label="The same in figures">
      <table className="table figures-table">
        <caption className="visually-hidden">Each host over the time shown: now, on the average, at the most</caption>
        <thead>
          <tr>
            <th>Host</th>
            {columns.map(({ title }) => (
              <th key={title} className="figure">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...hosts.values()].map(({ key, label, slot }) => (
            <tr key={key}>
              <td>
                <span className="row">
                  <Swatch slot={slot} /> <Cut text={label} />
                </span>
              </td>
              {columns.map(({ title, kind, lines }) => {
                const values = lines.lines.find(line => line.key === key)?.values ?? []
                const summary = summaryOf(lines, values)
                const newest = newestIndex(lines, values)
                const now = newest === null ? null : (values[newest] ?? null)
                if (summary === null)
                  return (
                    <td key={title} className="figure faint">
                      —
                    </td>
                  )
                return (
                  <td key={title} className="figure" title={`At the most ${momentText(summary.mostAt, lines.stepMs)}`}>
                    {now === null ? '—' : kind.text(now)}
                    <span className="dim figures-more">
                      mean {kind.text(summary.mean)} · max {kind.text(summary.most)}
                    </span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** `CPU` and `I/O` stay as they are. */
function inSentence(name: string): string {
  return name === name.toUpperCase() ? name : name.toLowerCase()
}
