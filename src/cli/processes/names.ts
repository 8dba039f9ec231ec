/**
 * What a word means to the verbs that take a name: a process of the project here, or else a job by its id or the beginning of one. Names of
 * processes are words as `db`, and of some hundred jobs one has an id that begins so: so the process goes first, and a job has longer names.
 */
import type { Call } from '../../shared/contract.ts'
import type { JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { nearest } from '../../shared/nearest.ts'
import type { ProcessView, ProjectView } from '../../shared/process.ts'
import { quoted } from '../check-word.ts'
import { findProjectHere } from './project-here.ts'

export type Named = {
  /** Of which the processes are, if any was named. */
  project: ProjectView | undefined
  processes: ProcessView[]
  jobs: JobView[]
}

const JOB_REF = /^[0-9a-f-]{1,36}$/

/** Each once, in the order of the words. @throws {AppError} `NOT_FOUND` or `AMBIGUOUS`, before anything is done. */
export async function resolveNames(call: Call, words: readonly string[]): Promise<Named> {
  const project = await findProjectHere(call)
  const processes = new Map<string, ProcessView>()
  const jobs = new Map<string, JobView>()
  for (const word of words) {
    const found = processesOf(project, word)
    for (const process of found) processes.set(process.id, process)
    if (found.length > 0) continue
    const job = JOB_REF.test(word) ? await findJob(call, word, project) : undefined
    if (job === undefined) throw unknown(word, project)
    jobs.set(job.id, job)
  }
  return { project, processes: [...processes.values()], jobs: [...jobs.values()] }
}

/** By its label, or by its name for all its instances. */
export function processesOf(project: ProjectView | undefined, word: string): ProcessView[] {
  return (project?.processes ?? []).filter(({ label, name }) => label === word || name === word)
}

async function findJob(call: Call, word: string, project: ProjectView | undefined): Promise<JobView | undefined> {
  try {
    return (await call('job.get', { job: word })).job
  } catch (error) {
    // Where there is no project, the core's own words are the best.
    if (error instanceof AppError && error.code === 'NOT_FOUND' && project !== undefined) return undefined
    throw error
  }
}

function unknown(word: string, project: ProjectView | undefined): AppError {
  if (project === undefined) {
    const message = `There is no project here, and ${quoted(word)} is no job id: that has hexadecimal digits and dashes only`
    return new AppError('NOT_FOUND', message, { details: { next: 'List jobs with: drover ls' } })
  }
  const names = project.processes.flatMap(({ name, label }) => [name, label])
  const near = nearest(word, names)
  const next = near === undefined ? 'List processes with: drover ps' : `Did you mean: ${near}`
  return new AppError('NOT_FOUND', `No process of ${quoted(project.name)} is called ${quoted(word)}, and no job either`, {
    details: { next },
  })
}
