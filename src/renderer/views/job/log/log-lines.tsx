/**
 * The lines of a log's window, of which only those in sight are in the page. What one looks at stays where it is, whatever comes or goes
 * before and behind it; at the end one sees what comes.
 */
import { type KeyboardEvent, memo, useLayoutEffect, useRef, useState } from 'react'
import type { LogModel, LogState } from './log-model.ts'
import { SgrText } from './sgr-text.tsx'

const ROW_PX = 18
/** Drawn beyond what is in sight, so that a quick wheel meets no gap. */
const MARGIN_ROWS = 20
/** So near to an end of the window more is read. */
const NEAR_ROWS = 400

type LogLinesProps = { readonly state: LogState; readonly model: LogModel; readonly marked: number | null }

export function LogLines({ state, model, marked }: LogLinesProps) {
  const { window, isFollowing, target } = state
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 600 })
  /** What stands at the top of the sight: a place in the log, not in the window. */
  const anchor = useRef({ byte: 0, offset: 0 })
  const setTop = useRef<number>(0)
  const doneTarget = useRef<LogState['target']>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `note` is the same in all but name.
  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    if (target !== null && target !== doneTarget.current) {
      doneTarget.current = target
      current.scrollTop = Math.max(0, window.lineAt(target.byte) * ROW_PX - current.clientHeight / 3)
    } else if (isFollowing) current.scrollTop = current.scrollHeight
    else current.scrollTop = window.lineAt(anchor.current.byte) * ROW_PX + anchor.current.offset
    setTop.current = current.scrollTop
    note(current)
  }, [window, isFollowing, target])

  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    const observer = new ResizeObserver(() => setView(({ top }) => ({ top, height: current.clientHeight })))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])

  function note(element: HTMLElement): void {
    const line = Math.floor(element.scrollTop / ROW_PX)
    anchor.current = { byte: window.byteOf(line), offset: element.scrollTop - line * ROW_PX }
    setView({ top: element.scrollTop, height: element.clientHeight })
  }

  function scrolled(element: HTMLElement): void {
    note(element)
    if (isFollowing) {
      // Further up than we put it, and not because the window grew: somebody wants to read.
      const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 2
      if (!isAtEnd && element.scrollTop < setTop.current - ROW_PX) model.leaveEnd()
      return
    }
    const lastLine = (element.scrollTop + element.clientHeight) / ROW_PX
    if (element.scrollTop < NEAR_ROWS * ROW_PX) void model.readBefore()
    else if (lastLine > window.lineCount - NEAR_ROWS) void model.readAfter()
  }

  function pressed(event: KeyboardEvent): void {
    if (event.key === 'Home') void model.goTo(0)
    else if (event.key === 'End') void model.follow()
    else return
    event.preventDefault()
  }

  const first = Math.max(0, Math.floor(view.top / ROW_PX) - MARGIN_ROWS)
  const last = Math.min(window.lineCount, Math.ceil((view.top + view.height) / ROW_PX) + MARGIN_ROWS)
  const markedLine = marked !== null && marked >= window.start && marked < window.end ? window.lineAt(marked) : -1
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index)
  return (
    <div
      className="log-lines mono"
      role="log"
      aria-live="off"
      aria-label="Lines of the log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
      tabIndex={0}
      ref={box}
      onScroll={event => scrolled(event.currentTarget)}
      onKeyDown={pressed}
    >
      <div style={{ height: window.lineCount * ROW_PX }}>
        <div style={{ transform: `translateY(${first * ROW_PX}px)` }}>
          {rows.map(line => {
            const byte = window.byteOf(line)
            return <Row key={byte} byte={byte} text={window.textOf(line)} isMarked={line === markedLine} />
          })}
        </div>
      </div>
    </div>
  )
}

type RowProps = { readonly byte: number; readonly text: string; readonly isMarked: boolean }

const Row = memo(function Row({ byte, text, isMarked }: RowProps) {
  return (
    <div className={isMarked ? 'log-row marked' : 'log-row'} data-byte={byte}>
      <span className="log-byte" aria-hidden="true" data-text={byte} />
      <SgrText text={text} />
      {'\n'}
    </div>
  )
})
