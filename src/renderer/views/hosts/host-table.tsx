/** The hosts, one a row: what they are, how they are reached, what they have. */
import { memo } from 'react'
import type { HostView } from '../../../shared/domain.ts'
import { percentText } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Cut } from '../../components/cut.tsx'
import { HostDot, HostTag } from '../../components/state-tags.tsx'
import { useCore } from '../../stores/core-store.ts'
import { navigate, routeHash } from '../../stores/route.ts'

export function HostTable({ selected }: { readonly selected: string | null }) {
  const hosts = useCore(state => state.hosts)
  const isAuto = !hosts.some(host => host.isDefault)
  return (
    <div className="table-frame">
      <table className="table clickable">
        <thead>
          <tr>
            <th className="filling">Host</th>
            <th>State</th>
            <th className="filling in-small">Connection</th>
            <th className="in-middle">By</th>
            <th className="figure">CPU</th>
            <th className="figure in-wide">CPUs</th>
            <th className="in-wide">Tools</th>
            <th className="figure">Jobs</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map(host => (
            <HostRow key={host.name} host={host} isSelected={host.name === selected} />
          ))}
        </tbody>
      </table>
      {isAuto && hosts.length > 1 && (
        <p className="table-note">A push that names no host goes to the best one at that moment (auto).</p>
      )}
    </div>
  )
}

const HostRow = memo(function HostRow({ host, isSelected }: { readonly host: HostView; readonly isSelected: boolean }) {
  const { name } = host
  return (
    // The link in it is what the keyboard and a screen reader use; the rest of the row only makes it easier to hit.
    <tr aria-current={isSelected ? 'true' : undefined} onClick={() => navigate({ view: 'host', name })}>
      <td className="filling">
        <span className="row host-name">
          <HostDot host={host} />
          <a className="cut" href={routeHash({ view: 'host', name })} title={visible(name)}>
            {visible(name)}
          </a>
          {host.isDefault && <span className="tag none">default</span>}
          {host.isDrained && <span className="tag none">drained</span>}
        </span>
      </td>
      <td>
        <HostTag host={host} />
      </td>
      <td className="filling in-small">
        <Cut className="mono dim" text={host.connection} />
      </td>
      <td className="dim in-middle" title={host.transportReason === null ? undefined : visible(host.transportReason)}>
        {host.transport ?? '—'}
      </td>
      <td className="figure">{host.sample === null ? '—' : percentText(host.sample.cpuRatio)}</td>
      <td className="figure in-wide">{host.cpus ?? '—'}</td>
      <td className="dim in-wide">{toolsText(host)}</td>
      <td className="figure">{host.runningJobs === 0 ? '—' : host.runningJobs}</td>
    </tr>
  )
})

export function toolsText({ tools }: Pick<HostView, 'tools'>): string {
  if (tools === null) return '—'
  const have = (['tmux', 'rsync'] as const).filter(tool => tools[tool] !== null)
  return have.length === 0 ? 'none' : have.join(', ')
}
