/**
 * The one door to a project's files: reads them, holds them against one another, and gives what is to run, or all that is wrong.
 * It runs nothing and changes nothing.
 */
import { resolve } from 'node:path'
import type { ProjectDefinition, ProjectProblem } from '../../../shared/project.ts'
import { parseEnvFile } from './dotenv.ts'
import { DECLARATIONS_FILE, parseDeclarations } from './failure-declarations.ts'
import { parseFormation } from './formation.ts'
import { makeInstances } from './instances.ts'
import { readPort } from './ports.ts'
import { type ProcfileEntry, parseProcfile } from './procfile.ts'
import { projectFileProblems } from './project-checks.ts'
import { PROJECT_FILE, type ProjectFile, parseProjectFile } from './project-file.ts'
import { PROJECT_DEFAULTS } from './project-schema.ts'
import { type FoundFile, readProjectFile } from './read-project-file.ts'
import { errorAt, type TextProblem } from './source-text.ts'
import { type Resolved, resolveVariables, type SetVariable } from './variables.ts'

export type LoadOptions = {
  /** From the folder; all other files are in the folder itself. */
  readonly procfile?: string
  /** In place of `.env` and `.env.local`, from the folder; they have to be there. A later one overrules an earlier one. */
  readonly envFiles?: readonly string[]
  /** In place of the one in drover.yaml. */
  readonly formation?: string
  /** What was asked for before, and holds where `formation` says nothing; what the Procfile has no more is passed over. */
  readonly before?: Readonly<Record<string, number>>
  /** Where PORT begins, above all that the files say. */
  readonly port?: number
  /** The variables of whoever asks: `${NAME}` is looked up in them last, and PORT. They are not passed on. */
  readonly here?: Readonly<Record<string, string | undefined>>
  /** The names of the hosts there are; without them any name is taken. */
  readonly hosts?: readonly string[]
}

/** `found`: the variables of whoever asks that were looked up. */
export type LoadedProject = {
  readonly project: ProjectDefinition | null
  readonly problems: readonly ProjectProblem[]
  readonly found: Readonly<Record<string, string>>
}

const DEFAULT_PORT = 5000
const MAX_PROBLEMS = 500

export async function loadProject(folder: string, options: LoadOptions = {}): Promise<LoadedProject> {
  const read = (file: string) => readProjectFile(folder, file)
  const readNamed = async (file: string, hint = '') => orMissing(await read(file), `is not there${hint}`)
  const [procfile, projectFile, declarations, ...envFiles] = await Promise.all([
    readNamed(options.procfile ?? 'Procfile', ': write one with a process a line, as web: npm start'),
    read(PROJECT_FILE),
    read(DECLARATIONS_FILE),
    ...(options.envFiles?.map(file => readNamed(file)) ?? ['.env', '.env.local'].map(read)),
  ])
  return defineProject(resolve(folder), { procfile, projectFile, declarations, envFiles }, options)
}

export type ProjectFiles = {
  readonly procfile: FoundFile
  readonly projectFile: FoundFile
  readonly declarations: FoundFile
  readonly envFiles: readonly FoundFile[]
}

/** The same of files that have been read: pure. */
export function defineProject(folder: string, files: ProjectFiles, options: LoadOptions): LoadedProject {
  const problems: ProjectProblem[] = []
  const say: Say = (file, some) => {
    for (const problem of some) problems.push({ ...problem, file })
  }
  const found: Record<string, string> = {}
  const outer = (name: string) => {
    const value = options.here && Object.hasOwn(options.here, name) ? options.here[name] : undefined
    if (value !== undefined) found[name] = value
    return value
  }

  const processes = readProcesses(files.procfile, say)
  const names = processes?.map(({ name }) => name) ?? null
  const file = readFound(files.projectFile, say, parseProjectFile)?.file ?? null
  const fields = file?.fields ?? PROJECT_DEFAULTS
  const counts = names === null ? null : readFormation({ options, file, names, say })
  if (names !== null && file) say(PROJECT_FILE, projectFileProblems(file, { names, counts, hosts: options.hosts ?? null }))
  const declarations = readFound(files.declarations, say, bytes => parseDeclarations(bytes, names))?.texts ?? new Map()
  const set = files.envFiles.flatMap(found => readVariables(found, say))
  const resolved = resolveVariables(set, outer)
  for (const problem of resolved.problems) problems.push(problem)
  const portBase = readPortBase({ asked: options.port ?? fields.port, resolved, set, outer, say })

  const nothing = () => ({ project: null, problems: inOrder(problems), found })
  if (processes === null || names === null || counts === null || hasError(problems)) return nothing()
  const variables = new Map([...resolved.values].filter(([name]) => name !== 'PORT'))
  const procfile = files.procfile.file
  const made = makeInstances({ processes, procfile, counts, file, declarations, variables, portBase, outer })
  problems.push(...made.problems)
  if (hasError(problems)) return nothing()
  const project: ProjectDefinition = {
    folder,
    processes: names,
    instances: made.instances,
    environment: Object.fromEntries(variables),
    port: portBase,
    sync: fields.sync,
  }
  return { project, problems: inOrder(problems), found }
}

