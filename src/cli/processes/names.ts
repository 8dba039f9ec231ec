/**
 * What a word means to the verbs that take a name: a process of the project here, or a job by its id or the beginning of one. What fits both
 * is refused, and both are listed.
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
    const job = JOB_REF.test(word) ? await findJob(call, word, { project, found }) : undefined
    if (found.length > 0 && job !== undefined) throw ambiguous(word, found, [job])
    if (found.length === 0 && job === undefined) throw unknown(word, project)
    for (const process of found) processes.set(process.id, process)
    if (job !== undefined) jobs.set(job.id, job)
  }
  return { project, processes: [...processes.values()], jobs: [...jobs.values()] }
}

/** By its label, or by its name for all its instances. */
export function processesOf(project: ProjectView | undefined, word: string): ProcessView[] {
  return (project?.processes ?? []).filter(({ label, name }) => label === word || name === word)
}

type Known = { project: ProjectView | undefined; found: readonly ProcessView[] }

async function findJob(call: Call, word: string, { project, found }: Known): Promise<JobView | undefined> {
  try {
    return (await call('job.get', { job: word })).job
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'AMBIGUOUS' && found.length > 0) throw ambiguous(word, found, error.details.jobs)
    // Where there is no project, the core's own words are the best.
    if (error.code === 'NOT_FOUND' && project !== undefined) return undefined
    throw error
  }
}

function ambiguous(word: string, processes: readonly ProcessView[], jobs: unknown): AppError {
  const labels = processes.map(process => process.label)
  return new AppError('AMBIGUOUS', `${quoted(word)} is a process here, and a job's id begins so`, {
    details: { processes: labels, jobs },
  })
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
