/**
 * A .env file, read as npm's dotenv reads it (https://github.com/motdotla/dotenv, its default parser), but in time that grows with the
 * file's size alone, and with a place for each variable and for each line that dotenv passes over in silence.
 * No message holds more of the file than names: these files are where secrets are.
 */
import { EnvName, MAX_WORD } from '../../../shared/contract/fields.ts'
import { decodeText, placesIn, shown, type TextProblem, warningAt } from './source-text.ts'

export type Variable = {
  readonly name: string
  readonly value: string
  /** Written in single quotes or backticks: nothing in it is expanded. */
  readonly isLiteral: boolean
  readonly line: number
  readonly column: number
}
export type EnvFile = { readonly variables: readonly Variable[]; readonly problems: readonly TextProblem[] }

const BLANKS = /\s*/y
const NAME = /(?:export\s+)?([\w.-]+)(?:\s*=|:\s)/y
/** A value in quotes goes over as many lines as it likes, and nothing may follow it but a comment. */
const QUOTED = /\s*((['"`])((?:\\\2|(?!\2)[\s\S])*)\2)(?=\s*(?:#.*)?$)/my
const PLAIN = /[^#\n]*/y
const LINE_END = /[\n\u2028\u2029]/g

export function parseEnvFile(bytes: Uint8Array): EnvFile {
  const decoded = decodeText(bytes)
  if ('problem' in decoded) return { variables: [], problems: [decoded.problem] }
  const text = decoded.text.replace(/\r\n?/g, '\n')
  const variables = new Map<string, Variable>()
  const problems: TextProblem[] = []
  const placeOf = placesIn(text)
  for (let at = 0; at < text.length; ) {
    const start = at + (matchAt(BLANKS, text, at)?.[0].length ?? 0)
    const statement = readStatement(text, start)
    const place = placeOf(start)
    at = nextLine(text, statement?.end ?? start)
    if (statement === null) {
      const saysNothing = start === text.length || text[start] === '#'
      if (!saysNothing) problems.push(warningAt(place.line, place.column, 'sets nothing: dotenv passes over this line'))
      continue
    }
    const problem = problemOf(statement, variables.get(statement.name))
    if (problem) problems.push({ ...place, ...problem })
    if (isSettable(statement.name)) variables.set(statement.name, { ...statement, ...place })
  }
  return { variables: [...variables.values()], problems }
}

type Statement = { name: string; value: string; isLiteral: boolean; isUnclosed: boolean; end: number }

function readStatement(text: string, start: number): Statement | null {
  const match = matchAt(NAME, text, start)
  if (match === null) return null
  const [{ length }, name = ''] = match
  const quoted = matchAt(QUOTED, text, start + length)
  const whole = quoted ?? matchAt(PLAIN, text, start + length)
  const written = quoted?.[1] ?? whole?.[0].trim() ?? ''
  const bare = written.replace(/^(['"`])([\s\S]*)\1$/gm, '$2')
  const isQuoted = /^['"`]/.test(written)
  return {
    name,
    value: written.startsWith('"') ? bare.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : bare,
    isLiteral: /^['`]/.test(written) && bare !== written,
    isUnclosed: isQuoted && bare === written,
    end: start + length + (whole?.[0].length ?? 0),
  }
}

function problemOf({ name, value, isUnclosed }: Statement, before?: Variable): Pick<TextProblem, 'message' | 'severity'> | null {
  if (!isSettable(name)) return { message: `${shown(name)} is no name that a shell can set: it is left out`, severity: 'warning' }
  if (value.length > MAX_WORD) {
    return { message: `the value of ${name} has ${value.length} characters, at most ${MAX_WORD} are taken`, severity: 'error' }
  }
  if (isUnclosed) {
    return {
      message: `the value of ${name} begins with a quote and does not end with it: it is part of the value`,
      severity: 'warning',
    }
  }
  return before ? { message: `${name} is set in line ${before.line} too: the last one holds`, severity: 'warning' } : null
}

function isSettable(name: string): boolean {
  return name !== '__proto__' && EnvName.safeParse(name).success
}

function nextLine(text: string, from: number): number {
  LINE_END.lastIndex = from
  return LINE_END.test(text) ? LINE_END.lastIndex : text.length
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at
  return sticky.exec(text)
}
