/** The part of the store that holds projects and their processes: from a snapshot, then event by event. */
import type { CoreEvent } from '../../shared/domain.ts'
import type { ProcessView, ProjectHead, ProjectView } from '../../shared/process.ts'

/** Two readings of the processor time of a run say how busy it is between them. */
export type ProcessLoad = { jobId: string; at: number; cpuMs: number; ratio: number | null }

export type ProjectsState = {
  /** Oldest first. */
  projects: readonly ProjectHead[]
  /** Of all projects, each project's in its own order. */
  processes: readonly ProcessView[]
  /** By the id of the process. */
  loads: ReadonlyMap<string, ProcessLoad>
}

export const NO_PROJECTS: ProjectsState = { projects: [], processes: [], loads: new Map() }

export function projectsOf(views: readonly ProjectView[]): Omit<ProjectsState, 'loads'> {
  const projects = views.map(({ processes: _, ...head }) => head)
  return { projects: projects.sort(oldestFirst), processes: views.flatMap(({ processes }) => processes).sort(inOrder) }
}

/** What of it is different after these events. */
export function projectsAfter(before: ProjectsState, events: readonly CoreEvent[]): Partial<ProjectsState> {
  const projects = new Map<string, ProjectHead | null>()
  const processes = new Map<string, ProcessView | null>()
  const loads = new Map(before.loads)
  for (const event of events) {
    if (event.type === 'project.changed') projects.set(event.project.id, event.project)
    else if (event.type === 'project.removed') projects.set(event.projectId, null)
    else if (event.type === 'process.removed') processes.set(event.processId, null)
    else if (event.type === 'process.changed') {
      processes.set(event.process.id, event.process)
      const load = loadAfter(loads.get(event.process.id), event.process, event.at)
      if (load) loads.set(event.process.id, load)
    }
  }
  if (projects.size + processes.size === 0) return {}
  const gone = new Set([...projects].flatMap(([id, project]) => (project === null ? id : [])))
  return {
    loads,
    ...(projects.size > 0 && { projects: merged(before.projects, projects).sort(oldestFirst) }),
    processes: merged(before.processes, processes)
      .filter(process => !gone.has(process.projectId))
      .sort(inOrder),
  }
}

function loadAfter(before: ProcessLoad | undefined, { jobId, cpuMs }: ProcessView, at: number): ProcessLoad | null {
  if (jobId === null || cpuMs === null) return null
  // The same figure is no new reading, but another change of the process.
  if (before?.jobId === jobId && before.cpuMs === cpuMs) return before
  const isNext = before?.jobId === jobId && at > before.at
  return { jobId, at, cpuMs, ratio: isNext ? Math.max(0, cpuMs - before.cpuMs) / (at - before.at) : null }
}

function merged<T extends { id: string }>(known: readonly T[], changed: ReadonlyMap<string, T | null>): T[] {
  const before = new Set(known.map(({ id }) => id))
  const kept = known.flatMap(one => (changed.has(one.id) ? (changed.get(one.id) ?? []) : one))
  return [...kept, ...[...changed.values()].filter(one => one !== null && !before.has(one.id))] as T[]
}

function oldestFirst(a: ProjectHead, b: ProjectHead): number {
  return a.createdAt - b.createdAt
}

function inOrder(a: ProcessView, b: ProcessView): number {
  if (a.projectId !== b.projectId) return a.projectId < b.projectId ? -1 : 1
  return a.position - b.position || a.instance - b.instance
}
