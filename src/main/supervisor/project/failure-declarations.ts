/** failure_declarations.json: `{"web": ["Error: EADDRINUSE"]}`, texts whose appearance in its output makes a process broken. */
import { z } from 'zod'
import { parseYaml, placeIn, schemaError } from '../../config/yaml-source.ts'
import { noSuchProcess } from './formation.ts'
import { endOfJson } from './json-end.ts'
import { problemsOf } from './project-file.ts'
import { decodeText, errorAt, placeOf, type TextProblem, warningAt } from './source-text.ts'
import { PlainText } from './written-values.ts'

export const DECLARATIONS_FILE = 'failure_declarations.json'

const Declarations = z.record(z.string(), z.array(PlainText).max(1000, 'has more than 1,000 texts'))

export type FailureDeclarations = {
  readonly texts: ReadonlyMap<string, readonly string[]>
  readonly problems: readonly TextProblem[]
}

/** `names`: those of the Procfile; null if it is not known which they are. */
export function parseDeclarations(bytes: Uint8Array, names: readonly string[] | null): FailureDeclarations {
  const none = (problems: readonly TextProblem[]): FailureDeclarations => ({ texts: new Map(), problems })
  const decoded = decodeText(bytes)
  if ('problem' in decoded) return none([decoded.problem])
  const { text } = decoded
  const wrong = syntaxProblem(text)
  if (wrong) return none([wrong])
  try {
    // All JSON is YAML, whose parser knows places, and tells of a key that stands there twice.
    const source = parseYaml(DECLARATIONS_FILE, text)
    const parsed = Declarations.safeParse(source.value)
    if (!parsed.success) throw schemaError(source, parsed.error.issues)
    const unknown = Object.keys(source.value as object).filter(name => names !== null && !names.includes(name))
    const problems = unknown.map(name => {
      const { line, column } = placeIn(source, [name], 'key')
      return warningAt(line, column, noSuchProcess(name, names ?? []))
    })
    return { texts: new Map(Object.entries(parsed.data)), problems }
  } catch (error) {
    return none(problemsOf(error))
  }
}

function syntaxProblem(text: string): TextProblem | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    if (!(error instanceof SyntaxError)) return errorAt(1, 1, 'is nested too deeply')
    const { line, column } = placeOf(text, endOfJson(text))
    return errorAt(line, column, 'is no JSON from here on: it is {"NAME": ["TEXT", …]}')
  }
}
