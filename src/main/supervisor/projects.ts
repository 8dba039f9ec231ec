/** Makes projects what their files and a person's wishes say: which processes there are, and with which definitions. */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { FailurePattern, PatternAction } from '../../shared/process.ts'
import type { ProcessInstance, ProjectDefinition } from '../../shared/project.ts'
import type { ProcessRow, ProjectRow } from '../store/project-table.ts'
import { badProject } from './bad-project.ts'
import type { ProcessBook } from './process-book.ts'
import { isAlive } from './process-state.ts'
import type { LoadedProject } from './project/project.ts'

/** In place of a host: each process runs where the files say. */
const NO_HOST = 'none'

export type ProjectWishes = {
  folder: string
  procfile?: string | undefined
  formation?: Record<string, number> | undefined
  port?: number | undefined
  host?: string | undefined
  env?: Record<string, string> | undefined
  /** The variables of whoever asks, for files to look up. */
  here?: Record<string, string> | undefined
}
export type FileWish = Pick<ProjectWishes, 'procfile' | 'port' | 'formation' | 'here'>
/** What was wished earlier: the formation, and the variables that were looked up. */
export type Before = Pick<ProjectRow, 'formation' | 'here'>
/** What the files of a folder say. */
export type LoadFiles = (folder: string, wish: FileWish & { before?: Before | undefined }) => Promise<LoadedProject>

export type ProjectsOptions = { book: ProcessBook; load: LoadFiles; requireHost(name: string): void; now(): number }

export class Projects {
  readonly #book: ProcessBook
  readonly #load: LoadFiles
  readonly #requireHost: (name: string) => void
  readonly #now: () => number
  /** Of each folder what is being read: two at once would make two projects of it. */
  readonly #taking = new Map<string, Promise<unknown>>()

  /** `requireHost` throws for one that is not in the config. */
  constructor({ book, load, requireHost, now }: ProjectsOptions) {
    this.#requireHost = requireHost
    this.#book = book
    this.#load = load
    this.#now = now
  }

  /**
   * Reads the files anew and takes in what they say. What is not wished now is as it was wished last.
   *
   * @throws {AppError} `BAD_CONFIG` with all problems, and nothing has changed.
   */
  async take(wishes: ProjectWishes): Promise<ProjectRow> {
    const { folder } = wishes
    const taken = (this.#taking.get(folder) ?? Promise.resolve()).then(() => this.#take(wishes))
    const settled = taken.catch(() => undefined)
    this.#taking.set(folder, settled)
    try {
      return await taken
    } finally {
      if (this.#taking.get(folder) === settled) this.#taking.delete(folder)
    }
  }

  async #take(wishes: ProjectWishes): Promise<ProjectRow> {
    const { folder, host } = wishes
    if (host !== undefined && host !== 'auto' && host !== NO_HOST) this.#requireHost(host)
    const known = this.#book.projectAt(folder)
    const { project, problems, found } = await this.#read(folder, wishes)
    if (!project) throw badProject(folder, problems)
    const wished = { ...known?.formation, ...wishes.formation }
    // A formation may name what is in the Procfile no more.
    const formation = Object.fromEntries(
      Object.entries(wished).filter(([name]) => name === 'all' || project.processes.includes(name)),
    )
    const row: ProjectRow = {
      id: known?.id ?? randomUUID(),
      folder,
      name: basename(folder) || folder,
      procfile: wishes.procfile ?? known?.procfile ?? null,
      formation,
      port: wishes.port ?? known?.port ?? null,
      host: wishes.host === NO_HOST ? null : (wishes.host ?? known?.host ?? null),
      env: { ...known?.env, ...wishes.env },
      here: { ...(wishes.here ? {} : known?.here), ...found },
      problems,
      whenOneEnds: project.instances.some(({ options }) => options.whenItEnds === 'shutdown') ? 'shutdown' : 'leave',
      createdAt: known?.createdAt ?? this.#now(),
    }
    this.#book.put(row, this.#processes(row, project), patternsOf(row.id, project, this.#book.patternsOf(row.id)))
    return row
  }

  /** What would run of it, with what was wished before where nothing is wished now; nothing is taken in. */
  async look(folder: string, wish: FileWish = {}): Promise<LoadedProject> {
    const { project, ...rest } = await this.#read(folder, wish)
    return { project: project && withVariables(project, this.#book.projectAt(folder)?.env ?? {}), ...rest }
  }

  /** @throws {AppError} `BAD_CONFIG` */
  async read(folder: string): Promise<ProjectDefinition> {
    const { project, problems } = await this.look(folder)
    if (project) return project
    throw badProject(folder, problems)
  }

  /** As many of each as is asked for. Those that are too many are for the caller to stop; they go when they have ended. */
  async scale(project: ProjectRow, formation: Record<string, number>): Promise<ProcessRow[]> {
    await this.take({ folder: project.folder, formation })
    return this.#book.rowsOf(project.id).filter(row => row.isLeaving && row.definition.name in formation)
  }

  #read(folder: string, { procfile, port, formation, here }: FileWish): Promise<LoadedProject> {
    const before = this.#book.projectAt(folder)
    return this.#load(folder, {
      ...{ formation, here, before },
      procfile: procfile ?? before?.procfile ?? undefined,
      port: port ?? before?.port ?? undefined,
    })
  }

