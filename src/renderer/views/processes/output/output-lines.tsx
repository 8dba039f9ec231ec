/**
 * The rows of merged output, of which only those in sight are in the page. What one looks at stays where it is; at the end one sees what
 * comes, until one scrolls up.
 */
import { ArrowDownToLine } from 'lucide-react'
import { type CSSProperties, type KeyboardEvent, type MouseEvent, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { counted } from '../../../../shared/format.ts'
import type { ProcessView } from '../../../../shared/process.ts'
import { Button } from '../../../components/button.tsx'
import { rowsIn } from '../../../components/rows-in-sight.ts'
import { useProcessesState } from '../processes-state.ts'
import type { LineMenuPlace } from './line-menu.tsx'
import type { OutputBuffer, Place } from './output-buffer.ts'
import type { OutputModel, OutputState } from './output-model.ts'
import { OutputRowView, ROW_PX, shownText } from './output-row.tsx'

/** So near to the beginning older lines are read. */
const NEAR_ROWS = 200
const MARGIN = 20
/** Characters of a name: longer ones are cut. */
const MOST_LABEL = 20

type OutputLinesProps = {
  readonly state: OutputState
  readonly model: OutputModel
  readonly processes: readonly ProcessView[]
  /** Whose output it is; null: of all. Of one alone each line need not say so. */
  readonly labels: readonly string[] | null
  readonly marked: Place | null
  /** The row at the top of the sight. */
  readonly onReach: (row: number) => void
  readonly onMenu: (place: LineMenuPlace) => void
}

export function OutputLines({ state, model, processes, labels, marked, onReach, onMenu }: OutputLinesProps) {
  const { rows, version, isFollowing, newLines, target, older, clearedAt } = state
  const hasTimes = useProcessesState(({ hasTimes: has }) => has)
  const byLabel = useMemo(() => new Map(processes.map(process => [process.label, process])), [processes])
  const longest = (labels ?? [...byLabel.keys()]).reduce((most, label) => Math.max(most, label.length), 4)
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 600 })
  /** What stands at the top of the sight, in which rows. */
  const anchor = useRef<{ rows: OutputBuffer; place: Place | null; row: number; offset: number } | null>(null)
  const setTop = useRef(0)
  const doneTarget = useRef<OutputState['target']>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are changed in place, and `version` says so; `note` is the same in all but name.
  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    const before = anchor.current
    if (target !== null && target !== doneTarget.current) {
      doneTarget.current = target
      current.scrollTop = (target.row - rows.first) * ROW_PX - current.clientHeight / 3
    } else if (isFollowing) current.scrollTop = current.scrollHeight
    else if (before && before.rows !== rows) {
      const row = before.place && rows.find(before.place)
      if (row !== null) current.scrollTop = (row - rows.first) * ROW_PX + before.offset
    }
    setTop.current = current.scrollTop
    note(current)
  }, [rows, version, isFollowing, target])

  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    const observer = new ResizeObserver(() => {
      if (model.state().isFollowing) current.scrollTop = current.scrollHeight
      setTop.current = current.scrollTop
      setView({ top: current.scrollTop, height: current.clientHeight })
    })
    observer.observe(current)
    return () => observer.disconnect()
  }, [model])

  function note(element: HTMLElement): void {
    const row = rows.first + Math.floor(element.scrollTop / ROW_PX)
    anchor.current = { rows, place: rows.placeFrom(row), row, offset: element.scrollTop % ROW_PX }
    setView({ top: element.scrollTop, height: element.clientHeight })
  }

  function scrolled(element: HTMLElement): void {
    note(element)
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 2
    if (isFollowing) {
      // Further up than we put it, and not because the window grew: somebody wants to read.
      if (!isAtEnd && element.scrollTop < setTop.current - ROW_PX) model.leaveEnd()
      return
    }
    // Where a jump came to is not where somebody went.
    if (element.scrollTop !== setTop.current) {
      setTop.current = Number.NaN
      onReach(anchor.current?.row ?? rows.first)
      if (isAtEnd) model.follow()
    }
    if (!model.state().isFollowing && element.scrollTop < NEAR_ROWS * ROW_PX) model.readOlder()
  }

  function pressed(event: KeyboardEvent<HTMLElement>): void {
    if (event.key === 'End') model.follow()
    else if (event.key === 'Home') {
      model.leaveEnd()
      event.currentTarget.scrollTop = 0
    } else return
    event.preventDefault()
  }

  /** Of what is selected the first line; else of the line that was pressed. */
  function menuAt(event: MouseEvent<HTMLElement>): void {
    const selection = getSelection()
    const isIn = selection !== null && !selection.isCollapsed && event.currentTarget.contains(selection.anchorNode)
    const element = isIn ? selection.anchorNode?.parentElement : (event.target as Element)
    const row = rows.at(Number(element?.closest<HTMLElement>('.out-row')?.dataset.row ?? -1))
    if (row?.type !== 'line') return
    const selected = isIn ? selection.toString() : ''
    const text = (selected === '' ? shownText(row) : selected).split('\n').find(line => line.trim() !== '')
    if (text === undefined) return
    event.preventDefault()
    onMenu({ left: event.clientX, top: event.clientY, process: row.process, text: text.trim(), copied: selected || text })
  }

  const { first, end } = rowsIn({ ...view, count: rows.end - rows.first, rowPx: ROW_PX, margin: MARGIN })
  const markedRow = marked && rows.find(marked)
  return (
    <div className="out-frame" style={{ '--label-ch': Math.min(longest, MOST_LABEL) } as CSSProperties}>
      {older === 'reading' && <p className="out-note dim">Reading what was before…</p>}
      {!isFollowing && older === 'most' && view.top < ROW_PX && (
        <p className="out-note dim">Older lines do not fit in here: search finds them, and the log of each run has them all.</p>
      )}
      {!isFollowing && clearedAt !== null && view.top < ROW_PX && (
        <p className="out-note dim">
          Cleared before this.{' '}
          <button type="button" className="link" onClick={() => model.showCleared()}>
            Show what was before
          </button>
        </p>
      )}
      <div
        className="log-lines mono"
        role="log"
        aria-live="off"
        aria-label="Lines of output"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
        ref={box}
        onScroll={event => scrolled(event.currentTarget)}
        onKeyDown={pressed}
        onContextMenu={menuAt}
      >
        <div style={{ height: (rows.end - rows.first) * ROW_PX }}>
          <div style={{ transform: `translateY(${first * ROW_PX}px)` }}>
            {Array.from({ length: end - first }, (_, index) => rows.first + first + index).map(number => {
              const row = rows.at(number)
              return (
                row && (
                  <OutputRowView
                    key={number}
                    row={row}
                    number={number}
                    position={byLabel.get(row.process)?.position ?? 0}
                    hasTime={hasTimes}
                    hasLabel={labels?.length !== 1}
                    isMarked={number === markedRow}
                  />
                )
              )
            })}
          </div>
        </div>
      </div>
      {!isFollowing && (
        <Button kind="primary" className="out-follow" title="To the end, and what comes there (f)" onPress={() => model.follow()}>
          <ArrowDownToLine size={13} aria-hidden />
          {newLines > 0 ? `${counted(newLines, 'new line')} — follow` : 'Follow'}
        </Button>
      )}
    </div>
  )
}
