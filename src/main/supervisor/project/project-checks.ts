/** What drover.yaml says of processes and hosts, held against those that there are. */
import { EnvName } from '../../../shared/contract/fields.ts'
import { nearest } from '../../../shared/nearest.ts'
import { findCircle } from './dependencies.ts'
import { noSuchProcess } from './formation.ts'
import type { ProjectFile } from './project-file.ts'
import { PROCESS_DEFAULTS, type ProcessFields } from './project-schema.ts'
import type { TextProblem } from './source-text.ts'

export type Known = {
  /** Of the Procfile. */
  readonly names: readonly string[]
  /** How many of each; null if the formation is wrong. */
  readonly counts: ReadonlyMap<string, number> | null
  /** Null: they are not known here. */
  readonly hosts: readonly string[] | null
}

type Say = (severity: TextProblem['severity'], path: readonly PropertyKey[], part: 'key' | 'value', message: string) => void

export function projectFileProblems({ fields, placeOf }: ProjectFile, known: Known): TextProblem[] {
  const problems: TextProblem[] = []
  const say: Say = (severity, path, part, message) => problems.push({ ...placeOf(path, part), severity, message })
  const processes = new Map(Object.entries(fields.processes))
  const names = new Set(known.names)
  for (const [name, process] of processes) {
    if (!names.has(name)) say('error', ['processes', name], 'key', noSuchProcess(name, known.names))
    hostProblem(name, process, known.hosts, say)
    for (const variable of Object.keys(process.environment)) {
      const wrong = EnvName.safeParse(variable).error?.issues[0]?.message
      if (wrong !== undefined) say('error', ['processes', name, 'environment', variable], 'key', wrong)
    }
    for (const target of Object.keys(process.depends_on)) {
      const path = ['processes', name, 'depends_on', target]
      if (!names.has(target)) say('error', path, 'key', noSuchProcess(target, known.names))
      else doubtfulWait(name, target, { processes, known, say: message => say('warning', path, 'key', message) })
    }
  }
  const waitsFor = new Map(known.names.map(name => [name, Object.keys(processes.get(name)?.depends_on ?? {})]))
  const circle = findCircle(waitsFor)
  if (circle) {
    const [first = '', second = ''] = circle
    say(
      'error',
      ['processes', first, 'depends_on', second],
      'key',
      `each waits for the next, and none can start: ${circleText(circle)}`,
    )
  }
  return problems
}

function hostProblem(name: string, { host }: ProcessFields, hosts: readonly string[] | null, say: Say): void {
  if (hosts === null || host === 'local' || host === 'auto' || hosts.includes(host)) return
  const meant = nearest(host, [...hosts, 'local', 'auto'])
  const message = `there is no host named ${host}${meant === undefined ? '' : `; did you mean ${meant}?`}`
  say('error', ['processes', name, 'host'], 'value', message)
}

type Around = { processes: ReadonlyMap<string, ProcessFields>; known: Known; say: (message: string) => void }

function doubtfulWait(name: string, target: string, { processes, known, say }: Around): void {
  const condition = processes.get(name)?.depends_on[target]
  const { restart, ready } = processes.get(target) ?? PROCESS_DEFAULTS
  if (condition === 'done' && restart === 'always') say(`${target} is never done, since it is always restarted`)
  if (condition === 'ready' && ready === undefined) say(`${target} has no ready: it counts as ready when it has started`)
  if (known.counts?.get(target) === 0 && known.counts.get(name) !== 0)
    say(`${name} waits for ${target}, and the formation has none`)
}

const MAX_SHOWN = 10

function circleText(circle: readonly string[]): string {
  if (circle.length <= MAX_SHOWN) return circle.join(' → ')
  return `${circle.slice(0, MAX_SHOWN).join(' → ')} → … → ${circle[0]}`
}
