/**
 * All projects, processes and failure patterns of this computer as they stand: in memory, and in the store before anybody is told. Knows
 * nothing of hosts; what follows from a change is the supervisor's.
 */
import type { EventBody, JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { nearest } from '../../shared/nearest.ts'
import type { FailurePattern, ProcessView, ProjectHead, ProjectView } from '../../shared/process.ts'
import type { ProcessPatch, ProcessRow, ProjectRow, ProjectTable } from '../store/project-table.ts'
import { isRestartDue, nextProcessStatus, type ProcessNews } from './process-state.ts'
import { processView } from './process-view.ts'

export type ProcessBookOptions = {
  table: ProjectTable
  /** Undefined for one that was removed. */
  job(id: string): JobView | undefined
  emit(event: EventBody): void
  now(): number
  /** Something of a project is other than before. */
  changed(projectId: string): void
  /** A process stands otherwise than before. */
  moved(before: ProcessRow, after: ProcessRow): void
}

export class ProcessBook {
  readonly #options: ProcessBookOptions
  readonly #projects = new Map<string, ProjectRow>()
  readonly #processes = new Map<string, ProcessRow>()
  readonly #patterns = new Map<string, FailurePattern>()
  /** Not stored and not told yet, by the process. */
  readonly #changes = new Map<string, { before: ProcessRow; patch: ProcessPatch }>()
  #isGathering = false

  constructor(options: ProcessBookOptions) {
    this.#options = options
    const { projects, processes, patterns } = options.table.all()
    for (const row of projects) this.#projects.set(row.id, row)
    for (const row of processes) this.#processes.set(row.id, row)
    for (const row of patterns) this.#patterns.set(row.id, row)
  }

  projects(): ProjectRow[] {
    return [...this.#projects.values()]
  }

  processes(): ProcessRow[] {
    return [...this.#processes.values()]
  }

  /** In the order of their project. */
  rowsOf(projectId: string): ProcessRow[] {
    return this.processes()
      .filter(row => row.projectId === projectId)
      .sort((one, other) => one.position - other.position)
  }

  patternsOf(projectId: string): FailurePattern[] {
    return [...this.#patterns.values()].filter(pattern => pattern.projectId === projectId)
  }

  projectAt(folder: string): ProjectRow | undefined {
    return this.projects().find(row => row.folder === folder)
  }

  /** By its id or its folder. @throws {AppError} `NOT_FOUND` */
  project(ref: string): ProjectRow {
    const row = this.#projects.get(ref) ?? this.projectAt(ref)
    if (row) return row
    throw new AppError('NOT_FOUND', `No project ${ref}. Start one in its folder with: drover up`)
  }

  find(processId: string): ProcessRow | undefined {
    return this.#processes.get(processId)
  }

  /** Those that labels and names mean; all of it for none. @throws {AppError} `NOT_FOUND` with the nearest that there is. */
  chosen(projectId: string, refs: readonly string[]): ProcessRow[] {
    const rows = this.rowsOf(projectId)
    if (refs.length === 0) return rows
    const wanted = new Set<ProcessRow>()
    for (const ref of refs) {
      const meant = rows.filter(({ definition }) => definition.label === ref || definition.name === ref)
      if (meant.length === 0) throw notFound(ref, rows)
      for (const row of meant) wanted.add(row)
    }
    return rows.filter(row => wanted.has(row))
  }

  view(row: ProcessRow): ProcessView {
    return processView(row, row.jobId === null ? undefined : this.#options.job(row.jobId))
  }

  head({ id, folder, name, formation, problems, whenOneEnds, createdAt }: ProjectRow): ProjectHead {
    return { id, folder, name, formation, problems, whenOneEnds, createdAt }
  }

  projectView(row: ProjectRow): ProjectView {
    return { ...this.head(row), processes: this.rowsOf(row.id).map(process => this.view(process)) }
  }

  /** Takes something that happened into a process's state. */
  apply(processId: string, news: ProcessNews, more: ProcessPatch = {}): ProcessRow | undefined {
    const row = this.#processes.get(processId)
    if (!row) return undefined
    return this.patch(processId, { ...nextProcessStatus(row, news, this.#options.now()), ...more })
  }

  /** Stored, then told; nothing is done where nothing changes. */
  patch(processId: string, patch: ProcessPatch): ProcessRow | undefined {
    const row = this.#processes.get(processId)
    if (!row) return undefined
    const changed = difference(row, patch)
    if (Object.keys(changed).length === 0) return row
    const after = { ...row, ...changed }
    this.#processes.set(processId, after)
    const { before, patch: earlier } = this.#changes.get(processId) ?? { before: row, patch: {} }
    this.#changes.set(processId, { before, patch: { ...earlier, ...changed } })
    if (!this.#isGathering) this.#settle()
    return after
  }

  /** What no client is shown: stored, and nobody is told. */
  note(processId: string, patch: Pick<ProcessPatch, 'searched'>): void {
    const row = this.#processes.get(processId)
    if (!row) return
    this.#processes.set(processId, { ...row, ...patch })
    this.#options.table.update([{ id: processId, patch }])
  }

  /** What `work` changes is stored at once, and then told. */
  together(work: () => void): void {
    const isOuter = !this.#isGathering
    this.#isGathering = true
    try {
      work()
    } finally {
      if (isOuter) {
        this.#isGathering = false
        this.#settle()
      }
    }
  }

  tell(row: ProcessRow): void {
    this.#options.emit({ type: 'process.changed', process: this.view(row) })
  }

  /** A project as its files and somebody's wishes make it: all of it on the disk when this returns. @throws {AppError} `DISK_FULL` */
  put(project: ProjectRow, processes: readonly ProcessRow[], filePatterns: readonly FailurePattern[]): void {
    const gone = this.patternsOf(project.id).filter(({ source }) => source === 'file')
    this.#options.table.atOnce(() => {
      const { table } = this.#options
      table.putProject(project)
      for (const row of processes) table.putProcess(row)
      for (const { id } of gone) table.remove('pattern', id)
      for (const pattern of filePatterns) table.putPattern(pattern)
    })
    this.#projects.set(project.id, project)
    for (const { id } of gone) this.#patterns.delete(id)
    for (const pattern of filePatterns) this.#patterns.set(pattern.id, pattern)
    this.#options.emit({ type: 'project.changed', project: this.head(project) })
    for (const row of processes) {
      this.#processes.set(row.id, row)
      this.tell(row)
    }
    this.#tellPatterns(project.id)
    this.#options.changed(project.id)
  }

  /** On the disk when it returns: somebody relies on it. @throws {AppError} `DISK_FULL` */
  putPattern(pattern: FailurePattern): void {
    this.#options.table.atOnce(() => this.#options.table.putPattern(pattern))
    this.#patterns.set(pattern.id, pattern)
    this.#tellPatterns(pattern.projectId)
  }

  /** @throws {AppError} `NOT_FOUND`; `CONFLICT` for one of a file. */
  removePattern(projectId: string, patternId: string): void {
    const pattern = this.#patterns.get(patternId)
    if (pattern?.projectId !== projectId) throw new AppError('NOT_FOUND', `No failure pattern ${patternId} of this project`)
    if (pattern.source === 'file') {
      throw new AppError('CONFLICT', `"${pattern.pattern}" stands in a file of the project: remove it there, then: drover up`)
    }
    this.#options.table.atOnce(() => this.#options.table.remove('pattern', patternId))
    this.#patterns.delete(patternId)
    this.#tellPatterns(projectId)
  }

  removeProcess({ id, projectId }: ProcessRow): void {
    this.#options.table.remove('process', id)
    this.#processes.delete(id)
    this.#options.emit({ type: 'process.removed', projectId, processId: id })
    this.#options.changed(projectId)
  }

  /** With all that is its own. */
  removeProject(projectId: string): void {
    const rows = this.rowsOf(projectId)
    const patterns = this.patternsOf(projectId)
    this.#options.table.atOnce(() => {
      const { table } = this.#options
      for (const { id } of patterns) table.remove('pattern', id)
      for (const { id } of rows) table.remove('process', id)
      table.remove('project', projectId)
    })
    for (const { id } of patterns) this.#patterns.delete(id)
    for (const { id } of rows) this.#processes.delete(id)
    this.#projects.delete(projectId)
    this.#options.emit({ type: 'project.removed', projectId })
    this.#options.changed(projectId)
  }

  #settle(): void {
    const changes = [...this.#changes.values()]
    this.#changes.clear()
    if (changes.length === 0) return
    this.#options.table.update(changes.map(({ before, patch }) => ({ id: before.id, patch })))
    for (const { before } of changes) {
      const row = this.#processes.get(before.id)
      if (!row) continue
      this.tell(row)
      const isOther = row.state !== before.state || row.failures !== before.failures
      if (isOther || isRestartDue(row) !== isRestartDue(before)) this.#options.moved(before, row)
    }
    for (const projectId of new Set(changes.map(({ before }) => before.projectId))) this.#options.changed(projectId)
  }

  #tellPatterns(projectId: string): void {
    this.#options.emit({ type: 'pattern.changed', projectId, patterns: this.patternsOf(projectId) })
    this.#options.changed(projectId)
  }
}

function notFound(ref: string, rows: readonly ProcessRow[]): AppError {
  const labels = rows.map(({ definition }) => definition.label)
  const near = nearest(ref, new Set([...labels, ...rows.map(({ definition }) => definition.name)]))
  const hint = near === undefined ? `There are: ${labels.join(', ') || 'none'}` : `Did you mean ${near}?`
  return new AppError('NOT_FOUND', `No process "${ref}". ${hint}`)
}

function difference(row: ProcessRow, patch: ProcessPatch): ProcessPatch {
  const before: Record<string, unknown> = { ...row }
  return Object.fromEntries(Object.entries(patch).filter(([key, value]) => value !== undefined && before[key] !== value))
}
