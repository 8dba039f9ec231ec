/** The charts of the last minutes go on by themselves: from what the page hears anyway, every two seconds, while somebody looks. */
import { useEffect, useMemo, useState } from 'react'
import type { MetricsSeries } from '../../../shared/contract.ts'
import type { Span } from '../../charts/span.ts'
import { whileLookedAt } from '../../looked-at.ts'
import { coreNow } from '../../stores/clock.ts'
import { SERIES_MS, useCore } from '../../stores/core-store.ts'
import { type HeardHost, liveSeries, type ShownSeries } from './live-series.ts'

/** What the page keeps of each host's samples reaches so far back. */
export const LIVE_MS = SERIES_MS
/** As often as a host is asked. A chart of ten minutes is some hundred pixels wide: it moves by two. */
const TICK_MS = 2_000
/** By then what the core had not yet written when it was asked is written: of that time the page may have heard nothing, or not all. */
const WRITTEN_MS = 30_000

/**
 * `kept`: what the core had when it was asked; null: nothing goes on. Of hosts that are not among `names` nothing new is heard. `again`
 * asks the core once more, which is done once after the view was opened, or the core was away.
 */
export function useLive(
  kept: MetricsSeries | null,
  { names, ms, again }: { names: readonly string[]; ms: number; again(): void },
): { span: Span; series: ShownSeries } | null {
  const [now, setNow] = useState(coreNow)
  const isOn = kept !== null
  const isConnected = useCore(state => state.link.kind === 'connected')
  useEffect(() => {
    if (!isOn) return
    setNow(coreNow())
    return whileLookedAt(TICK_MS, () => setNow(coreNow()))
  }, [isOn])
  useEffect(() => {
    if (!isOn || !isConnected) return
    const timer = setTimeout(again, WRITTEN_MS)
    return () => clearTimeout(timer)
  }, [isOn, isConnected, again])
  return useMemo(() => {
    if (kept === null) return null
    const span = { from: now - ms, to: now }
    return { span, series: liveSeries(kept, heardOf(names), span) }
  }, [kept, names, now, ms])
}

function heardOf(names: readonly string[]): HeardHost[] {
  const { hosts, samples } = useCore.getState()
  const chosen = hosts.filter(({ name }) => names.includes(name))
  return chosen.map(({ name, connection }) => ({ name, connection, samples: samples.get(name) ?? [] }))
}
