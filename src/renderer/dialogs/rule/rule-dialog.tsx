/** A placement rule: made, or changed. And "always on this host", which is one for the app or command that a person looks at. */
import { type FormEvent, useState } from 'react'
import type { RuleView } from '../../../shared/contract.ts'
import { type ErrorBody, toErrorBody } from '../../../shared/errors.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { type PlacedRule, saveRule } from '../../components/rule-deeds.ts'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { coreNow } from '../../stores/clock.ts'
import { MoreRuleFields, PinFields, SubjectFields } from './rule-fields.tsx'
import {
  draftOf,
  NEW_RULE,
  type PinWish,
  pinDraft,
  type RuleDraft,
  type RuleProblems,
  ruleOf,
  ruleProblems,
} from './rule-form.ts'

export function RuleDialog({ rule, onClose }: { readonly rule: PlacedRule | null; readonly onClose: () => void }) {
  return (
    <Dialog title={rule === null ? 'Add a rule' : 'Change a rule'} onClose={onClose}>
      <RuleForm start={rule === null ? NEW_RULE : draftOf(rule.rule)} before={rule} onClose={onClose} />
    </Dialog>
  )
}

/** A rule of that name that there is already is changed, and keeps what else it says. */
export function PinDialog({ wish, onClose }: { readonly wish: PinWish; readonly onClose: () => void }) {
  const { answer, again } = useAnswer('rules', () => core.call('rule.list', {}))
  const before = answer.kind === 'here' ? ruleFor(wish, answer.value.rules) : null
  return (
    <Dialog title="Always on this host" onClose={onClose}>
      {answer.kind === 'waiting' && <Waiting what="Reading the rules" height={200} />}
      {answer.kind === 'failed' && <Problem error={answer.error} onAgain={again} />}
      {answer.kind === 'here' && <RuleForm start={pinDraft(wish, before)} before={before} isPin onClose={onClose} />}
    </Dialog>
  )
}

function ruleFor({ kind, pattern }: PinWish, rules: readonly RuleView[]): PlacedRule | null {
  const named = rules.flatMap((rule, at) => (rule.kind === kind && rule.pattern === pattern ? [{ at, rule }] : []))
  return named.find(({ rule }) => rule.pin !== null) ?? named[0] ?? null
}

type RuleFormProps = {
  readonly start: RuleDraft
  readonly before: PlacedRule | null
  readonly isPin?: boolean
  readonly onClose: () => void
}

function RuleForm({ start, before, isPin = false, onClose }: RuleFormProps) {
  const [draft, setDraft] = useState(start)
  const [isTried, setIsTried] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [refusal, setRefusal] = useState<ErrorBody | null>(null)
  const until = before?.rule.pin?.until ?? null
  const wrong = ruleProblems(draft, { now: coreNow(), before: until })
  // Nobody is told of a mistake in what he has not typed yet.
  const shown: RuleProblems = isTried ? wrong : { ...wrong, pattern: undefined, host: undefined }
  const field = fieldOf(refusal)
  const problems: RuleProblems = field === null || refusal === null ? shown : { ...shown, [field]: refusal.message }
  const change = (next: Partial<RuleDraft>) => {
    setRefusal(null)
    setDraft({ ...draft, ...next })
  }
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setIsTried(true)
    if (Object.keys(wrong).length > 0 || isBusy) return
    setIsBusy(true)
    try {
      await saveRule(ruleOf(draft, until), before)
      onClose()
    } catch (error) {
      setRefusal(toErrorBody(error))
      setIsBusy(false)
    }
  }
  const parts = { draft, problems, onChange: change }
  return (
    <form className="stack" onSubmit={save} autoComplete="off">
      <SubjectFields {...parts} />
      <PinFields {...parts} isPin={isPin} />
      {!isPin && <MoreRuleFields {...parts} />}
      {refusal !== null && field === null && <Problem error={refusal} />}
      <footer>
        <Button onPress={onClose}>Cancel</Button>
        <button type="submit" className="button primary" disabled={isBusy} aria-busy={isBusy}>
          Save
        </button>
      </footer>
    </form>
  )
}

/** Where the core says what is wrong. */
function fieldOf(refusal: ErrorBody | null): keyof RuleDraft | null {
  const field = refusal?.details.field
  return typeof field === 'string' && Object.hasOwn(NEW_RULE, field) ? (field as keyof RuleDraft) : null
}
