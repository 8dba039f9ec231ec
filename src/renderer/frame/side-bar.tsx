/** The views, then the hosts with state and load. */
import { AppWindow, ChartSpline, Layers, LayoutGrid, ListChecks, Server, Settings } from 'lucide-react'
import type { ReactNode } from 'react'
import type { HostView } from '../../shared/domain.ts'
import { ageText, counted, countText, percentText } from '../../shared/format.ts'
import { Cut } from '../components/cut.tsx'
import { isUp } from '../components/process-state.ts'
import { HostDot } from '../components/state-tags.tsx'
import { useNow } from '../stores/clock.ts'
import { useCore } from '../stores/core-store.ts'
import { useJobCounts } from '../stores/job-counts.ts'
import { type Route, routeHash } from '../stores/route.ts'
import { useUnseenProblems, useUnseenProcesses } from '../stores/seen.ts'

const ICON = { size: 15, 'aria-hidden': true } as const

export function SideBar({ route }: { readonly route: Route }) {
  const hosts = useCore(state => state.hosts)
  const { running, unknown } = useJobCounts()
  const jobProblems = useUnseenProblems().length
  const processProblems = useUnseenProcesses().length
  const upCount = useCore(state => state.processes.filter(isUp).length)
  const view = route.view === 'job' ? 'jobs' : route.view === 'host' ? 'hosts' : route.view
  const link = (to: Route & { view: typeof view }, icon: ReactNode, name: string, end?: ReactNode) => (
    <a href={routeHash(to)} aria-current={view === to.view && route.view !== 'host' ? 'page' : undefined}>
      {icon} {name} <span className="end">{end}</span>
    </a>
  )
  return (
    <nav className="side" aria-label="Views and hosts">
      {link(
        { view: 'overview' },
        <LayoutGrid {...ICON} />,
        'Overview',
        <NeedsYou jobs={jobProblems} processes={processProblems} />,
      )}
      {link({ view: 'apps' }, <AppWindow {...ICON} />, 'Apps')}
      {link({ view: 'jobs' }, <ListChecks {...ICON} />, 'Jobs', running + unknown || null)}
      {link(
        { view: 'processes', project: null, process: null },
        <Layers {...ICON} />,
        'Processes',
        processProblems > 0 ? <NeedsYou jobs={0} processes={processProblems} /> : upCount || null,
      )}
      {link({ view: 'metrics' }, <ChartSpline {...ICON} />, 'Metrics')}
      {link({ view: 'hosts' }, <Server {...ICON} />, 'Hosts')}
      {link({ view: 'settings' }, <Settings {...ICON} />, 'Settings')}
      <h2>Hosts</h2>
      {hosts.map(host => (
        <HostLink key={host.name} host={host} isCurrent={route.view === 'host' && route.name === host.name} />
      ))}
    </nav>
  )
}

function NeedsYou({ jobs, processes }: { readonly jobs: number; readonly processes: number }) {
  if (jobs + processes === 0) return null
  const parts = [
    jobs > 0 && `${counted(jobs, 'job')} failed`,
    processes > 0 && `${counted(processes, 'process', 'processes')} dead or broken`,
  ]
  return (
    <span className="bad-text" title={`${parts.filter(Boolean).join(', ')}, and you have not looked yet`}>
      {countText(jobs + processes)}
    </span>
  )
}

function HostLink({ host, isCurrent }: { readonly host: HostView; readonly isCurrent: boolean }) {
  return (
    <a href={routeHash({ view: 'host', name: host.name })} aria-current={isCurrent ? 'page' : undefined}>
      <HostDot host={host} />
      <Cut text={host.name} />
      <span className="end">
        <Load host={host} />
      </span>
    </a>
  )
}

/** Its CPU; how long it has been away, where it cannot be asked. */
function Load({ host }: { readonly host: HostView }) {
  const now = useNow()
  if (host.state !== 'connected' && host.error !== null) return ageText(now - host.since)
  return host.sample === null ? '' : percentText(host.sample.cpuRatio)
}