function orMissing(found: FoundFile, problem: string): FoundFile {
  return found.bytes === null && found.problem === null ? { ...found, problem } : found
}

type Say = (file: string, problems: readonly TextProblem[]) => void

/** Null for a file that is not there or cannot be read; the latter is told. */
function readFound<T extends { problems: readonly TextProblem[] }>(
  { file, bytes, problem }: FoundFile,
  say: Say,
  parse: (bytes: Uint8Array) => T,
): T | null {
  if (problem !== null) say(file, [errorAt(1, 1, problem)])
  if (bytes === null) return null
  const parsed = parse(bytes)
  say(file, parsed.problems)
  return parsed
}

/** Null if it is not sure which processes there are. */
function readProcesses(found: FoundFile, say: Say): readonly ProcfileEntry[] | null {
  const procfile = readFound(found, say, parseProcfile)
  return procfile === null || hasError(procfile.problems) ? null : procfile.processes
}

type FormationSources = { options: LoadOptions; file: ProjectFile | null; names: readonly string[]; say: Say }

function readFormation({ options, file, names, say }: FormationSources): ReadonlyMap<string, number> | null {
  const formation = parseFormation(askedFormation(options, names) ?? file?.fields.formation ?? '', names)
  if ('counts' in formation) return formation.counts
  const { column, message } = formation
  const place = file?.placeOf(['formation'], 'value')
  if (options.formation !== undefined || !place) say('formation', [errorAt(1, column, message)])
  else say(PROJECT_FILE, [errorAt(place.line, place.column, `formation: ${message}`)])
  return null
}

/** Undefined: nothing was asked for. What is asked for now comes first, so that its columns are right. */
function askedFormation({ formation, before = {} }: LoadOptions, names: readonly string[]): string | undefined {
  const asked = formation?.split(',').map(part => part.split('=')[0]?.trim()) ?? []
  const held = Object.entries(before).filter(([name]) => (name === 'all' || names.includes(name)) && !asked.includes(name))
  const parts = [...(formation?.trim() ? [formation] : []), ...held.map(([name, count]) => `${name}=${count}`)]
  return parts.length === 0 ? formation : parts.join(',')
}

function readVariables(found: FoundFile, say: Say): SetVariable[] {
  const { file } = found
  return (readFound(found, say, parseEnvFile)?.variables ?? []).map(variable => ({ ...variable, file }))
}

type PortSources = {
  /** With the call, or in drover.yaml. */
  asked: number | undefined
  resolved: Resolved
  set: readonly SetVariable[]
  outer: (name: string) => string | undefined
  say: Say
}

function readPortBase({ asked, resolved, set, outer, say }: PortSources): number {
  if (asked !== undefined) return asked
  const text = resolved.values.get('PORT') ?? outer('PORT')
  if (text === undefined) return DEFAULT_PORT
  const port = readPort(text)
  const { file, line, column } = set.findLast(({ name }) => name === 'PORT') ?? { file: 'environment', line: 1, column: 1 }
  if (port === null) say(file, [errorAt(line, column, 'PORT is no port: 1 to 65535')])
  return port ?? DEFAULT_PORT
}

function hasError(problems: readonly TextProblem[]): boolean {
  return problems.some(isError)
}

function isError({ severity }: TextProblem): boolean {
  return severity === 'error'
}

/** Errors first, each problem once, and no more of them than a person would read. */
function inOrder(problems: readonly ProjectProblem[]): readonly ProjectProblem[] {
  const different = [...new Map(problems.map(problem => [JSON.stringify(problem), problem])).values()]
  const all = [...different.filter(isError), ...different.filter(problem => !isError(problem))]
  const last = all[MAX_PROBLEMS - 1]
  const more = all.length - MAX_PROBLEMS
  if (last === undefined || more === 0) return all
  return [
    ...all.slice(0, MAX_PROBLEMS - 1),
    { ...last, message: `and ${more + 1} more, of which this is the first: ${last.message}` },
  ]
}
