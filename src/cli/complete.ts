/**
 * What a completion script asks at each Tab: the words so far, the last one being completed. Answers one candidate a line, with a
 * tab before its description, and last what the shell should add itself: `:files`, `:folders`, `:commands` or `:nothing`.
 * Must be quick and quiet: it starts no core, and whatever goes wrong is no candidates.
 */
import type { JobView } from '../shared/domain.ts'
import { commandText, shortId, statusText } from '../shared/format.ts'
import type { ProcessView } from '../shared/process.ts'
import { processStateText } from '../shared/process-text.ts'
import { visible } from '../shared/visible.ts'
import type { Cli } from './cli.ts'
import { delay } from './delay.ts'
import { findProjectHere } from './processes/project-here.ts'
import { type FlagSpec, flagsOf, type Program, type ValueSpec, type VerbSpec } from './spec.ts'

type Candidate = { word: string; about: string }
type Directive = ':files' | ':folders' | ':commands' | ':nothing'
type Answer = { candidates: Candidate[]; directive: Directive }

const NOTHING: Answer = { candidates: [], directive: ':nothing' }
const MAX_JOBS = 200
const PATIENCE_MS = 1000

/** `words` are those after the program's name; the last is the one under the cursor, perhaps empty. */
export async function complete(cli: Cli, words: readonly string[]): Promise<number> {
  const { candidates, directive } = await answerFor(cli, words.slice(0, -1), words.at(-1) ?? '')
  const lines = candidates.map(({ word, about }) => (about === '' ? word : `${word}\t${visible(about)}`))
  for (const line of [...lines, directive]) cli.out.line(line)
  return 0
}

async function answerFor(cli: Cli, before: readonly string[], current: string): Promise<Answer> {
  const { verb, rest, isNaming } = verbOf(cli.program, before)
  const split = rest.indexOf('--')
  if (split >= 0) return { candidates: [], directive: split === rest.length - 1 ? ':commands' : ':files' }
  const names = isNaming ? namesOf(cli.program, before, current) : []
  if (verb === undefined) return { candidates: names, directive: ':nothing' }
  const pending = pendingFlag(verb, rest)
  if (pending?.value !== undefined) return await valuesOf(cli, pending.value, current)
  const equals = /^(--[^=]+)=(.*)$/s.exec(current)
  if (equals !== null) return await afterEquals(cli, verb, equals[1] ?? '', equals[2] ?? '')
  if (current.startsWith('-')) return { candidates: flagsFor(verb, current), directive: ':nothing' }
  const operand = operandAt(verb, rest)
  const values = operand === undefined ? NOTHING : await valuesOf(cli, operand, current)
  return { ...values, candidates: [...names, ...values.candidates] }
}

/** The verb the words name so far. `isNaming` while the word under the cursor may still be a part of its name. */
function verbOf(
  program: Program,
  before: readonly string[],
): { verb: VerbSpec | undefined; rest: readonly string[]; isNaming: boolean } {
  const find = (name: string) =>
    program.verbs.find(verb => verb.path !== '' && (verb.path === name || verb.aliases?.includes(name)))
  const unnamed = program.verbs.find(verb => verb.path === '')
  const [first, second] = before
  if (first === undefined) return { verb: unnamed, rest: before, isNaming: true }
  const two = second === undefined ? undefined : find(`${first} ${second}`)
  if (two !== undefined) return { verb: two, rest: before.slice(2), isNaming: false }
  const one = find(first)
  if (one !== undefined) return { verb: one, rest: before.slice(1), isNaming: false }
  return { verb: unnamed, rest: before, isNaming: second === undefined }
}

function namesOf(program: Program, before: readonly string[], current: string): Candidate[] {
  const prefix = before.length === 0 ? '' : `${before[0]} `
  const named = new Map<string, string>()
  for (const verb of program.verbs) {
    for (const name of [verb.path, ...(verb.aliases ?? [])]) {
      if (name === '' || !name.startsWith(prefix)) continue
      const [word = '', further] = name.slice(prefix.length).split(' ')
      const about = further === undefined ? verb.summary : `${word} …`
      if (word.startsWith(current) && (name === verb.path || current !== '') && !named.has(word)) named.set(word, about)
    }
  }
  return [...named].map(([word, about]) => ({ word, about }))
}

/** The flag whose value is being typed. */
function pendingFlag(verb: VerbSpec, rest: readonly string[]): FlagSpec | undefined {
  const last = rest.at(-1)
  const flag = flagsOf(verb).find(
    known => last === `--${known.name}` || (known.short !== undefined && last === `-${known.short}`),
  )
  return flag?.value === undefined ? undefined : flag
}

async function afterEquals(cli: Cli, verb: VerbSpec, name: string, current: string): Promise<Answer> {
  const flag = flagsOf(verb).find(known => `--${known.name}` === name)
  if (flag?.value === undefined) return NOTHING
  const { candidates, directive } = await valuesOf(cli, flag.value, current)
  return { candidates: candidates.map(({ word, about }) => ({ word: `${name}=${word}`, about })), directive }
}

