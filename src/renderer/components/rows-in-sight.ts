/** Of a long list of rows of one height only those in sight are in the page, with some around them, so that a quick wheel meets no gap. */
import { type RefObject, useCallback, useLayoutEffect, useState } from 'react'

type Rows = {
  readonly count: number
  readonly rowPx: number
  /** What stays over the rows while they move below it. */
  readonly headPx?: number
  readonly margin?: number
  readonly initialTop?: number
}

export type RowsInSight = {
  /** The first that is drawn, and the one after the last. */
  readonly first: number
  readonly end: number
  /** Brings a row into sight, if it is not there. */
  show(index: number): void
}

export function useRowsInSight(
  scroller: RefObject<HTMLElement | null>,
  { count, rowPx, headPx = 0, margin = 12, initialTop = 0 }: Rows,
): RowsInSight {
  const [view, setView] = useState({ top: initialTop, height: 0 })
  useLayoutEffect(() => {
    const { current } = scroller
    if (current === null) return
    const look = () => setView({ top: current.scrollTop, height: current.clientHeight })
    look()
    const observer = new ResizeObserver(look)
    observer.observe(current)
    current.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      current.removeEventListener('scroll', look)
    }
  }, [scroller])
  const show = useCallback(
    (index: number) => {
      const { current } = scroller
      if (current === null) return
      const lowest = (index + 1) * rowPx + headPx - current.clientHeight
      current.scrollTop = Math.max(lowest, Math.min(current.scrollTop, index * rowPx))
    },
    [scroller, rowPx, headPx],
  )
  return { ...rowsIn({ ...view, count, rowPx, margin }), show }
}

export function rowsIn(list: { top: number; height: number; count: number; rowPx: number; margin: number }): {
  first: number
  end: number
} {
  const { top, height, count, rowPx, margin } = list
  const end = Math.min(count, Math.ceil((top + height) / rowPx) + margin)
  // A list that became shorter is scrolled back only after it was drawn.
  return { first: Math.max(0, Math.min(Math.floor(top / rowPx) - margin, end)), end }
}
