/**
 * What the window knows of the core: hosts, jobs, projects, and how well it knows them. A snapshot after each connecting, then events, gathered
 * and applied once a frame: ten thousand samples a second cost one rendering, not as many.
 */
import { create } from 'zustand'
import type { CoreStatus } from '../../shared/contract.ts'
import {
  type CoreEvent,
  type HostSample,
  type HostView,
  type JobView,
  NO_READINGS,
  type SampleSeries,
} from '../../shared/domain.ts'
import type { ErrorBody } from '../../shared/errors.ts'
import type { ProjectView } from '../../shared/process.ts'
import type { LinkState } from '../link/core-link.ts'
import { NO_PROJECTS, type ProjectsState, projectsAfter, projectsOf } from './projects.ts'

/** What the line of a host's card shows. */
export const SERIES_MS = 10 * 60_000

export type CoreState = {
  link: LinkState
  /** The page may look and do nothing else. */
  isReadonly: boolean
  /** The first snapshot is here. */
  isLoaded: boolean
  /** Not of now but of then: since when nothing newer was heard. */
  staleSince: number | null
  /** Why the core did not say how it is, though it could be asked. */
  problem: SnapshotProblem | null
  status: CoreStatus | null
  /** In the order of the core. */
  hosts: readonly HostView[]
  /** Newest first. */
  jobs: readonly JobView[]
  jobById: ReadonlyMap<string, JobView>
  /** Where the jobs that are here end, and older ones begin; null: there are none. */
  olderJobs: JobCursor | null
  samples: ReadonlyMap<string, readonly HostSample[]>
} & ProjectsState

export type SnapshotProblem = { error: ErrorBody; again(): Promise<void> }

/** A job, as a place in the list of all. */
export type JobCursor = { createdAt: number; id: string }

export const useCore = create<CoreState>()(() => ({
  link: { kind: 'connecting' },
  isReadonly: false,
  isLoaded: false,
  staleSince: null,
  problem: null,
  status: null,
  hosts: [],
  jobs: [],
  jobById: new Map(),
  olderJobs: null,
  samples: new Map(),
  ...NO_PROJECTS,
}))

/** `endedAsked`: of the jobs that have ended, so many were asked for. */
export type Snapshot = {
  status: CoreStatus
  hosts: readonly HostView[]
  jobs: readonly JobView[]
  projects: readonly ProjectView[]
  endedAsked: number
}

export function applySnapshot({ status, hosts, jobs, projects, endedAsked }: Snapshot): void {
  const samples = hosts.reduce(withSample, useCore.getState().samples)
  const ended = jobs.filter(job => job.state === 'ended')
  const olderJobs = cursorAfter(ended, endedAsked)
  useCore.setState({
    ...{ isLoaded: true, staleSince: null, problem: null, status, hosts, ...indexed(jobs), olderJobs, samples },
    ...projectsOf(projects),
  })
}

export function applyProblem(problem: SnapshotProblem): void {
  useCore.setState({ problem })
}

/** Takes a page of older jobs; of those that are here already, what is here is newer. */
export function applyOlderJobs(page: readonly JobView[], asked: number): void {
  useCore.setState(({ jobs, jobById }) => {
    const added = page.filter(job => !jobById.has(job.id))
    return { ...indexed([...jobs, ...added].sort(newestFirst)), olderJobs: cursorAfter(page, asked) }
  })
}

/** A page that is not full was the last. */
function cursorAfter(page: readonly JobView[], asked: number): JobCursor | null {
  const last = page.at(-1)
  return last === undefined || page.length < asked ? null : { createdAt: last.createdAt, id: last.id }
}

/** Puts what the core has kept before what was heard since. */
export function applySeries(series: readonly SampleSeries[]): void {
  useCore.setState(({ samples }) => {
    const merged = new Map(samples)
    for (const { name, at, cpuPermille, ioWaitPermille, memoryTotalBytes, memoryAvailableKb, load1 } of series) {
      const heard = samples.get(name) ?? []
      const kept = at.map((time, index) => ({
        at: time,
        cpuRatio: (cpuPermille[index] ?? 0) / 1000,
        ioWaitRatio: (ioWaitPermille[index] ?? 0) / 1000,
        memoryTotalBytes,
        memoryAvailableBytes: (memoryAvailableKb[index] ?? 0) * 1000,
        load1: load1[index] ?? 0,
        // The core keeps of the last minutes what the lines are drawn of.
        ...NO_READINGS,
      }))
      const last = kept.at(-1)?.at ?? 0
      merged.set(name, [...kept, ...heard.filter(sample => Math.round(sample.at) > last)])
    }
    return { samples: merged }
  })
}

export function applyLinkState(link: LinkState): void {
  useCore.setState(({ staleSince, isLoaded, isReadonly }) => ({
    link,
    isReadonly: link.kind === 'connected' ? link.role === 'readonly' : isReadonly,
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
    return {
      hosts,
      samples,
      ...projectsAfter(state, events),
      ...(changed.size > 0 && indexed(mergedJobs(state.jobs, state.jobById, changed))),
    }
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
  return added.length === 0 ? kept : [...added, ...kept].sort(newestFirst)
}

function newestFirst(a: JobView, b: JobView): number {
  return b.createdAt - a.createdAt
}

function indexed(jobs: readonly JobView[]): Pick<CoreState, 'jobs' | 'jobById'> {
  return { jobs, jobById: new Map(jobs.map(job => [job.id, job])) }
}
