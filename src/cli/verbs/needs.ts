/** `drover needs COMMAND NEED…`; `none` takes them back. */
import type { Input, RuleView } from '../../shared/contract.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { ruleSubject } from '../rule-subject.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const { kind, pattern } = ruleSubject(args)
  const words = args.operands('NEED').flatMap(word => word.split(','))
  const needs = [...new Set(words.filter(word => word !== '' && word !== 'none'))]
  const { rules } = await cli.call('rule.list', {})
  const named = rules.flatMap((rule, at) => (rule.kind === kind && rule.pattern === pattern ? [{ at, rule }] : []))
  const found = named.find(({ rule }) => rule.needs.length > 0) ?? named[0]
  if (found) await change(cli, found, needs)
  else if (needs.length > 0) await cli.call('rule.add', { rule: { kind, pattern, pin: null, affinity: null, needs } })
  if (cli.out.isJson) cli.out.json({ kind, pattern, needs })
  else
    cli.out.line(`${visible(pattern)} needs ${needs.length === 0 ? 'nothing of a host any more' : needs.map(visible).join(', ')}`)
  return 0
}

/** What else the rule says stays; one that says nothing any more goes. */
async function change(cli: Cli, { at, rule }: { at: number; rule: RuleView }, needs: string[]): Promise<void> {
  const { kind, pattern, affinity } = rule
  const was = { kind, pattern }
  const pin: Input<'rule.add'>['rule']['pin'] = rule.pin && {
    host: rule.pin.host,
    fallback: rule.pin.fallback,
    until: rule.pin.until,
  }
  if (pin === null && affinity === null && needs.length === 0) await cli.call('rule.remove', { at, was })
  else await cli.call('rule.change', { at, was, rule: { ...was, pin, affinity, needs } })
}
