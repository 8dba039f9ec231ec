/** drover.yaml: read strictly, with line and column of each thing that is wrong. */
import { isScalar } from 'yaml'
import { AppError } from '../../../shared/errors.ts'
import { keysAt } from '../../config/schema-fields.ts'
import { type Place, type Problem, parseYaml, placeIn, schemaError, type YamlSource } from '../../config/yaml-source.ts'
import { ProjectFields } from './project-schema.ts'
import { decodeText, errorAt, type TextProblem } from './source-text.ts'

export const PROJECT_FILE = 'drover.yaml'

export type PlaceOf = (path: readonly PropertyKey[], part: 'key' | 'value') => Place
export type ProjectFile = {
  readonly fields: ProjectFields
  readonly placeOf: PlaceOf
  /** A value as it is written, since `1.10` is not the number that it looks like. */
  readonly textAt: (path: readonly PropertyKey[]) => string | undefined
}

export function parseProjectFile(bytes: Uint8Array): { file: ProjectFile | null; problems: readonly TextProblem[] } {
  const decoded = decodeText(bytes)
  if ('problem' in decoded) return { file: null, problems: [decoded.problem] }
  try {
    const source = parseYaml(PROJECT_FILE, decoded.text)
    const parsed = ProjectFields.safeParse(withoutEmpty(source.value))
    if (!parsed.success) throw schemaError(source, parsed.error.issues, path => keysAt(ProjectFields, path))
    const placeOf: PlaceOf = (path, part) => placeIn(source, path, part)
    return { file: { fields: parsed.data, placeOf, textAt: path => textAt(source, path) }, problems: [] }
  } catch (error) {
    return { file: null, problems: problemsOf(error) }
  }
}

export function problemsOf(error: unknown): TextProblem[] {
  // The parser goes one call deeper with every bracket.
  if (error instanceof RangeError) return [errorAt(1, 1, 'is nested too deeply')]
  if (!(error instanceof AppError)) throw error
  const problems = error.details.problems as readonly Problem[]
  return problems.map(({ line, column, key, message }) => errorAt(line, column, key === '' ? message : `${key}: ${message}`))
}

/** `processes:` or `web:` with everything below it commented out says nothing. */
function withoutEmpty(value: unknown): unknown {
  if (value === null) return {}
  if (!isMap(value)) return value
  const { processes, ...rest } = value
  const kept = isMap(processes) ? Object.entries(processes).map(([name, inner]) => [name, said(inner ?? {})]) : undefined
  return said({ ...rest, processes: kept === undefined ? processes : Object.fromEntries(kept) })
}

function said(value: unknown): unknown {
  return isMap(value) ? Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null)) : value
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textAt({ document }: YamlSource, path: readonly PropertyKey[]): string | undefined {
  const node: unknown = document.getIn(path, true)
  return isScalar(node) ? (typeof node.value === 'string' ? node.value : node.source) : undefined
}
