/** Which project is meant by where one stands: that of this folder, or of the nearest folder above it. */
import { dirname } from 'node:path'
import type { Call } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import type { ProjectView } from '../../shared/process.ts'
import { currentFolder } from '../folder.ts'

export async function findProjectHere(call: Call): Promise<ProjectView | undefined> {
  const { projects } = await call('project.list', {})
  return nearestProject(projects, currentFolder())
}

/** @throws {AppError} `NOT_FOUND` */
export async function projectHere(call: Call): Promise<ProjectView> {
  const project = await findProjectHere(call)
  if (project === undefined) throw noProjectHere()
  return project
}

export function noProjectHere(): AppError {
  return new AppError('NOT_FOUND', 'No project is known in this folder or above it. Begin one where its Procfile is: drover up')
}

export function nearestProject<P extends { folder: string }>(projects: readonly P[], folder: string): P | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = projects.find(project => project.folder === at)
    if (found !== undefined || at === dirname(at)) return found
  }
}
