/**
 * Reads a command line by a verb's entry in the table, strictly: what the table does not name is refused, with the nearest right
 * word. `--` ends the flags; what follows is the command, left as it is. Flags and operands may stand in any order before it.
 */

import { nearest } from '../shared/nearest.ts'
import { article, checkWord, quoted } from './check-word.ts'
import { UsageError } from './errors.ts'
import { COMMON_FLAGS, type FlagSpec, flagsOf, type Program, type VerbSpec } from './spec.ts'

/** What was typed, by the names of the table. Asking for a name that the verb does not have is a mistake of ours. */
export class Args {
  readonly verb: VerbSpec
  /** The words after `--`; empty without. */
  readonly command: readonly string[]
  readonly #flags: ReadonlyMap<string, readonly string[]>
  readonly #operands: ReadonlyMap<string, readonly string[]>

  constructor(
    verb: VerbSpec,
    typed: { flags: ReadonlyMap<string, readonly string[]>; operands: ReadonlyMap<string, readonly string[]>; command: string[] },
  ) {
    this.verb = verb
    this.command = typed.command
    this.#flags = typed.flags
    this.#operands = typed.operands
  }

  has(flag: string): boolean {
    return this.#known(flag) && this.#flags.has(flag)
  }

  /** The last value given, as is usual. */
  value(flag: string): string | undefined {
    return this.values(flag).at(-1)
  }

  values(flag: string): readonly string[] {
    return this.#known(flag) ? (this.#flags.get(flag) ?? []) : []
  }

  operand(name: string): string | undefined {
    return this.operands(name)[0]
  }

  operands(name: string): readonly string[] {
    if (!this.verb.operands?.some(operand => operand.name === name))
      throw new TypeError(`${this.verb.path} has no operand ${name}`)
    return this.#operands.get(name) ?? []
  }

  /** An operand that the table requires. */
  required(name: string): string {
    const value = this.operand(name)
    if (value === undefined) throw new TypeError(`${this.verb.path}: ${name} is not required by the table`)
    return value
  }

  #known(flag: string): true {
    if (!flagsOf(this.verb).some(known => known.name === flag)) throw new TypeError(`${this.verb.path} has no flag --${flag}`)
    return true
  }
}

/** The flags that may stand before the verb: they are everyone's. */
const LEADING = new Map<string, FlagSpec>(
  COMMON_FLAGS.flatMap(flag => [[`--${flag.name}`, flag] as const, [`-${flag.short}`, flag] as const]),
)

/**
 * Splits off the verb. `verb` is undefined when none was named; `p` then does its pushing verb.
 *
 * @throws {UsageError} on a word that is no verb, naming the nearest one.
 */
export function findVerb(program: Program, words: readonly string[]): { verb: VerbSpec | undefined; rest: string[] } {
  const start = leadingCount(words)
  const leading = words.slice(0, start)
  const after = words.slice(start)
  const [first, second] = after
  const unnamed = program.verbs.find(verb => verb.path === '')
  if (first === undefined || first.startsWith('-')) return { verb: unnamed, rest: [...leading, ...after] }
  const two = second === undefined ? undefined : byName(program, `${first} ${second}`)
  if (two !== undefined) return { verb: two, rest: [...leading, ...after.slice(2)] }
  const one = byName(program, first)
  // `p ls -- CMD`: only a worker can be meant, since `p ls` takes no command.
  if (one === undefined && unnamed?.command === 'words') return { verb: unnamed, rest: [...leading, ...after] }
  if (one !== undefined && (unnamed === undefined || one.command !== undefined || !after.includes('--'))) {
    return { verb: one, rest: [...leading, ...after.slice(1)] }
  }
  if (unnamed !== undefined && after.includes('--')) return { verb: unnamed, rest: [...leading, ...after] }
  // `host --help` is `help host`.
  const isGroup = program.verbs.some(({ path }) => path.startsWith(`${first} `))
  if (isGroup && (second === '--help' || second === '-h'))
    return { verb: byName(program, 'help'), rest: [...leading, first, ...after.slice(2)] }
  throw unknownVerb(program, first, second)
}

/** @throws {UsageError} on anything the verb does not take. */
export function parseArgs(verb: VerbSpec, words: readonly string[]): Args {
  const split = words.indexOf('--')
  const [before, command] = splitCommand(verb, words, split)
  const flags = new Map<string, string[]>()
  const plain: string[] = []
  const queue = [...before]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word.startsWith('--')) takeLong(verb, word, { flags, queue })
    else if (word.startsWith('-') && word !== '-' && !(verb.hasSignedWords && word !== '-h'))
      takeShort(verb, word, { flags, queue })
    else plain.push(word)
  }
  // Whoever asks for help need not have typed the rest rightly.
  if (flags.has('help')) return new Args(verb, { flags, operands: new Map(), command: [] })
  // An app of the catalogue has its own.
  if (!flags.has('app')) checkCommand(verb, { split, command, plain })
  return new Args(verb, { flags, operands: takeOperands(verb, plain), command })
}

/** Everything behind the first word of a command is that command's, be it a flag. */
function splitCommand(verb: VerbSpec, words: readonly string[], split: number): [before: readonly string[], command: string[]] {
  const end = verb.command === 'words' ? flagsEnd(verb, words) : split
  if (end < 0) return [words, []]
  return [words.slice(0, end), words.slice(words[end] === '--' ? end + 1 : end)]
}

/** Where the flags of ours end: at `--`, or at the first word that is neither a flag nor its value. */
function flagsEnd(verb: VerbSpec, words: readonly string[]): number {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--' || !word.startsWith('-') || word === '-') return at
    const flag = flagsOf(verb).find(({ name, short }) => word === `--${name}` || word === `-${short}`)
    if (flag?.value !== undefined) at++
  }
  return -1
}

