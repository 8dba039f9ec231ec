/**
 * The shape of a verb's entry in the table (commands.ts). Parsing, help, completion and docs/cli.md are all made from it,
 * so a verb cannot have a flag that its help does not name.
 */

/** What a word stands for: decides what is offered when it is completed. `name`: a process or a job. */
export type WordKind = 'job' | 'host' | 'app' | 'file' | 'folder' | 'verb' | 'text' | 'rule' | 'process' | 'name' | 'formation'

export type ValueSpec = {
  /** As shown in the help, in capitals. */
  name: string
  kind: WordKind
  choices?: readonly string[]
  mayBeEmpty?: true
}

export type FlagSpec = {
  name: string
  short?: string
  /** Absent for a switch. */
  value?: ValueSpec
  isRepeated?: boolean
  help: string
}

export type OperandSpec = ValueSpec & {
  isOptional?: boolean
  /** Only on the last one. */
  isRepeated?: boolean
  help: string
}

export type VerbGroup = 'jobs' | 'processes' | 'apps' | 'hosts' | 'core' | 'help'

export type VerbSpec = {
  /** One word, or two as in `host add`; empty for what `p` does without a verb. */
  path: string
  aliases?: readonly string[]
  group: VerbGroup
  /** Names the file in verbs/ that does it. */
  run: string
  summary: string
  operands?: readonly OperandSpec[]
  flags?: readonly FlagSpec[]
  /** A command stands after `--`; with `words` it may begin as well at the first word that is no flag. */
  command?: 'required' | 'words'
  /** Words like +NAME and -NAME are operands; of the flags with one letter only -h is left. */
  hasSignedWords?: true
  /** Paragraphs. */
  about: readonly string[]
  examples: readonly { run: string; does: string }[]
  /** Beside those every verb has. */
  exits?: readonly { code: string; means: string }[]
  /** True for verbs whose exit code is a job's, so that Drover's own failure must be told apart: 125. */
  givesJobExit?: boolean
}

/** What one name of the program answers to. */
export type Program = {
  name: 'drover' | 'p' | 'beowulf'
  summary: string
  about: readonly string[]
  verbs: readonly VerbSpec[]
}

/** Taken by every verb. */
export const COMMON_FLAGS: readonly FlagSpec[] = [
  { name: 'json', help: 'Print the answer as JSON, and errors as JSON on stderr.' },
  {
    name: 'color',
    value: { name: 'WHEN', kind: 'text', choices: ['auto', 'always', 'never'] },
    help: 'Colour the output: auto (the default: on a terminal, and not when NO_COLOR is set), always or never.',
  },
  { name: 'help', short: 'h', help: 'Show this help.' },
]

export function flagsOf(verb: VerbSpec): readonly FlagSpec[] {
  return [...(verb.flags ?? []), ...COMMON_FLAGS]
}

/** `drover push [-n] [--on HOST] -- CMD…` */
export function synopsis(program: string, verb: VerbSpec): string {
  const words = [program, ...(verb.path === '' ? [] : [verb.path])]
  for (const flag of verb.flags ?? []) words.push(`[${flagText(flag)}]${flag.isRepeated ? '…' : ''}`)
  for (const operand of verb.operands ?? []) {
    const name = operand.isRepeated ? `${operand.name}…` : operand.name
    words.push(operand.isOptional ? `[${name}]` : name)
  }
  if (verb.command !== undefined) words.push(verb.command === 'words' ? 'CMD…' : '-- CMD…')
  return words.join(' ')
}

function flagText(flag: FlagSpec): string {
  const dashed = flag.short === undefined ? `--${flag.name}` : `-${flag.short}`
  return flag.value === undefined ? dashed : `${dashed} ${flag.value.name}`
}
