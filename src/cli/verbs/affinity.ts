/** `drover affinity COMMAND HOST`; `none` takes it back. */
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { ruleSubject } from '../rule-subject.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const subject = ruleSubject(args)
  const word = args.required('HOST')
  const host = word === 'none' ? null : word
  await cli.call('rule.affinity', { ...subject, host })
  const what = visible(subject.pattern)
  if (cli.out.isJson) cli.out.json({ ...subject, host })
  else
    cli.out.line(
      host === null ? `${what} prefers no host any more` : `${what} prefers ${visible(host)} among hosts that are as good`,
    )
  return 0
}
