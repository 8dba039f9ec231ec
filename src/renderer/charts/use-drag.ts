/** Pointing at a plot, and drawing a stretch of time in it to look at that alone. */
import { type PointerEvent, useRef } from 'react'
import { pointAt, select } from './moment.ts'
import { LEAST_SPAN_MS, type Span, timeAt } from './span.ts'

/** Less is a click by an unsteady hand. */
const LEAST_DRAG = 6

type DragOptions = {
  readonly span: Span
  readonly onZoom: (span: Span) => void
  /** Told where the pointer is, in the plot's own pixels; null when it is gone. */
  readonly onHover: (place: { x: number; y: number } | null) => void
  readonly onClick: (place: { x: number; y: number }) => void
}
type Handlers = Record<'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerLeave' | 'onPointerCancel', Handler>
type Handler = (event: PointerEvent<HTMLElement>) => void

export function useDrag({ span, onZoom, onHover, onClick }: DragOptions): Handlers {
  const begunX = useRef<number | null>(null)
  const placeOf = (event: PointerEvent<HTMLElement>) => {
    const { left, top, width } = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top, width }
  }
  const stretch = (begun: number, x: number, width: number): Span => {
    const [one, other] = [timeAt(begun, span, width), timeAt(x, span, width)]
    return { from: Math.min(one, other), to: Math.max(one, other) }
  }
  const stop = () => {
    begunX.current = null
    select(null)
  }
  return {
    onPointerDown: event => {
      if (event.button !== 0) return
      begunX.current = placeOf(event).x
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove: event => {
      const { x, y, width } = placeOf(event)
      pointAt(timeAt(x, span, width))
      const begun = begunX.current
      if (begun === null) return onHover({ x, y })
      select(Math.abs(x - begun) < LEAST_DRAG ? null : stretch(begun, x, width))
    },
    onPointerUp: event => {
      const begun = begunX.current
      if (begun === null) return
      const { x, y, width } = placeOf(event)
      stop()
      if (Math.abs(x - begun) < LEAST_DRAG) return onClick({ x, y })
      const wanted = stretch(begun, x, width)
      const middle = (wanted.from + wanted.to) / 2
      const ms = Math.max(LEAST_SPAN_MS, wanted.to - wanted.from)
      onZoom({ from: middle - ms / 2, to: middle + ms / 2 })
    },
    onPointerLeave: () => {
      if (begunX.current !== null) return
      pointAt(null)
      onHover(null)
    },
    onPointerCancel: stop,
  }
}
