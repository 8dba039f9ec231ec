/** What a person does with processes and projects, from wherever in the window: asked of the core in one way. */
import type { ProcessView, ProjectHead } from '../../shared/process.ts'
import { core } from '../core.ts'

export type ProcessDeed = 'start' | 'stop' | 'restart'

/** No labels: all of the project. */
export async function actOnProcesses(deed: ProcessDeed, project: string, labels: readonly string[] = []): Promise<void> {
  await core.call(`process.${deed}`, { project, processes: [...labels] })
}

export async function actOnProcess(deed: ProcessDeed, { projectId, label }: ProcessView): Promise<void> {
  await actOnProcesses(deed, projectId, [label])
}

/** Stops all of it, those that others depend on last. */
export async function takeDown({ id }: Pick<ProjectHead, 'id'>): Promise<void> {
  await core.call('project.down', { project: id })
}

export async function forgetProject({ id }: Pick<ProjectHead, 'id'>): Promise<void> {
  await core.call('project.remove', { project: id })
}

export async function scaleTo({ id }: Pick<ProjectHead, 'id'>, name: string, count: number): Promise<void> {
  await core.call('project.scale', { project: id, formation: { [name]: count } })
}

/** Gives the project's id. */
export async function bringUp(folder: string): Promise<string> {
  return (await core.call('project.up', { folder })).project.id
}
