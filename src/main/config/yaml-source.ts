/** A YAML file as its user wrote it: parsed, and able to say of each wrong value on which line and in which column it stands. */
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import type { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { nearest } from '../../shared/nearest.ts'

export type Place = { line: number; column: number }
export type Problem = Place & { key: string; message: string }
export type YamlSource = {
  readonly path: string
  readonly document: Document
  /** The plain value; null for a file with nothing in it but comments. */
  readonly value: unknown
  readonly lines: LineCounter
}

/** Aliases are fine; ten levels of ten aliases each are an attack. */
const MAX_ALIASES = 100
const MAX_SHOWN = 20

/** @throws {AppError} `BAD_CONFIG` with path, line and column if the text is no YAML, or uses what means nothing here (unknown tags). */
export function parseYaml(path: string, text: string): YamlSource {
  const lines = new LineCounter()
  // The parser would compare each key of a map with all before it.
  const unlooked = { uniqueKeys: false, logLevel: 'error' } as const
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, ...unlooked })
  const [first] = [...document.errors, ...document.warnings]
  if (first) throw badFile(path, [{ ...placeAt(lines, first.pos[0]), key: '', message: saidPlainly(first) }], first)
  const repeated = startOf(repeatedKey(document))
  if (repeated !== undefined) throw badFile(path, [{ ...placeAt(lines, repeated), key: '', message: 'Map keys must be unique' }])
  try {
    return { path, document, value: document.toJS({ maxAliasCount: MAX_ALIASES }), lines }
  } catch (cause) {
    throw badFile(path, [{ line: 1, column: 1, key: '', message: firstLine((cause as Error).message) }], cause)
  }
}

function repeatedKey(document: Document): unknown {
  let found: unknown
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>()
      found = map.items.find(({ key }) => isScalar(key) && keys.size === keys.add(key.value).size)?.key
      return found === undefined ? undefined : visit.BREAK
    },
  })
  return found
}

/** What a schema refused, as an error for the person who wrote the file. `keysAt` names the keys that a place may have. */
export function schemaError(
  source: YamlSource,
  issues: readonly z.core.$ZodIssue[],
  keysAt: (path: readonly PropertyKey[]) => readonly string[] = () => [],
): AppError {
  const problems = issues.flatMap(issue => {
    if (issue.code !== 'unrecognized_keys') {
      const { value } = offsetsOf(source, issue.path)
      return [problem(source, value, issue.path, issue.message.replace(/^Invalid input: /, ''))]
    }
    return issue.keys.map(name => {
      const path = [...issue.path, name]
      return problem(source, offsetsOf(source, path).key, path, unknownKey(name, keysAt(issue.path)))
    })
  })
  return badFile(source.path, problems)
}

/** Where the value at `path` stands, or its key: what a schema cannot know of is told there. */
export function placeIn(source: YamlSource, path: readonly PropertyKey[], part: 'key' | 'value'): Place {
  return placeAt(source.lines, offsetsOf(source, path)[part])
}

function unknownKey(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  if (meant !== undefined) return `unknown key; did you mean ${meant}?`
  return known.length > 0 ? `unknown key; known ones are ${known.join(', ')}` : 'unknown key'
}

function problem(source: YamlSource, offset: number, path: readonly PropertyKey[], message: string): Problem {
  return { ...placeAt(source.lines, offset), key: dotted(path), message }
}

/** Where the key at `path` stands, and where its value does. What is missing is said of what should hold it. */
function offsetsOf({ document }: YamlSource, path: readonly PropertyKey[]): { key: number; value: number } {
  let node: unknown = document.contents
  let key = startOf(node) ?? 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(one => isScalar(one.key) && String(one.key.value) === String(step))
      key = startOf(pair?.key) ?? key
      node = pair?.value
    } else if (isSeq(node)) {
      const { items } = node
      node = typeof step === 'number' ? items[step] : items.find(item => isScalar(item) && item.value === step)
      key = startOf(node) ?? key
    } else break
  }
  return { key, value: startOf(node) ?? key }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function badFile(path: string, problems: readonly Problem[], cause?: unknown): AppError {
  const shown = problems.slice(0, MAX_SHOWN)
  const [first, ...others] = shown.map(
    ({ line, column, key, message }) => `${path}:${line}:${column}: ${key && `${key}: `}${message}`,
  )
  const more = others.length === 0 ? '' : ` (and ${problems.length - 1} more)`
  return new AppError('BAD_CONFIG', `${first}${more}`, { cause, details: { path, problems: shown } })
}

function dotted(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? String(step) : `.${String(step)}`))
    .join('')
}

function saidPlainly({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a line of --- begins another document; only one is read'
  return firstLine(message)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