function leadingCount(words: readonly string[]): number {
  let count = 0
  for (let word = words[0]; word !== undefined; word = words[count]) {
    const flag = LEADING.get(word.split('=', 1)[0] ?? '')
    if (flag === undefined) break
    count += flag.value !== undefined && !word.includes('=') ? 2 : 1
  }
  return count
}

function byName(program: Program, name: string): VerbSpec | undefined {
  return program.verbs.find(verb => verb.path !== '' && (verb.path === name || verb.aliases?.includes(name)))
}

function unknownVerb(program: Program, first: string, second: string | undefined): UsageError {
  const names = program.verbs.filter(verb => verb.path !== '').flatMap(verb => [verb.path, ...(verb.aliases ?? [])])
  const subverbs = names.filter(name => name.startsWith(`${first} `)).map(name => name.slice(first.length + 1))
  if (subverbs.length > 0) {
    const choices = `${program.name} ${first} takes one of: ${subverbs.join(', ')}`
    if (second === undefined || second.startsWith('-'))
      return new UsageError(`${program.name} ${first}: what should be done is missing`, choices)
    const near = nearest(second, subverbs)
    return new UsageError(
      `${program.name} ${first} has no ${quoted(second)}`,
      near === undefined ? choices : `Did you mean: ${program.name} ${first} ${near}`,
    )
  }
  const near = nearest(first, new Set(names.map(name => name.split(' ', 1)[0] ?? name)))
  return new UsageError(
    `${program.name} has no verb ${quoted(first)}`,
    near === undefined ? `See all of them: ${program.name} help` : `Did you mean: ${program.name} ${near}`,
  )
}

type Taking = { flags: Map<string, string[]>; queue: string[] }

function takeLong(verb: VerbSpec, word: string, { flags, queue }: Taking): void {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals < 0 ? undefined : equals)
  const flag = flagsOf(verb).find(known => known.name === name)
  if (flag === undefined) throw unknownFlag(verb, `--${name}`)
  if (flag.value === undefined) {
    if (equals >= 0) throw new UsageError(`--${name} takes no value`)
    add(flags, flag, '')
  } else add(flags, flag, equals >= 0 ? word.slice(equals + 1) : nextValue(flag, `--${name}`, queue))
}

/** `-nd` is `-n -d`; what follows a letter that takes a value is the value, as in `-n5`. */
function takeShort(verb: VerbSpec, word: string, { flags, queue }: Taking): void {
  for (let index = 1; index < word.length; index++) {
    const letter = word[index]
    const flag = flagsOf(verb).find(known => known.short === letter)
    if (flag === undefined) throw unknownFlag(verb, index === 1 ? word : `-${letter}`)
    if (flag.value === undefined) {
      add(flags, flag, '')
      continue
    }
    add(flags, flag, index + 1 < word.length ? word.slice(index + 1) : nextValue(flag, `-${letter}`, queue))
    return
  }
}

function nextValue(flag: FlagSpec, shown: string, queue: string[]): string {
  const value = queue.shift()
  if (value === undefined) throw new UsageError(`${shown} needs ${article(flag.value?.name ?? 'value')} after it`)
  return value
}

function add(flags: Map<string, string[]>, flag: FlagSpec, value: string): void {
  if (flag.value !== undefined) checkWord(flag.value, value, `--${flag.name}`)
  flags.set(flag.name, [...(flags.get(flag.name) ?? []), value])
}

function unknownFlag(verb: VerbSpec, typed: string): UsageError {
  const long = flagsOf(verb).map(flag => `--${flag.name}`)
  const near = typed.startsWith('--') ? nearest(typed, long) : nearest(`-${typed}`, long)
  const name = verb.path === '' ? 'This' : verb.path
  return new UsageError(
    `${name} has no flag ${typed.length > 80 ? quoted(typed) : typed}`,
    near === undefined ? undefined : `Did you mean: ${near}`,
  )
}

function checkCommand(verb: VerbSpec, typed: { split: number; command: string[]; plain: string[] }): void {
  if (verb.command === undefined) {
    if (typed.split < 0 || typed.command.length === 0) return
    throw new UsageError(`${verb.path} takes no command after --`)
  }
  if (typed.command.length > 0) {
    if (typed.command[0] === '') throw new UsageError('The command after -- is empty: its first word names the program')
    return
  }
  const isForgotten = typed.split < 0 && typed.plain.length > (verb.operands?.length ?? 0)
  throw new UsageError(
    isForgotten ? `The command must stand after --` : 'There is no command: it stands after --',
    isForgotten ? `Did you mean: -- ${typed.plain.slice(verb.operands?.length ?? 0).join(' ')}` : 'For example: -- make',
  )
}

function takeOperands(verb: VerbSpec, plain: readonly string[]): Map<string, string[]> {
  const operands = new Map<string, string[]>()
  const queue = [...plain]
  for (const spec of verb.operands ?? []) {
    const taken = spec.isRepeated ? queue.splice(0) : queue.splice(0, 1)
    if (taken.length === 0 && !spec.isOptional) throw new UsageError(`${verb.path} needs ${article(spec.name)}`)
    for (const value of taken) checkWord(spec, value, spec.name)
    if (taken.length > 0) operands.set(spec.name, taken)
  }
  const [extra] = queue
  if (extra !== undefined)
    throw new UsageError(`${verb.path === '' ? 'There' : verb.path}: ${quoted(extra)} is one word too many`)
  return operands
}
