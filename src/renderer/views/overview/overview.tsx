/** Everything at a glance: the hosts, what needs a person, what runs. */
import { useEffect, useMemo, useState } from 'react'
import type { HostView, JobView } from '../../../shared/domain.ts'
import { Skeleton } from '../../components/empty.tsx'
import { core } from '../../core.ts'
import { useCore } from '../../stores/core-store.ts'
import { HostCard } from './host-card.tsx'
import { NeedsYou } from './needs-you-list.tsx'
import './overview.css'
import { RunningJobs } from './running-jobs.tsx'

const NEXT_EVERY_MS = 5_000
const NO_JOBS: readonly JobView[] = []

export function Overview() {
  const isLoaded = useCore(state => state.isLoaded)
  return (
    <>
      <header>
        <h1>Overview</h1>
      </header>
      {isLoaded ? (
        <>
          <HostCards />
          <NeedsYou />
          <RunningJobs />
        </>
      ) : (
        <div className="host-cards appear-late" role="status" aria-label="Loading">
          <Skeleton height={150} />
          <Skeleton height={150} />
        </div>
      )}
    </>
  )
}

function HostCards() {
  const hosts = useCore(state => state.hosts)
  const jobs = useCore(state => state.jobs)
  const next = useNextHost(hosts)
  const byHost = useMemo(
    () =>
      Map.groupBy(
        jobs.filter(job => job.state !== 'ended'),
        job => job.host,
      ),
    [jobs],
  )
  return (
    <section className="host-cards" aria-label="Hosts">
      {hosts.map(host => (
        <HostCard key={host.name} host={host} jobs={byHost.get(host.name) ?? NO_JOBS} isNext={host.name === next} />
      ))}
    </section>
  )
}

/** Where the allocator would place a job now. Said only where there is a choice, and asked only while somebody looks. */
function useNextHost(hosts: readonly HostView[]): string | null {
  const [next, setNext] = useState<string | null>(null)
  const hasChoice = hosts.length > 1
  useEffect(() => {
    if (!hasChoice) return setNext(null)
    const ask = () => {
      if (document.hidden) return
      core.call('host.next', {}).then(
        ({ host }) => setNext(host),
        () => setNext(null), // The link is lost, which is said elsewhere.
      )
    }
    ask()
    const timer = setInterval(ask, NEXT_EVERY_MS)
    return () => clearInterval(timer)
  }, [hasChoice])
  return next
}
