/** `drover pattern ls` */
import { shortId } from '../../shared/format.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { actionText } from '../processes/patterns.ts'
import { projectHere } from '../processes/project-here.ts'

const COLUMNS = [
  { title: 'ID' },
  { title: 'PROCESS' },
  { title: 'PATTERN', minWidth: 10 },
  { title: 'KIND' },
  { title: 'THEN', minWidth: 8 },
  { title: 'FROM' },
]

export async function run(cli: Cli, _args: Args): Promise<number> {
  const project = await projectHere(cli.call)
  const { patterns } = await cli.call('pattern.list', { project: project.id })
  if (cli.out.isJson) cli.out.json(patterns)
  else if (patterns.length === 0 && cli.out.isTerminal) {
    cli.out.note('No failure patterns. Add one: drover pattern add TEXT --process NAME')
  } else {
    const rows = patterns.map(pattern => [
      shortId(pattern.id),
      pattern.process ?? 'all',
      pattern.pattern,
      pattern.isRegex ? 'regex' : 'text',
      actionText(pattern.action),
      pattern.source === 'file' ? 'a file of the project' : 'you',
    ])
    cli.out.table(COLUMNS, rows)
  }
  return 0
}
