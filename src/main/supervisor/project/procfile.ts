/**
 * A Procfile, in both of its dialects. What either takes is taken, and where they differ it is told; what both pass over in silence is
 * an error here.
 *
 * foreman takes /^([A-Za-z0-9_-]+):\s*(.+)$/ (https://github.com/ddollar/foreman/blob/main/lib/foreman/procfile.rb), overmind
 * /^([\w-]+):\s+(.+)$/ and no name twice (https://github.com/DarthSim/overmind/blob/master/start/procfile.go).
 */
import { MAX_WORD } from '../../../shared/contract/fields.ts'
import { decodeText, errorAt, shown, type TextProblem, warningAt } from './source-text.ts'

export type ProcfileEntry = { readonly name: string; readonly command: string; readonly line: number }
export type Procfile = { readonly processes: readonly ProcfileEntry[]; readonly problems: readonly TextProblem[] }

/** It becomes part of file names, of units of systemd, and of what people type. */
const MAX_NAME = 63
const ENTRY = /^([A-Za-z0-9_-]+):([ \t\v\f\r]*)(.*)$/s

export function parseProcfile(bytes: Uint8Array): Procfile {
  const decoded = decodeText(bytes)
  if ('problem' in decoded) return { processes: [], problems: [decoded.problem] }
  const problems: TextProblem[] = []
  if (decoded.hasMark) {
    problems.push(
      warningAt(1, 1, 'begins with a byte order mark, for which foreman and overmind pass over line 1: save it without'),
    )
  }
  const processes: ProcfileEntry[] = []
  const names = new Map<string, number>()
  const lowerNames = new Map<string, number>()
  for (const [index, text] of decoded.text.split(/\r?\n/).entries()) {
    const line = index + 1
    if (/^\s*(#|$)/.test(text)) continue
    const entry = readLine(text, line)
    problems.push(...entry.problems)
    if (entry.name === null) continue
    const { name, command } = entry
    const before = names.get(name)
    const alike = lowerNames.get(name.toLowerCase())
    if (before !== undefined) {
      problems.push(
        errorAt(line, 1, `a second process named ${name}: the first is in line ${before}; give one of them another name`),
      )
      continue
    }
    if (alike !== undefined) problems.push(warningAt(line, 1, `${name} differs from the name in line ${alike} by case alone`))
    names.set(name, line)
    lowerNames.set(name.toLowerCase(), line)
    if (command !== null) processes.push({ name, command, line })
  }
  if (names.size === 0 && problems.every(({ severity }) => severity !== 'error')) {
    problems.push(errorAt(1, 1, 'no process in it: write one a line, as web: npm start'))
  }
  return { processes, problems }
}

type Line = { name: string | null; command: string | null; problems: TextProblem[] }

function readLine(text: string, line: number): Line {
  const [, name = '', blank = '', command = ''] = ENTRY.exec(text) ?? []
  if (name === '') return { name: null, command: null, problems: [notAnEntry(text, line)] }
  const badName = nameProblem(name, line)
  if (badName) return { name: null, command: null, problems: [badName] }
  const at = name.length + 1 + blank.length + 1
  const badCommand = commandProblem(name, command, line, at)
  if (badCommand) return { name, command: null, problems: [badCommand] }
  return { name, command, problems: differences({ name, blank, command, line, at }) }
}

function nameProblem(name: string, line: number): TextProblem | null {
  if (name.length > MAX_NAME)
    return errorAt(line, MAX_NAME + 1, `the name has ${name.length} characters, at most ${MAX_NAME} are taken`)
  if (name === '__proto__') return errorAt(line, 1, '__proto__ is a word of JavaScript and no name: give it another one')
  return null
}

function commandProblem(name: string, command: string, line: number, column: number): TextProblem | null {
  if (command === '') return errorAt(line, column, `${name} has no command: write what it runs after the colon`)
  if (command.length <= MAX_WORD) return null
  const said = `the command has ${command.length} characters, at most ${MAX_WORD} are taken: put it into a script in the folder`
  return errorAt(line, column, said)
}

type Entry = { name: string; blank: string; command: string; line: number; at: number }

/** What is run here and is not, or not so, elsewhere. */
function differences({ name, blank, command, line, at }: Entry): TextProblem[] {
  const problems: TextProblem[] = []
  const warn = (column: number, message: string) => problems.push(warningAt(line, column, message))
  if (!/^[ \t\f\r]/.test(blank)) {
    warn(
      at,
      `foreman runs this, overmind passes over a line with no space after the colon: write ${name}: ${shown(command).slice(1, -1)}`,
    )
  }
  if (name.startsWith('-')) warn(1, `${name} looks like an option: on a command line it has to stand after --`)
  if (name === 'all') warn(1, 'in a formation all means every process, so this one cannot be named there')
  const carriage = command.indexOf('\r')
  if (carriage >= 0) warn(at + carriage, 'a carriage return within the command: it ends no line here')
  return problems
}

/** Says of a line that is no process what it lacks, and points at the first character that is not right. */
function notAnEntry(text: string, line: number): TextProblem {
  const [indent = ''] = /^\s*/.exec(text) ?? []
  if (indent !== '' && ENTRY.test(text.slice(indent.length))) {
    return errorAt(line, 1, 'a process begins in the first column: take the blanks before it away')
  }
  const [word = ''] = /^[A-Za-z0-9_-]*/.exec(text.slice(indent.length)) ?? []
  const column = indent.length + word.length + 1
  const rest = text.slice(indent.length + word.length)
  if (rest === '') return errorAt(line, column, `no colon after ${shown(word)}: write NAME: COMMAND, or # before a comment`)
  if (/^\s+:/.test(rest)) return errorAt(line, column, 'blanks before the colon: write NAME: COMMAND')
  if (rest.startsWith(':')) return errorAt(line, column, 'no name before the colon: write NAME: COMMAND')
  if (/^[^\s:]+:/.test(rest)) {
    return errorAt(line, column, `${shown([...rest][0] ?? '')} in a name: it is letters, digits, dashes and underscores of ASCII`)
  }
  return errorAt(line, column, 'is no process: write NAME: COMMAND, or # before a comment')
}
