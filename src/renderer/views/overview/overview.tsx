/** Everything at a glance: the hosts, what needs a person, what runs. */
import { useMemo } from 'react'
import type { HostView, JobView } from '../../../shared/domain.ts'
import { Waiting } from '../../components/empty.tsx'
import { useAnswer } from '../../components/use-answer.ts'
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
        <Waiting what="Loading the overview" height={158} />
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

/** Where the allocator would place a job now. Said only where there is a choice; while it is not known, nothing is. */
function useNextHost(hosts: readonly HostView[]): string | null {
  const ask = () => core.call('host.next', {})
  const { answer } = useAnswer(hosts.length > 1 ? 'next' : null, ask, { everyMs: NEXT_EVERY_MS })
  return answer.kind === 'here' ? answer.value.host : null
}
