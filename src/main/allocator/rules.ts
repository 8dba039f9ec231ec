/** Which rules of the config hold for a command now. Pure; the first rule with a pin, and the first with an affinity, decide. */

import { ruleNames } from '../../shared/app-name.ts'
import type { Command, JobKind } from '../../shared/domain.ts'
import type { Need, Pin } from '../../shared/placement.ts'
import { untilText } from '../../shared/until.ts'
import type { Rule } from '../config/rules.ts'
import { matchesGlob } from './glob.ts'

export type RuledJob = { readonly command: Command; readonly kind: JobKind }
export type AppliedRules = Pick<Need, 'pin' | 'affinity' | 'needs' | 'notes'>

/** `now` in epoch milliseconds: a pin that has ended is passed over, and said. */
export function rulesFor(rules: readonly Rule[], job: RuledJob, now: number): AppliedRules {
  const names = ruleNames(job.command)
  const fitting = rules.filter(rule => fits(rule, job, names))
  const notes: string[] = []
  let pin: Pin | null = null
  for (const { pattern, pin: found } of fitting) {
    if (found === null || pin !== null) continue
    if (found.until !== null && found.until <= now)
      notes.push(`the pin of ${pattern} to ${found.host} ended ${untilText(found.until)}`)
    else pin = { pattern, host: found.host, fallback: found.fallback }
  }
  return {
    pin,
    affinity: fitting.find(rule => rule.affinity !== null)?.affinity ?? null,
    needs: [...new Set(fitting.flatMap(rule => rule.needs))],
    notes,
  }
}

/** Of apps people know the name as it is shown, so capitals do not count there. */
function fits({ kind, pattern }: Rule, { command, kind: jobKind }: RuledJob, names: readonly string[]): boolean {
  if (kind === 'app' && jobKind !== 'app') return false
  // A name has no blank: what has one is meant for the whole of it.
  const texts = /\s/.test(pattern) ? ['argv' in command ? command.argv.join(' ') : command.line.trim()] : names
  if (kind === 'command') return texts.some(text => matchesGlob(pattern, text))
  return texts.some(text => matchesGlob(pattern.toLowerCase(), text.toLowerCase()))
}
