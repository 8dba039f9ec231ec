/** Paths that are not sent, with the rule that says so where one does. Ten thousand of them scroll as ten do. */
import { useRef } from 'react'
import { visible } from '../../shared/visible.ts'
import { useRowsInSight } from '../components/rows-in-sight.ts'

type LeftOutProps = {
  /** What they have in common, where that is said nowhere else. */
  readonly title?: string
  readonly paths: readonly (string | { path: string; rule: string })[]
  readonly isCut?: boolean
}

const ROW_HEIGHT = 22

export function LeftOut({ title, paths, isCut = false }: LeftOutProps) {
  const scroll = useRef<HTMLElement>(null)
  const { first, end } = useRowsInSight(scroll, { count: paths.length, rowPx: ROW_HEIGHT })
  return (
    <div>
      {title !== undefined && <p className="drop-warning">{title}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by the keyboard */}
      <section ref={scroll} className="drop-list mono" tabIndex={0} aria-label={title ?? 'What is ignored, and why'}>
        <div style={{ height: paths.length * ROW_HEIGHT, position: 'relative' }}>
          {paths.slice(first, end).map((item, place) => {
            const index = first + place
            const { path, rule } = typeof item === 'string' ? { path: item, rule: '' } : item
            return (
              <div
                key={index}
                className="drop-row"
                style={{ transform: `translateY(${index * ROW_HEIGHT}px)`, height: ROW_HEIGHT }}
              >
                <span className="cut grow">{visible(path)}</span>
                <span className="cut faint">{visible(rule)}</span>
              </div>
            )
          })}
        </div>
      </section>
      {isCut && <p className="faint">and more</p>}
    </div>
  )
}
