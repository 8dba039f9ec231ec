/**
 * The Exec line of a desktop entry: into words, with its field codes filled in, and back. No shell ever reads it: what comes out is an
 * argument list. Single quotes and a backslash outside of quotes are no part of the specification, but of entries in use, and mean what
 * they mean to the desktops.
 */
import { AppError } from '../../shared/errors.ts'

/** A word as it was written; a field code counts only outside of quotes. */
type Letter = { letter: string; isQuoted: boolean }
type Word = readonly Letter[]

/** Each of the codes for files, of which the specification allows one, may stand for a hundred. */
const MOST_WORDS = 1_000

/** What the field codes stand for. */
export type ExecFields = {
  /** What is opened: paths, or addresses with a scheme. */
  targets: readonly string[]
  /** Name of its icon; null where it has none. */
  icon: string | null
  /** Its translated name. */
  name: string
  /** Where the entry lies; null where it is not known. */
  entryPath: string | null
}

/**
 * The argument lists to run: more than one only for an app that takes one file at a time (`%f`, `%u`) and is given several.
 *
 * @throws {AppError} `BAD_INPUT` for a line that is no command, or a field code that no version of the specification has.
 */
export function expandExec(exec: string, fields: ExecFields): string[][] {
  const words = execWords(exec)
  const takesOne = words.some(word => codes(word).some(code => code === 'f' || code === 'u'))
  const runs = takesOne && fields.targets.length > 1 ? fields.targets.map(target => [target]) : [fields.targets]
  return runs.map(targets => {
    const argv = words.flatMap(word => expandWord(word, { ...fields, targets }))
    if (argv.length > MOST_WORDS) throw new AppError('BAD_INPUT', `The command has too many words: ${shown(exec)}`)
    if (argv.length === 0 || argv[0] === '') throw new AppError('BAD_INPUT', `The command is empty: ${shown(exec)}`)
    return argv
  })
}

/** Whether it says where files or addresses go. */
export function takesTargets(exec: string): boolean {
  return execWords(exec).some(word => codes(word).some(code => 'fFuU'.includes(code)))
}

/** The program that the line starts, without its folder; null for no command. Leading `env A=B` is looked through. */
export function execProgram(exec: string): string | null {
  try {
    const words = execWords(exec).map(word => word.map(({ letter }) => letter).join(''))
    const isEnv = words[0]?.split('/').at(-1) === 'env'
    const program = isEnv ? words.slice(1).find(word => !/^(?:[A-Za-z_][A-Za-z0-9_]*=|-)/.test(word)) : words[0]
    return program?.split('/').at(-1) || null
  } catch {
    return null // A line that is no command starts nothing.
  }
}

/** Words as an Exec line that gives exactly these back; `%` is kept from being a field code. */
export function quoteExec(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}

function quoteWord(word: string): string {
  const percent = word.replaceAll('%', '%%')
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(percent) ? percent : `"${percent.replace(/["`$\\]/g, '\\$&')}"`
}

function execWords(exec: string): Word[] {
  const words: Word[] = []
  let word: Letter[] | undefined
  let quote: '"' | "'" | undefined
  for (let at = 0; at < exec.length; at++) {
    const letter = exec[at] ?? ''
    if (quote === undefined && (letter === ' ' || letter === '\t' || letter === '\n')) {
      if (word) words.push(word)
      word = undefined
      continue
    }
    word ??= []
    if (letter === quote) quote = undefined
    else if (quote === undefined && (letter === '"' || letter === "'")) quote = letter
    else if (letter === '\\' && quote !== "'") {
      const next = exec[at + 1] ?? ''
      const isEscape = quote === undefined || '"`$\\'.includes(next)
      if (next !== '' && isEscape) at++
      word.push({ letter: next !== '' && isEscape ? next : letter, isQuoted: true })
    } else word.push({ letter, isQuoted: quote !== undefined })
  }
  if (quote !== undefined) throw new AppError('BAD_INPUT', `A quote is not closed in the command: ${shown(exec)}`)
  if (word) words.push(word)
  return words
}

function codes(word: Word): string[] {
  const found: string[] = []
  for (let at = 0; at < word.length; at++) if (isCode(word, at)) found.push(word[++at]?.letter ?? '')
  return found
}

function isCode(word: Word, at: number): boolean {
  return word[at]?.letter === '%' && word[at]?.isQuoted === false
}

function expandWord(word: Word, fields: ExecFields): string[] {
  const { targets, icon } = fields
  const only = word.length === 2 && isCode(word, 0) ? word[1]?.letter : undefined
  if (only === 'F') return targets.map(pathOf)
  if (only === 'U') return [...targets]
  if (only === 'i') return icon === null ? [] : ['--icon', icon]
  let text = ''
  for (let at = 0; at < word.length; at++) {
    if (isCode(word, at)) text += fieldText(word[++at]?.letter ?? '', fields)
    // Within quotes nothing is a field code, but a percent sign is doubled there as well.
    else if (word[at]?.letter === '%' && word[at + 1]?.letter === '%') text += word[++at]?.letter
    else text += word[at]?.letter ?? ''
  }
  // A word that was only a code for something that is not there is no word.
  return text === '' && codes(word).length > 0 ? [] : [text]
}

function fieldText(code: string, { targets, name, entryPath }: ExecFields): string {
  switch (code) {
    case '%':
      return '%'
    case 'f':
    case 'F':
      return pathOf(targets[0] ?? '')
    case 'u':
    case 'U':
      return targets[0] ?? ''
    case 'c':
      return name
    case 'k':
      return entryPath ?? ''
    // Deprecated, and to be left out.
    case 'd':
    case 'D':
    case 'n':
    case 'N':
    case 'v':
    case 'm':
    case 'i':
      return ''
    default:
      throw new AppError('BAD_INPUT', `%${shown(code)} is no field code of a desktop entry; a plain percent sign is %%`)
  }
}

/** A file's address as its path; what is no file stays as it is. */
export function pathOf(target: string): string {
  if (!target.startsWith('file:')) return target
  try {
    return decodeURIComponent(new URL(target).pathname)
  } catch {
    return target // Typed by somebody: the app will say what it thinks of it.
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200))
}
