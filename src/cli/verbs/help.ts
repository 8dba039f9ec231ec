/** `drover help [VERB]`. */
import { type Args, findVerb } from '../args.ts'
import type { Cli } from '../cli.ts'
import { showProgramHelp, showVerb } from '../help.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const words = args.operands('VERB')
  if (words.length === 0) return showProgramHelp(cli)
  const group = cli.program.verbs.filter(verb => verb.path.startsWith(`${words.join(' ')} `))
  // `help host`: all that begins so.
  if (group.length > 0) return showProgramHelp({ ...cli, program: { ...cli.program, verbs: group } })
  const { verb } = findVerb(cli.program, words)
  return verb === undefined ? showProgramHelp(cli) : showVerb(cli, verb)
}
