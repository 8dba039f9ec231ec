/** The instances that a formation makes of a Procfile, each with its port, its variables and its options. */
import type { FailurePattern, ProcessInstance, ProcessOptions, ProjectProblem } from '../../../shared/project.ts'
import { portProblem, readPort } from './ports.ts'
import type { ProcfileEntry } from './procfile.ts'
import { PROJECT_FILE, type ProjectFile } from './project-file.ts'
import { PROCESS_DEFAULTS, PROJECT_DEFAULTS, type ProcessFields } from './project-schema.ts'
import { readinessOf } from './readiness.ts'
import { resolveVariables, type SetVariable } from './variables.ts'

export type Parts = {
  readonly processes: readonly ProcfileEntry[]
  readonly procfile: string
  readonly counts: ReadonlyMap<string, number>
  readonly file: ProjectFile | null
  readonly declarations: ReadonlyMap<string, readonly string[]>
  /** Of the .env files. */
  readonly variables: ReadonlyMap<string, string>
  readonly portBase: number
  /** Variables that are looked up and not passed on. */
  readonly outer: (name: string) => string | undefined
}

export function makeInstances(parts: Parts): { instances: ProcessInstance[]; problems: ProjectProblem[] } {
  const { port_step: step } = parts.file?.fields ?? PROJECT_DEFAULTS
  const instances: ProcessInstance[] = []
  const problems: ProjectProblem[] = []
  for (const [index, entry] of parts.processes.entries()) {
    const count = parts.counts.get(entry.name) ?? 0
    if (count === 0) continue
    const first = parts.portBase + index * step
    const wrong = portProblem({ name: entry.name, first, count, step })
    if (wrong !== null) {
      problems.push({ file: parts.procfile, line: entry.line, column: 1, message: wrong, severity: 'error' })
      break
    }
    const kind = kindOf(parts, entry)
    for (let instance = 1; instance <= count; instance++) {
      const made = makeInstance(parts, kind, { instance, port: first + instance - 1 })
      instances.push(made.instance)
      problems.push(...made.problems)
    }
  }
  return { instances, problems }
}

/** What all instances of one process have in common. */
type Kind = { entry: ProcfileEntry; fields: ProcessFields; options: ProcessOptions; own: readonly SetVariable[] }

function kindOf({ file, declarations }: Parts, entry: ProcfileEntry): Kind {
  const { processes, failure_patterns, when_one_ends } = file?.fields ?? PROJECT_DEFAULTS
  const fields = (Object.hasOwn(processes, entry.name) ? processes[entry.name] : undefined) ?? PROCESS_DEFAULTS
  const declared = (declarations.get(entry.name) ?? []).map(declaredPattern)
  const failurePatterns = [...fields.failure_patterns, ...failure_patterns, ...declared]
  const options = optionsOf(fields, { failurePatterns, whenItEnds: fields.when_it_ends ?? when_one_ends })
  return { entry, fields, options, own: file === null ? [] : ownVariables(file, entry.name, fields) }
}

function makeInstance(
  { file, variables, outer }: Parts,
  { entry, fields, options, own }: Kind,
  at: { instance: number; port: number },
) {
  const { name, command, line } = entry
  const { instance, port } = at
  const label = `${name}.${instance}`
  const environment = new Map([...variables, ['PORT', `${port}`], ['PS', label]])
  const lookUp = (variable: string) => environment.get(variable) ?? outer(variable)
  const resolved = resolveVariables(own, lookUp)
  for (const [variable, value] of resolved.values) environment.set(variable, value)
  const asked = file && fields.ready ? readinessOf({ file, name, ready: fields.ready, lookUp }) : null
  const made: ProcessInstance = {
    name,
    instance,
    label,
    command,
    line,
    port: readPort(environment.get('PORT')),
    environment: Object.fromEntries(environment),
    options: { ...options, readiness: asked?.readiness ?? null },
  }
  return { instance: made, problems: asked?.problem ? [...resolved.problems, asked.problem] : resolved.problems }
}

function ownVariables({ placeOf, textAt }: ProjectFile, process: string, fields: ProcessFields): SetVariable[] {
  return Object.entries(fields.environment).map(([name, value]) => {
    const path = ['processes', process, 'environment', name]
    return { name, value: textAt(path) ?? String(value), isLiteral: false, file: PROJECT_FILE, ...placeOf(path, 'key') }
  })
}

/** All but what differs from one instance to the next. */
function optionsOf(fields: ProcessFields, of: Pick<ProcessOptions, 'failurePatterns' | 'whenItEnds'>): ProcessOptions {
  const { initial, max, stable_after } = fields.backoff
  return {
    host: fields.host,
    dependsOn: Object.entries(fields.depends_on).map(([process, condition]) => ({ process, condition })),
    readiness: null,
    restart: fields.restart,
    backoff: { initialMs: initial, maxMs: max, stableMs: stable_after },
    stopSignal: fields.stop_signal,
    stopGraceMs: fields.stop_grace,
    hasTerminal: fields.tty,
    logCapBytes: fields.log_cap,
    workingDirectory: fields.working_directory ?? null,
    ...of,
  }
}

function declaredPattern(source: string): FailurePattern {
  return { pattern: { kind: 'text', source }, action: { kind: 'stop' } }
}
