/** The one moment that all charts of a view point at, and the stretch that is being drawn with the mouse. */
import { create } from 'zustand'
import type { Span } from './span.ts'

export type Moment = { at: number | null; selection: Span | null }

export const useMoment = create<Moment>()(() => ({ at: null, selection: null }))

export function pointAt(at: number | null): void {
  useMoment.setState({ at })
}

export function select(selection: Span | null): void {
  useMoment.setState({ selection })
}
