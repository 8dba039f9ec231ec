/** `drover unpin COMMAND`. */
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { ruleSubject } from '../rule-subject.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const subject = ruleSubject(args)
  await cli.call('rule.unpin', subject)
  if (cli.out.isJson) cli.out.json(subject)
  else cli.out.line(`${visible(subject.pattern)} is pinned no more`)
  return 0
}
