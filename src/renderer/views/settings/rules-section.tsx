/** The placement rules of the config file: what each says, how long it holds, and how it is changed. */
import { Plus } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { RuleView } from '../../../shared/contract.ts'
import { ageText } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { type PlacedRule, removeRule } from '../../components/rule-deeds.ts'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { onCoreEvent } from '../../link/follow-core.ts'
import { useNow } from '../../stores/clock.ts'
import { openDialog } from '../../stores/dialogs.ts'

/** `isBroken`: the file has a mistake, and nothing in it can be changed from here. */
export function RulesSection({ isBroken }: { readonly isBroken: boolean }) {
  const { answer, last, again } = useAnswer('rules', () => core.call('rule.list', {}))
  const section = useRef<HTMLFieldSetElement>(null)
  useEffect(() => onCoreEvent(({ type }) => type === 'config.changed' && again()), [again])
  const remove = async (placed: PlacedRule) => {
    await removeRule(placed)
    // Its own button goes with it.
    section.current?.querySelector<HTMLElement>('.rule-add')?.focus()
  }
  const rules = last?.rules ?? []
  return (
    <fieldset ref={section} className="card setting-group" disabled={isBroken}>
      <legend>Placement rules</legend>
      {answer.kind === 'failed' && <Problem error={answer.error} onAgain={again} />}
      {last === null && answer.kind === 'waiting' && <Waiting what="Reading the rules" height={60} />}
      {last !== null && rules.length === 0 && (
        <Empty title="No rules">
          <span>Each job goes to the best host at that moment, or where the default host says.</span>
        </Empty>
      )}
      {rules.length > 0 && (
        <>
          <p className="dim rules-note">Of several that fit, the first with a host decides; what they need adds up.</p>
          <ul className="plain-list rules">
            {rules.map((rule, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place, and there may be two of one name.
              <RuleRow key={`${at} ${rule.kind} ${rule.pattern}`} placed={{ at, rule }} onRemove={remove} />
            ))}
          </ul>
        </>
      )}
      <div className="row">
        <Button className="rule-add" onPress={() => openDialog({ kind: 'rule', rule: null })}>
          <Plus size={14} aria-hidden /> Add a rule…
        </Button>
      </div>
    </fieldset>
  )
}

type RuleRowProps = { readonly placed: PlacedRule; readonly onRemove: (placed: PlacedRule) => Promise<void> }

function RuleRow({ placed, onRemove }: RuleRowProps) {
  const { kind, pattern, pin, affinity, needs } = placed.rule
  const name = visible(pattern)
  return (
    <li className="rule">
      <span className="rule-name">
        <span className="mono">{name}</span> {kind === 'app' && <span className="tag none">apps</span>}
      </span>
      <span className="rule-says">
        {pin !== null && <Pin pin={pin} />}
        {affinity !== null && <span>prefers {visible(affinity)}</span>}
        {needs.length > 0 && <span>needs {visible(needs.join(', '))}</span>}
      </span>
      <span className="row">
        <Button aria-label={`Change the rule for ${name}…`} onPress={() => openDialog({ kind: 'rule', rule: placed })}>
          Change…
        </Button>
        <Button kind="quiet" aria-label={`Remove the rule for ${name}`} onPress={() => onRemove(placed)}>
          Remove
        </Button>
      </span>
    </li>
  )
}

function Pin({ pin }: { readonly pin: NonNullable<RuleView['pin']> }) {
  const { host, fallback, until } = pin
  const otherwise = fallback === 'auto' ? 'else on the best other' : `else on ${visible(fallback)}`
  return (
    <span>
      always on <strong>{visible(host)}</strong>
      {fallback !== 'none' && `, ${otherwise}`} {until !== null && <Until at={until} />}
    </span>
  )
}

/** A pin that has ended is passed over; it stays until somebody removes it. */
function Until({ at }: { readonly at: number }) {
  const leftMs = at - useNow()
  const date = new Date(at)
  return (
    <time className={leftMs > 0 ? 'tag run' : 'tag none'} dateTime={date.toISOString()} title={date.toLocaleString()}>
      {leftMs > 0 ? `${ageText(leftMs)} left` : `ended ${ageText(-leftMs)} ago`}
    </time>
  )
}
