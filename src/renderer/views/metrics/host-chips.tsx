/** Which hosts are compared: each a switch with the colour of its line. */
import { visible } from '../../../shared/visible.ts'
import { Swatch } from '../../charts/chart-legend.tsx'
import { MOST_LINES } from '../../charts/line.ts'
import { hostText } from '../../components/state-tags.tsx'
import { useCore } from '../../stores/core-store.ts'
import { setSlots } from './metrics-state.ts'
import { isFull, type Slots, toggled } from './slots.ts'

export function HostChips({ slots }: { readonly slots: Slots }) {
  const hosts = useCore(state => state.hosts)
  const full = isFull(slots)
  return (
    <fieldset className="host-chips" aria-label="Hosts that are compared">
      {hosts.map(host => {
        const { name } = host
        const slot = slots.indexOf(name)
        const isAway = host.state !== 'connected'
        return (
          <label key={name} className="host-chip" title={isAway ? `${visible(name)}: ${hostText(host)}` : undefined}>
            <input
              type="checkbox"
              checked={slot >= 0}
              disabled={slot < 0 && full}
              onChange={() => setSlots(toggled(slots, name))}
            />
            {slot >= 0 ? <Swatch slot={slot} /> : <span className="host-chip-none" />}
            <span className="cut">{visible(name)}</span>
            {isAway && <span className="dot unknown" role="img" aria-label={hostText(host)} />}
          </label>
        )
      })}
      {full && <span className="dim">{MOST_LINES} lines at most: take one out to add another.</span>}
    </fieldset>
  )
}