  #processes({ id: projectId }: ProjectRow, { instances }: ProjectDefinition): ProcessRow[] {
    const before = new Map(this.#book.rowsOf(projectId).map(row => [row.definition.label, row]))
    const rows = instances.map((definition, position): ProcessRow => {
      const known = before.get(definition.label)
      before.delete(definition.label)
      return known ? { ...known, definition, position, isLeaving: false } : this.#fresh(projectId, definition, position)
    })
    const leaving = [...before.values()].map((row, index) => ({ ...row, isLeaving: true, position: rows.length + index }))
    return [...rows, ...leaving]
  }

  #fresh(projectId: string, definition: ProcessInstance, position: number): ProcessRow {
    return {
      ...{ id: randomUUID(), projectId, position, definition },
      ...{ isWanted: false, isLeaving: false, host: null, jobId: null, run: 0, failures: 0 },
      ...{ state: 'stopped', reason: null, isStuck: false, since: this.#now(), unknownSince: null },
      ...{ hostRestart: 'never', retryAt: null, brokenBy: null, stopOwed: null, searched: null },
    }
  }
}

/** Those that were given by hand go before what the files say. */
function withVariables(
  { instances, environment, ...project }: ProjectDefinition,
  env: Readonly<Record<string, string>>,
): ProjectDefinition {
  return {
    ...project,
    environment: { ...environment, ...env },
    instances: instances.map(instance => ({ ...instance, environment: { ...instance.environment, ...env } })),
  }
}

/** Of those that an `up` means, the ones to start: what has done its work is not begun again beside what goes on. */
export function toStart(rows: readonly ProcessRow[], isNamed: boolean): ProcessRow[] {
  const isUp = rows.some(row => isAlive(row) || (row.isWanted && row.state === 'waiting'))
  return rows.filter(row => !row.isLeaving && (isNamed || !isUp || row.state !== 'done'))
}

/** One that stood there before is the same: what it was searched for in is not searched again. */
function patternsOf(projectId: string, { instances }: ProjectDefinition, before: readonly FailurePattern[]): FailurePattern[] {
  const found = new Map<string, FailurePattern>()
  for (const { name, options } of instances) {
    for (const { pattern, action } of options.failurePatterns) {
      const key = JSON.stringify([name, pattern, action])
      if (found.has(key)) continue
      const made: FailurePattern = {
        id: randomUUID(),
        projectId,
        process: name,
        pattern: pattern.source,
        isRegex: pattern.kind === 'regex',
        action: actionOf(action),
        source: 'file',
      }
      found.set(key, before.find(one => isSamePattern(one, made)) ?? made)
    }
  }
  return [...found.values()]
}

export function isSamePattern(one: FailurePattern, other: Omit<FailurePattern, 'id' | 'projectId'>): boolean {
  const textOf = ({ process, pattern, isRegex, action, source }: Omit<FailurePattern, 'id' | 'projectId'>) =>
    JSON.stringify([process, pattern, isRegex, action, source])
  return textOf(one) === textOf(other)
}

function actionOf(action: ProcessInstance['options']['failurePatterns'][number]['action']): PatternAction {
  return action.kind === 'command' ? { type: 'command', line: action.line } : { type: action.kind }
}
