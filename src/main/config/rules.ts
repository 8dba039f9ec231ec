/**
 * Rules of config.yaml: where certain apps and commands always go (pin), rather go (affinity), and what they need of a host. For
 * schema.ts; which rule fits a command is the allocator's to say.
 */
import { z } from 'zod'
import { HostName } from '../../shared/contract/fields.ts'
import { Needs, Pattern } from '../../shared/contract/placement-methods.ts'
import { parseUntil } from '../../shared/until.ts'

const Until = z.string().transform((text, context) => {
  const at = parseUntil(text)
  if (at !== null) return at
  context.addIssue({ code: 'custom', message: 'must be a date, as 2030-12-31, or a date and time, as 2030-12-31T18:00' })
  return z.NEVER
})

export const RuleFields = z.strictObject({
  /** The name of GUI apps, `*` and `?` in it allowed. */
  app: Pattern.optional(),
  /** The name of any program, or with a blank in it the whole command. */
  command: Pattern.optional(),
  /** Always this host. */
  pin: HostName.optional(),
  /** Where it goes when the pinned host cannot take it: a host's name, `auto` for the best of the others, `none`. */
  fallback: HostName.optional(),
  /** The pin holds until then; a date alone: to the end of that day. */
  until: Until.optional(),
  /** Preferred among hosts that are as good. */
  affinity: HostName.optional(),
  /** `gpu`, `arch:NAME` or a tag: only hosts that have them all. */
  needs: Needs.optional(),
})

export type Rule = {
  readonly kind: 'app' | 'command'
  readonly pattern: string
  readonly pin: { readonly host: string; readonly fallback: string; readonly until: number | null } | null
  readonly affinity: string | null
  readonly needs: readonly string[]
}

/** What is wrong with a rule beside its single values. `names`: of the hosts there are. */
export function ruleProblems(
  rule: z.output<typeof RuleFields>,
  names: ReadonlySet<string>,
): { key: string | null; message: string }[] {
  const problems: { key: string | null; message: string }[] = []
  if ((rule.app === undefined) === (rule.command === undefined))
    problems.push({ key: null, message: 'needs one of app and command' })
  if (rule.pin === undefined && rule.affinity === undefined && rule.needs === undefined) {
    problems.push({ key: null, message: 'says nothing: it needs pin, affinity or needs' })
  }
  for (const key of ['fallback', 'until'] as const) {
    if (rule[key] !== undefined && rule.pin === undefined) problems.push({ key, message: 'means nothing without pin' })
  }
  for (const key of ['pin', 'fallback', 'affinity'] as const) {
    const name = rule[key]
    const isWord = key === 'fallback' && (name === 'auto' || name === 'none')
    if (name !== undefined && !isWord && !names.has(name)) problems.push({ key, message: `there is no host named ${name}` })
  }
  if (rule.pin !== undefined && rule.fallback === rule.pin) {
    problems.push({ key: 'fallback', message: 'is the host it is pinned to' })
  }
  return problems
}

export function readRule(rule: z.output<typeof RuleFields>): Rule {
  const { app, command, pin, fallback = 'none', until = null, affinity = null, needs = [] } = rule
  return {
    kind: app === undefined ? 'command' : 'app',
    pattern: app ?? command ?? '',
    pin: pin === undefined ? null : { host: pin, fallback, until },
    affinity,
    needs,
  }
}
