/** Which hosts are compared: each a switch with the colour of its line. Those that are gone and were measured then are among them. */
import type { HostSeries } from '../../../shared/contract.ts'
import { visible } from '../../../shared/visible.ts'
import { Swatch } from '../../charts/chart-legend.tsx'
import { MOST_LINES } from '../../charts/line.ts'
import { hostText } from '../../components/state-tags.tsx'
import { useCore } from '../../stores/core-store.ts'
import { setSlots } from './metrics-state.ts'
import { chosenOf, isFull, type Slots, toggled } from './slots.ts'

type HostChipsProps = { readonly slots: Slots; readonly measured: readonly HostSeries[] }

export function HostChips({ slots, measured }: HostChipsProps) {
  const hosts = useCore(state => state.hosts)
  const gone = new Set(
    [...measured.map(({ name }) => name), ...chosenOf(slots)].filter(name => hosts.every(host => host.name !== name)),
  )
  const full = isFull(slots)
  return (
    <fieldset className="host-chips" aria-label="Hosts that are compared">
      {hosts.map(host => {
        const state = host.state === 'connected' ? null : hostText(host)
        return <Chip key={host.name} name={host.name} slots={slots} state={state} />
      })}
      {[...gone].map(name => (
        <Chip key={name} name={name} slots={slots} state="no host any more" />
      ))}
      {full && <span className="dim">{MOST_LINES} lines at most: take one out to add another.</span>}
    </fieldset>
  )
}

type ChipProps = {
  readonly name: string
  readonly slots: Slots /** Why nothing comes from it now. */
  readonly state: string | null
}

function Chip({ name, slots, state }: ChipProps) {
  const slot = slots.indexOf(name)
  return (
    <label className="host-chip" title={state === null ? undefined : `${visible(name)}: ${state}`}>
      <input
        type="checkbox"
        checked={slot >= 0}
        disabled={slot < 0 && isFull(slots)}
        onChange={() => setSlots(toggled(slots, name))}
      />
      {slot >= 0 ? <Swatch slot={slot} /> : <span className="host-chip-none" />}
      <span className="cut">{visible(name)}</span>
      {state !== null && <span className="dot unknown" role="img" aria-label={state} />}
    </label>
  )
}
