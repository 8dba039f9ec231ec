/** What clients may ask of projects, their processes and failure patterns. */
import { randomUUID } from 'node:crypto'
import type { Methods } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import type { CheckedProject, FailurePattern } from '../../shared/process.ts'
import type { ProjectDefinition } from '../../shared/project.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { ProcessRow, ProjectRow } from '../store/project-table.ts'
import { withDependencies } from '../supervisor/dependencies.ts'
import { checkPattern } from '../supervisor/patterns/watch.ts'
import type { ProcessBook } from '../supervisor/process-book.ts'
import { isAlive, isRestartDue, isToBegin } from '../supervisor/process-state.ts'
import { isSamePattern, type Projects, toStart } from '../supervisor/projects.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

export type ProcessMethod = Exclude<
  Extract<keyof Methods, `project.${string}` | `process.${string}` | `pattern.${string}`>,
  'project.export'
>
export type ProcessParts = {
  book: ProcessBook
  projects: Projects
  supervisor: Supervisor
  jobs: Jobs
  /** Removes the runs of a process with what is theirs on its host. */
  removeRuns(processId: string): Promise<void>
  search: Methods['process.search']
  run: Methods['project.run']
  /** Settles when it is known from where on failure patterns hold. */
  patternsKnown(): Promise<void>
}

export function processMethods({ book, projects, supervisor, jobs, ...parts }: ProcessParts): Pick<Methods, ProcessMethod> {
  const chosen = (projectRef: string, refs: readonly string[]) => book.chosen(book.project(projectRef).id, refs)
  const views = (rows: readonly { id: string }[]) =>
    rows.flatMap(({ id }) => {
      const row = book.find(id)
      return row ? [book.view(row)] : []
    })

  return {
    'project.check': async ({ folder, ...wish }) => {
      const { project, problems } = await projects.look(folder, wish)
      return { project: project && withoutSecrets(project), problems }
    },
    'project.up': async ({ processes, ...wishes }) => {
      const project = await projects.take(wishes)
      const named = book.chosen(project.id, processes)
      supervisor.start(toStart(withDependencies(named, book.rowsOf(project.id)), processes.length > 0))
      return { project: book.projectView(project) }
    },
    'project.down': async ({ project, graceMs }) => {
      const row = book.project(project)
      supervisor.stop(book.rowsOf(row.id), graceMs)
      return { project: book.projectView(row) }
    },
    'project.remove': async ({ project }) => {
      const row = book.project(project)
      requireRest(row, book.rowsOf(row.id))
      for (const { id } of book.rowsOf(row.id)) await parts.removeRuns(id)
      // Somebody may have started it meanwhile.
      requireRest(row, book.rowsOf(row.id))
      book.removeProject(row.id)
      return null
    },
    'project.list': async () => ({ projects: book.projects().map(row => book.projectView(row)) }),
    'project.get': async ({ project }) => ({ project: book.projectView(book.project(project)) }),
    'project.scale': async ({ project, formation }) => {
      const row = book.project(project)
      const before = book.rowsOf(row.id).filter(({ isLeaving }) => !isLeaving)
      supervisor.stop(await projects.scale(row, formation))
      const known = new Set(before.map(({ id }) => id))
      const more = book.rowsOf(row.id).filter(({ id, isLeaving }) => !isLeaving && !known.has(id))
      if (before.some(process => process.isWanted)) supervisor.start(more)
      return { project: book.projectView(book.project(row.id)) }
    },
    'project.run': parts.run,
    'process.start': async ({ project, processes }) => {
      const row = book.project(project)
      const rows = withDependencies(book.chosen(row.id, processes), book.rowsOf(row.id))
      supervisor.start(rows.filter(({ isLeaving }) => !isLeaving))
      return { processes: views(rows) }
    },
    'process.stop': async ({ project, processes, graceMs }) => {
      const rows = chosen(project, processes)
      supervisor.stop(rows, graceMs)
      return { processes: views(rows) }
    },
    'process.restart': async ({ project, processes }) => {
      const { folder } = book.project(project)
      await projects.take({ folder })
      const rows = chosen(project, processes).filter(({ isLeaving }) => !isLeaving)
      supervisor.restart(rows)
      return { processes: views(rows) }
    },
    'process.runs': async ({ project, process }) => ({
      runs: chosen(project, [process])
        .flatMap(({ id }) => jobs.runsOf(id))
        .map(({ id }) => jobs.get(id)),
    }),
    'process.search': parts.search,
    'pattern.list': async ({ project }) => ({ patterns: book.patternsOf(book.project(project).id) }),
    'pattern.add': async ({ project, process, ...rest }) => {
      const { id: projectId } = book.project(project)
      if (process !== null) book.chosen(projectId, [process])
      checkPattern(rest)
      const same = book.patternsOf(projectId).find(one => isSamePattern(one, { process, ...rest, source: 'person' }))
      if (same) return { pattern: same }
      const pattern: FailurePattern = { id: randomUUID(), projectId, process, ...rest, source: 'person' }
      book.putPattern(pattern)
      await parts.patternsKnown()
      return { pattern }
    },
    'pattern.remove': async ({ project, patternId }) => {
      book.removePattern(book.project(project).id, patternId)
      return null
    },
  }
}

/** @throws {AppError} `CONFLICT` while anything of it runs, or is about to. */
function requireRest({ name }: ProjectRow, rows: readonly ProcessRow[]): void {
  const going = rows.filter(row => isAlive(row) || isRestartDue(row) || isToBegin(row) || row.stopOwed !== null)
  if (going.length === 0) return
  const labels = going.map(({ definition }) => definition.label).join(', ')
  throw new AppError('CONFLICT', `${labels} of ${name} may still run. Stop it first with: drover down`)
}

function withoutSecrets({ environment: _own, instances, ...project }: ProjectDefinition): CheckedProject {
  return { ...project, instances: instances.map(({ environment: _its, ...instance }) => instance) }
}
