/**
 * What the window knows of the core: hosts, jobs, and how well it knows them. A snapshot after each connecting, then events, gathered
 * and applied once a frame: ten thousand samples a second cost one rendering, not as many.
 */
import { create } from 'zustand'
import type { CoreStatus } from '../../shared/contract.ts'
import type { CoreEvent, HostSample, HostView, JobView } from '../../shared/domain.ts'
import type { LinkState } from '../link/core-link.ts'

/** What the line of a host's card shows. */
export const SERIES_MS = 10 * 60_000

export type CoreState = {
  link: LinkState
  /** The first snapshot is here. */
  isLoaded: boolean
  /** Not of now but of then: since when nothing newer was heard. */
  staleSince: number | null
  status: CoreStatus | null
  /** In the order of the core. */
  hosts: readonly HostView[]
  /** Newest first. */
  jobs: readonly JobView[]
  jobById: ReadonlyMap<string, JobView>
  samples: ReadonlyMap<string, readonly HostSample[]>
}

export const useCore = create<CoreState>()(() => ({
  link: { kind: 'connecting' },
  isLoaded: false,
  staleSince: null,
  status: null,
  hosts: [],
  jobs: [],
  jobById: new Map(),
  samples: new Map(),
}))

export type Snapshot = { status: CoreStatus; hosts: readonly HostView[]; jobs: readonly JobView[] }

export function applySnapshot({ status, hosts, jobs }: Snapshot): void {
  const samples = hosts.reduce(withSample, useCore.getState().samples)
  useCore.setState({ isLoaded: true, staleSince: null, status, hosts, ...indexed(jobs), samples })
}

export function applyLinkState(link: LinkState): void {
  useCore.setState(({ staleSince, isLoaded }) => ({
    link,
    staleSince: link.kind === 'lost' && isLoaded ? (staleSince ?? link.since) : staleSince,
  }))
}

/** Applies what has happened, in order, as one change. */
export function applyEvents(events: readonly CoreEvent[]): void {
  if (events.length === 0) return
  useCore.setState(state => {
    let { hosts, samples } = state
    const changed = new Map<string, JobView | null>()
    for (const event of events) {
      if (event.type === 'job.changed') changed.set(event.job.id, event.job)
      else if (event.type === 'job.removed') changed.set(event.jobId, null)
      else if (event.type === 'host.changed') {
        hosts = withHost(hosts, event.host)
        samples = withSample(samples, event.host)
      } else if (event.type === 'host.removed') hosts = hosts.filter(host => host.name !== event.name)
    }
    return { hosts, samples, ...(changed.size > 0 && indexed(mergedJobs(state.jobs, state.jobById, changed))) }
  })
}

function withHost(hosts: readonly HostView[], host: HostView): readonly HostView[] {
  const index = hosts.findIndex(({ name }) => name === host.name)
  return index === -1 ? [...hosts, host] : hosts.with(index, host)
}

function withSample(
  samples: ReadonlyMap<string, readonly HostSample[]>,
  { name, sample }: HostView,
): ReadonlyMap<string, readonly HostSample[]> {
  const known = samples.get(name) ?? []
  if (sample === null || known.at(-1)?.at === sample.at) return samples
  const kept = known.filter(({ at }) => at > sample.at - SERIES_MS && at < sample.at)
  return new Map(samples).set(name, [...kept, sample])
}

/** New ones are the newest in all but rare cases, such as a list that came late. */
function mergedJobs(
  jobs: readonly JobView[],
  known: ReadonlyMap<string, JobView>,
  changed: ReadonlyMap<string, JobView | null>,
): JobView[] {
  const kept = jobs.flatMap(job => (changed.has(job.id) ? (changed.get(job.id) ?? []) : job))
  const added = [...changed.values()].filter(job => job !== null && !known.has(job.id)) as JobView[]
  return added.length === 0 ? kept : [...added, ...kept].sort((a, b) => b.createdAt - a.createdAt)
}

function indexed(jobs: readonly JobView[]): Pick<CoreState, 'jobs' | 'jobById'> {
  return { jobs, jobById: new Map(jobs.map(job => [job.id, job])) }
}
