/** A chart's lines from what the core answered: one for each host that is compared, in its own colour. Pure. */
import type { HostSeries } from '../../../shared/contract.ts'
import { visible } from '../../../shared/visible.ts'
import type { Line, Lines } from '../../charts/line.ts'
import type { ShownSeries } from './live-series.ts'
import type { Kind } from './panels.ts'
import type { Slots } from './slots.ts'

/** In the order of the slots. One host alone has its band too: of several nothing could be seen. */
export function panelLines({ at, stepMs, readingMs, hosts }: ShownSeries, slots: Slots, kind: Kind): Lines {
  const drawn = slots.flatMap((name, slot) => hosts.filter(host => host.name === name).map(host => ({ host, slot })))
  const lines = drawn.flatMap(({ host, slot }): Line[] => {
    const values = kind.column(host)
    if (values.every(value => value === null)) return []
    const band = drawn.length === 1 ? kind.band?.(host) : undefined
    return [{ key: `${host.name} ${host.connection}`, label: labelOf(host, hosts), slot, values, ...(band && { band }) }]
  })
  return { at: at.map(begin => begin + stepMs / 2), stepMs, ...(readingMs !== undefined && { readingMs }), lines }
}

/** A name that stood for two machines is told apart by where each was reached. */
export function labelOf({ name, connection, isPresent }: HostSeries, all: readonly HostSeries[]): string {
  const isShared = all.filter(host => host.name === name).length > 1
  return visible(isShared && !isPresent ? `${name}, was ${connection}` : name)
}
