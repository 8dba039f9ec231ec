import { expect, test } from 'vitest'
import type { CoreEvent, EventBody } from '../../shared/domain.ts'
import type { ProcessView, ProjectView } from '../../shared/process.ts'
import { NO_PROJECTS, type ProjectsState, projectsAfter, projectsOf } from './projects.ts'

const process = (projectId: string, position: number, more: Partial<ProcessView> = {}) =>
  ({
    id: `${projectId}${position}`,
    projectId,
    position,
    instance: 1,
    label: `p${position}`,
    jobId: 'run 1',
    cpuMs: null,
    ...more,
  }) as ProcessView
const project = (id: string, createdAt: number, processes: readonly ProcessView[] = []) =>
  ({ id, createdAt, name: id, processes }) as unknown as ProjectView
const after = (before: ProjectsState, ...bodies: readonly (EventBody & { at?: number })[]): ProjectsState => ({
  ...before,
  ...projectsAfter(
    before,
    bodies.map((body, seq) => ({ at: 0, seq, ...body }) as CoreEvent),
  ),
})
const farm: ProjectsState = {
  ...NO_PROJECTS,
  ...projectsOf([project('mill', 2, [process('mill', 0)]), project('farm', 1, [process('farm', 1), process('farm', 0)])]),
}
const ids = ({ processes }: ProjectsState) => processes.map(({ id }) => id)

test('projects by age, processes in the order of their project', () => {
  expect(farm.projects.map(({ id }) => id)).toEqual(['farm', 'mill'])
  expect(ids(farm)).toEqual(['farm0', 'farm1', 'mill0'])
})

test('what comes, changes and goes', () => {
  const added = after(farm, { type: 'process.changed', process: process('farm', 2) })
  expect(ids(added)).toEqual(['farm0', 'farm1', 'farm2', 'mill0'])
  const changed = after(added, { type: 'process.changed', process: process('farm', 1, { state: 'dead' }) })
  expect(changed.processes[1]?.state).toBe('dead')
  // What did not change is not drawn anew.
  expect(changed.processes[0]).toBe(added.processes[0])
  expect(ids(after(changed, { type: 'process.removed', projectId: 'farm', processId: 'farm1' }))).toEqual([
    'farm0',
    'farm2',
    'mill0',
  ])
})

test('a project that is forgotten takes its processes along', () => {
  const gone = after(farm, { type: 'project.removed', projectId: 'farm' })
  expect(gone.projects.map(({ id }) => id)).toEqual(['mill'])
  expect(ids(gone)).toEqual(['mill0'])
})

test('events of others change nothing', () => {
  expect(projectsAfter(farm, [{ type: 'config.changed', seq: 1, at: 1 }])).toEqual({})
})

test('two readings of one run say how busy it is; the same figure, and another run, say nothing', () => {
  const reading = (cpuMs: number, at: number, jobId = 'run 1') => ({
    ...({ type: 'process.changed', at, process: process('farm', 0, { cpuMs, jobId }) } as const),
  })
  const first = after(farm, reading(100, 1_000))
  expect(first.loads.get('farm0')).toMatchObject({ ratio: null })
  const second = after(first, reading(600, 2_000))
  expect(second.loads.get('farm0')).toMatchObject({ ratio: 0.5, at: 2_000 })
  expect(after(second, reading(600, 2_010)).loads.get('farm0')).toMatchObject({ ratio: 0.5, at: 2_000 })
  expect(after(second, reading(5, 3_000, 'run 2')).loads.get('farm0')).toMatchObject({ ratio: null })
})
