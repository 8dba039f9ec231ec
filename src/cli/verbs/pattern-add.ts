/** `drover pattern add TEXT`: what marks a process as broken when it appears in its output. */
import type { Input } from '../../shared/contract.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { patternText } from '../processes/patterns.ts'
import { projectHere } from '../processes/project-here.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const action = actionOf(args)
  const project = await projectHere(cli.call)
  const { pattern } = await cli.call('pattern.add', {
    project: project.id,
    process: args.value('process') ?? null,
    pattern: args.required('TEXT'),
    isRegex: args.has('regex'),
    action,
  })
  if (cli.out.isJson) cli.out.json(pattern)
  else cli.out.line(patternText(pattern))
  return 0
}

function actionOf(args: Args): Input<'pattern.add'>['action'] {
  const [type, line] = [args.value('action'), args.value('command')]
  if (type !== undefined && line !== undefined) throw new UsageError('--action and --command exclude each other')
  if (line !== undefined) return { type: 'command', line }
  return { type: (type ?? 'stop') as 'stop' | 'restart' | 'tell' } // One of the table's choices.
}
