/** How this browser shows its metrics: range, hosts and kinds outlive a reload; what was zoomed into does not. */
import { create } from 'zustand'
import type { Span } from '../../charts/span.ts'
import { RANGES, type RangeId } from './ranges.ts'
import { parseSlots, type Slots } from './slots.ts'

const KEY = 'drover.metrics'

type Kept = {
  range: RangeId
  /** Null until a person chooses. */
  slots: Slots | null
  /** What each chart shows, by its id. */
  kinds: Readonly<Record<string, string>>
}
/** `zoom`: each stretch lies in the one before; the last is shown. */
type MetricsState = Kept & { zoom: readonly Span[] }

export const useMetricsState = create<MetricsState>()(() => ({ ...restored(), zoom: [] }))

export function setRange(range: RangeId): void {
  useMetricsState.setState({ range, zoom: [] })
  keep()
}

export function setSlots(slots: Slots): void {
  useMetricsState.setState({ slots })
  keep()
}

export function setKind(panel: string, kind: string): void {
  useMetricsState.setState(({ kinds }) => ({ kinds: { ...kinds, [panel]: kind } }))
  keep()
}

export function zoomTo(span: Span): void {
  useMetricsState.setState(({ zoom }) => ({ zoom: [...zoom, span] }))
}

export function zoomOut(): void {
  useMetricsState.setState(({ zoom }) => ({ zoom: zoom.slice(0, -1) }))
}

function keep(): void {
  const { range, slots, kinds } = useMetricsState.getState()
  localStorage.setItem(KEY, JSON.stringify({ range, slots, kinds }))
}

/** What another version wrote there, or nobody, is as if nothing were. */
function restored(): Kept {
  try {
    const { range, slots, kinds } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Record<keyof Kept, unknown>>
    return {
      range: RANGES.find(({ id }) => id === range)?.id ?? '1h',
      slots: parseSlots(slots),
      kinds: Object.fromEntries(Object.entries(kinds ?? {}).filter(([, kind]) => typeof kind === 'string')),
    }
  } catch {
    return { range: '1h', slots: null, kinds: {} }
  }
}
