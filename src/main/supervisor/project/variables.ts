/** Variables as files set them, made into values: `${NAME}` is looked up among them all in whatever order they stand, as by dotenv-expand. */
import { MAX_WORD } from '../../../shared/contract/fields.ts'
import type { ProjectProblem } from '../../../shared/project.ts'
import { expand } from './expand.ts'

export type SetVariable = {
  readonly name: string
  readonly value: string
  /** Nothing in it is expanded. */
  readonly isLiteral: boolean
  readonly file: string
  readonly line: number
  readonly column: number
}
export type Resolved = { readonly values: ReadonlyMap<string, string>; readonly problems: readonly ProjectProblem[] }

/** Linux takes 2 MB of arguments and variables together, unless its stack was made smaller. */
const MAX_CHARACTERS = 1_000_000
const MAX_VARIABLES = 1_000
/** `A=${B}`, `B=${C}`, and so on. */
const MAX_DEPTH = 50

/**
 * A name that is set twice has its last value. `outer` knows what none of them sets: also for a variable that names itself, as
 * `PATH=${PATH}:/opt/bin` does.
 */
export function resolveVariables(set: readonly SetVariable[], outer: (name: string) => string | undefined): Resolved {
  const variables = new Map(set.map(variable => [variable.name, variable]))
  const values = new Map<string, string>()
  const problems: ProjectProblem[] = []
  const open = new Set<string>()
  let room = MAX_CHARACTERS

  const say = ({ file, line, column }: SetVariable, severity: ProjectProblem['severity'], message: string) =>
    problems.push({ file, line, column, severity, message })
  const lookUp = (name: string): string | undefined => {
    const variable = variables.get(name)
    if (values.has(name)) return values.get(name)
    if (variable === undefined || open.has(name) || open.size >= MAX_DEPTH) return outer(name)
    open.add(name)
    const value = variable.isLiteral ? variable.value : expanded(variable)
    open.delete(name)
    room -= name.length + value.length
    values.set(name, value)
    return value
  }
  const expanded = (variable: SetVariable): string => {
    let length = variable.value.length
    const { text, missing } = expand(variable.value, name => {
      const value = length > MAX_WORD ? '' : lookUp(name)
      length += value?.length ?? 0
      return value
    })
    if (text.length > MAX_WORD)
      say(variable, 'error', `the value of ${variable.name} has more than ${MAX_WORD} characters once expanded`)
    for (const name of new Set(missing))
      say(variable, 'warning', `\${${name}} in ${variable.name} has no value: nothing stands in its place`)
    return text
  }

  for (const variable of variables.values()) {
    lookUp(variable.name)
    if (room >= 0 && values.size <= MAX_VARIABLES) continue
    say(variable, 'error', `with ${variable.name} there are more than ${MAX_VARIABLES} variables, or more than 1 MB of them`)
    break
  }
  return { values, problems }
}
