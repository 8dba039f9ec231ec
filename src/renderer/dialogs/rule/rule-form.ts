/** A placement rule as it stands in the fields of a dialog, and as the core takes it. Pure. */
import type { Input, RuleView } from '../../../shared/contract.ts'

/** Empty: nothing is said of it. `until`: of a `datetime-local` field. */
export type RuleDraft = {
  kind: RuleView['kind']
  pattern: string
  host: string
  fallback: string
  until: string
  affinity: string
  needs: string
}
/** What is to be always on a host: `pattern` is what a rule calls it. */
export type PinWish = Pick<RuleView, 'kind' | 'pattern'> & { host: string }
export type RuleProblems = { [K in keyof RuleDraft]?: string | undefined }
export type RuleInput = Input<'rule.add'>['rule']
type Until = NonNullable<RuleView['pin']>['until']

const NEED = /^(?:arch:)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

export const NEW_RULE: RuleDraft = {
  kind: 'command',
  pattern: '',
  host: '',
  fallback: 'none',
  until: '',
  affinity: '',
  needs: '',
}

export function draftOf({ kind, pattern, pin, affinity, needs }: RuleView): RuleDraft {
  const { host = '', fallback = 'none', until = null } = pin ?? {}
  return { kind, pattern, host, fallback, until: localText(until), affinity: affinity ?? '', needs: needs.join(', ') }
}

/** The rule of that name is changed, if there is one. A pin that has ended would begin anew as one that has ended. */
export function pinDraft(wish: PinWish, before: { rule: RuleView } | null): RuleDraft {
  if (before === null) return { ...NEW_RULE, ...wish }
  const draft = draftOf(before.rule)
  return {
    ...draft,
    host: wish.host,
    fallback: draft.fallback === wish.host ? 'none' : draft.fallback,
    until: before.rule.pin?.isExpired ? '' : draft.until,
  }
}

/** `before`: the end that the pin had; what was not changed stays that, to the second. */
export function ruleOf(draft: RuleDraft, before: Until): RuleInput {
  const { kind, host, fallback, affinity } = draft
  const pin = host === '' ? null : { host, fallback, until: untilOf(draft, before) }
  return { kind, pattern: draft.pattern.trim(), pin, affinity: affinity || null, needs: needsOf(draft) }
}

/** What the core would refuse, said beside the field. `now`: the core's. */
export function ruleProblems(draft: RuleDraft, { now, before }: { now: number; before: Until }): RuleProblems {
  const { host, fallback, affinity } = draft
  const problems: RuleProblems = {}
  const pattern = patternProblem(draft.pattern.trim())
  if (pattern !== null) problems.pattern = pattern
  const until = host === '' ? null : untilOf(draft, before)
  if (until !== null && until !== before && until <= now) problems.until = 'This has passed'
  if (host !== '' && fallback === host) problems.fallback = 'It is always there: choose another one'
  const bad = needsOf(draft).find(need => !NEED.test(need))
  if (bad !== undefined) problems.needs = `“${bad}” is none of gpu, arch:NAME (as arch:arm64) and the tags of hosts`
  else if (needsOf(draft).length > 20) problems.needs = 'More than 20 are too many'
  if (host === '' && affinity === '' && needsOf(draft).length === 0)
    problems.host = 'The rule says nothing yet: choose a host for it, one that is preferred, or what it needs'
  return problems
}

function patternProblem(pattern: string): string | null {
  if (pattern === '') return 'Type the name of a program or an app'
  if (!/[^\s*?]/.test(pattern)) return 'It would fit everything'
  if (pattern.length > 200) return 'It is longer than 200 characters'
  return /[\p{Cc}\uFFFD]/u.test(pattern) ? 'It is text on one line' : null
}

function needsOf({ needs }: RuleDraft): string[] {
  return [...new Set(needs.split(/[\s,]+/).filter(need => need !== ''))]
}

function untilOf({ until }: RuleDraft, before: Until): Until {
  if (until === localText(before)) return before
  const at = new Date(until).getTime()
  return Number.isFinite(at) ? at : null
}

/** As this computer counts, `2030-12-31T18:00`; empty for null. */
export function localText(at: Until): string {
  if (at === null) return ''
  const date = new Date(at)
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
