/** `drover rules`. */
import type { RuleView } from '../../shared/contract.ts'
import { untilText } from '../../shared/until.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, _args: Args): Promise<number> {
  const { rules } = await cli.call('rule.list', {})
  if (cli.out.isJson) cli.out.json(rules)
  else if (rules.length === 0 && cli.out.isTerminal) cli.out.line('There are no rules. Make one with: drover pin COMMAND HOST')
  else {
    const columns = [
      { title: 'FOR' },
      { title: 'COMMAND', minWidth: 8 },
      { title: 'PINNED TO', minWidth: 12 },
      { title: 'PREFERS' },
      { title: 'NEEDS' },
    ]
    cli.out.table(
      columns,
      rules.map(rule => [rule.kind, rule.pattern, pinText(rule), rule.affinity ?? '', rule.needs.join(', ')]),
    )
  }
  return 0
}

function pinText({ pin }: RuleView): string {
  if (pin === null) return ''
  const parts = [pin.host]
  if (pin.fallback !== 'none') parts.push(`else ${pin.fallback}`)
  if (pin.until !== null) parts.push(`${pin.isExpired ? 'ended' : 'until'} ${untilText(pin.until)}`)
  return parts.join(', ')
}
