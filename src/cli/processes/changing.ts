/** The frame of the verbs that change what runs of the project here: a watch is at hand before the change is asked for. */
import type { ProcessView, ProjectView } from '../../shared/process.ts'
import type { Cli } from '../cli.ts'
import type { CoreSession } from '../core-client.ts'
import { projectHere } from './project-here.ts'
import { ProjectWatch } from './project-watch.ts'

export type Change = { session: CoreSession; project: ProjectView; watch: ProjectWatch }

export async function changing(cli: Cli, work: (change: Change) => Promise<number>): Promise<number> {
  const session = await cli.client().connect()
  try {
    return await changingOf(session, () => projectHere(session.call), work)
  } finally {
    session.close()
  }
}

export async function changingOf(
  session: CoreSession,
  find: () => ProjectView | Promise<ProjectView>,
  work: (change: Change) => Promise<number>,
): Promise<number> {
  const watch = await ProjectWatch.start(session)
  try {
    const project = await find()
    watch.follow(project)
    return await work({ session, project, watch })
  } finally {
    watch.close()
  }
}

export function among(processes: readonly ProcessView[]): (process: ProcessView) => boolean {
  const ids = new Set(processes.map(process => process.id))
  return process => ids.has(process.id)
}
