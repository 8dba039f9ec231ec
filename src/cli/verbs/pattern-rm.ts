/** `drover pattern rm PATTERN`: by its text, or the beginning of its id. */
import { AppError } from '../../shared/errors.ts'
import type { Args } from '../args.ts'
import { quoted } from '../check-word.ts'
import type { Cli } from '../cli.ts'
import { patternText } from '../processes/patterns.ts'
import { projectHere } from '../processes/project-here.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const word = args.required('PATTERN')
  const project = await projectHere(cli.call)
  const { patterns } = await cli.call('pattern.list', { project: project.id })
  const written = patterns.filter(({ pattern }) => pattern === word)
  const found = written.length > 0 ? written : patterns.filter(({ id }) => id.startsWith(word))
  const [pattern, second] = found
  if (pattern === undefined) {
    throw new AppError('NOT_FOUND', `No failure pattern of this project is ${quoted(word)}`, {
      details: { next: 'List them with: drover pattern ls' },
    })
  }
  if (second !== undefined) {
    const which = found.map(one => `${one.id}  ${patternText(one)}`).join('\n')
    throw new AppError('AMBIGUOUS', `${quoted(word)} fits ${found.length} failure patterns: name one by its id\n${which}`)
  }
  await cli.call('pattern.remove', { project: project.id, patternId: pattern.id })
  if (cli.out.isJson) cli.out.json({ removed: pattern.id })
  else cli.out.line(`Removed: ${patternText(pattern)}`)
  return 0
}