function flagsFor(verb: VerbSpec, current: string): Candidate[] {
  return flagsOf(verb)
    .flatMap(flag => [
      { word: `--${flag.name}`, about: flag.help },
      ...(flag.short === undefined || current.startsWith('--') ? [] : [{ word: `-${flag.short}`, about: flag.help }]),
    ])
    .filter(({ word }) => word.startsWith(current))
}

function operandAt(verb: VerbSpec, rest: readonly string[]): ValueSpec | undefined {
  let taken = 0
  for (const [index, word] of rest.entries()) {
    const isValue = pendingFlag(verb, rest.slice(0, index)) !== undefined
    if (!isValue && !word.startsWith('-')) taken++
  }
  const operands = verb.operands ?? []
  const last = operands.at(-1)
  return operands[taken] ?? (last?.isRepeated ? last : undefined)
}

async function valuesOf(cli: Cli, spec: ValueSpec, current: string): Promise<Answer> {
  const starting = (candidates: Candidate[]) => candidates.filter(({ word }) => word.startsWith(current))
  if (spec.choices !== undefined) {
    return { ...NOTHING, candidates: starting(spec.choices.map(word => ({ word, about: '' }))) }
  }
  switch (spec.kind) {
    case 'job':
      return { ...NOTHING, candidates: starting(await jobs(cli, current)) }
    case 'process':
      return { ...NOTHING, candidates: starting((await processes(cli)).flatMap(processNames)) }
    case 'name':
      return {
        ...NOTHING,
        candidates: starting([...(await processes(cli)).flatMap(processNames), ...(await jobs(cli, current))]),
      }
    case 'formation':
      return { ...NOTHING, candidates: starting(formation(await processes(cli))) }
    case 'host':
      return { ...NOTHING, candidates: starting(await hosts(cli)) }
    case 'app':
      return { ...NOTHING, candidates: starting(await apps(cli)) }
    case 'rule':
      return { ...NOTHING, candidates: starting(await rules(cli)) }
    case 'verb':
      return { ...NOTHING, candidates: namesOf(cli.program, [], current) }
    case 'file':
      return { candidates: [], directive: ':files' }
    case 'folder':
      return { candidates: [], directive: ':folders' }
    case 'text':
      return NOTHING
  }
}

/** Those that run first; with as much of the id as was typed, if that is more than the short form. */
async function jobs(cli: Cli, current: string): Promise<Candidate[]> {
  const { jobs } = await quietly(async () => cli.client({ start: false }).call('job.list', { ended: MAX_JOBS }), {
    jobs: [],
  })
  const isLive = (job: JobView) => job.state !== 'ended'
  const ordered = [...jobs.filter(isLive), ...jobs.filter(job => !isLive(job)).slice(0, MAX_JOBS)]
  return ordered.map(job => ({
    word: current.length > shortId(job.id).length ? job.id : shortId(job.id),
    about: `${commandText(job.command)} (${statusText(job, cli.now())}${job.host === null ? '' : `, ${job.host}`})`,
  }))
}

/** Of the project here. */
async function processes(cli: Cli): Promise<readonly ProcessView[]> {
  const ask = async () => (await findProjectHere(cli.client({ start: false }).call))?.processes ?? []
  return await quietly(ask, [])
}

/** Each label, and before the first of several the name that means them all. */
function processNames(process: ProcessView, _index: number, all: readonly ProcessView[]): Candidate[] {
  const about = `${process.command} (${processStateText(process, Date.now())})`
  const others = all.filter(({ name }) => name === process.name)
  const group = others[0] === process ? [{ word: process.name, about: `all of ${process.name}, ${others.length}` }] : []
  return [...group, { word: process.label, about }]
}

/** What there is of each, to be changed. */
function formation(processes: readonly ProcessView[]): Candidate[] {
  const counts = new Map<string, number>()
  for (const { name, isLeaving } of processes) if (!isLeaving) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => ({ word: `${name}=${count}`, about: 'as it is' }))
}

async function hosts(cli: Cli): Promise<Candidate[]> {
  const { hosts } = await quietly(async () => cli.client({ start: false }).call('host.list', {}), { hosts: [] })
  return [...hosts.map(host => ({ word: host.name, about: host.connection })), { word: 'auto', about: 'the best host' }]
}

async function apps(cli: Cli): Promise<Candidate[]> {
  const { apps } = await quietly(async () => cli.client({ start: false }).call('app.list', {}), { apps: [], isCut: false })
  return apps.map(app => ({ word: app.id, about: app.name }))
}

async function rules(cli: Cli): Promise<Candidate[]> {
  const { rules } = await quietly(async () => cli.client({ start: false }).call('rule.list', {}), { rules: [] })
  return rules.map(({ pattern, pin, affinity }) => ({ word: pattern, about: pin?.host ?? affinity ?? '' }))
}

/** A line of complaint in the middle of typing, or a shell that hangs, would be worse than no candidates. */
async function quietly<T>(work: () => Promise<T>, fallback: T): Promise<T> {
  try {
    return await Promise.race([work(), delay(PATIENCE_MS).then(() => fallback)])
  } catch {
    return fallback
  }
}
