/** What a person does with placement rules, from wherever in the window: with a way back each time. */
import type { RuleView } from '../../shared/contract.ts'
import { visible } from '../../shared/visible.ts'
import { core } from '../core.ts'
import type { RuleInput } from '../dialogs/rule/rule-form.ts'
import { showToast } from '../stores/toasts.ts'

/** A rule and its place in the list. */
export type PlacedRule = { at: number; rule: RuleView }

/** `before`: the one that is changed; null for a new one. */
export async function saveRule(rule: RuleInput, before: PlacedRule | null): Promise<void> {
  if (before === null) await core.call('rule.add', { rule })
  else await core.call('rule.change', { at: before.at, was: subjectOf(before.rule), rule })
  const undo = before === null ? () => takeBack(rule) : () => restore(before, rule)
  showToast({ kind: 'done', text: savedText(rule), action: { label: 'Undo', run: undo } })
}

export async function removeRule({ at, rule }: PlacedRule): Promise<void> {
  const { written } = await core.call('rule.remove', { at, was: subjectOf(rule) })
  const run = () => core.call('rule.add', { rule: inputOf(rule), at, written })
  showToast({ kind: 'done', text: `The rule for ${visible(rule.pattern)} was removed`, action: { label: 'Undo', run } })
}

/** A new rule is the last one; others may have come since. */
async function takeBack(rule: RuleInput): Promise<void> {
  const { rules } = await core.call('rule.list', {})
  const at = rules.findLastIndex(({ kind, pattern }) => kind === rule.kind && pattern === rule.pattern)
  if (at >= 0) await core.call('rule.remove', { at, was: subjectOf(rule) })
}

async function restore({ at, rule }: PlacedRule, changed: RuleInput): Promise<void> {
  await core.call('rule.change', { at, was: subjectOf(changed), rule: inputOf(rule) })
}

function savedText({ pattern, pin, affinity, needs }: RuleInput): string {
  const name = visible(pattern)
  if (pin) return `${name} runs always on ${visible(pin.host)}`
  return affinity === null ? `${name} needs ${needs.join(', ')}` : `${name} prefers ${visible(affinity)}`
}

function subjectOf({ kind, pattern }: Pick<RuleView, 'kind' | 'pattern'>): Pick<RuleView, 'kind' | 'pattern'> {
  return { kind, pattern }
}

function inputOf({ kind, pattern, pin, affinity, needs }: RuleView): RuleInput {
  const kept = pin && { host: pin.host, fallback: pin.fallback, until: pin.until }
  return { kind, pattern, pin: kept, affinity, needs: [...needs] }
}
