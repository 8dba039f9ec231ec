/** The fields of a placement rule. */
import { ageText } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Field } from '../../components/field.tsx'
import { coreNow } from '../../stores/clock.ts'
import { useCore } from '../../stores/core-store.ts'
import type { RuleDraft, RuleProblems } from './rule-form.ts'

type FieldsProps = {
  readonly draft: RuleDraft
  readonly problems: RuleProblems
  readonly onChange: (next: Partial<RuleDraft>) => void
}
type Choice = readonly [value: string, text: string]

export function SubjectFields({ draft, problems, onChange }: FieldsProps) {
  return (
    <>
      <Field
        label="Name"
        hint="Of the program or the app, as firefox; * and ? stand for any text. With a blank in it: the whole command."
        problem={problems.pattern}
      >
        {parts => (
          <input
            {...parts}
            className="input mono"
            value={draft.pattern}
            spellCheck={false}
            onChange={event => onChange({ pattern: event.target.value })}
          />
        )}
      </Field>
      <Choices
        label="It is for"
        value={draft.kind}
        choices={[
          ['command', 'Whatever runs under that name'],
          ['app', 'GUI apps only'],
        ]}
        onChange={kind => onChange({ kind: kind === 'app' ? 'app' : 'command' })}
      />
    </>
  )
}

export function PinFields({ draft, problems, onChange, isPin }: FieldsProps & { readonly isPin: boolean }) {
  const hosts = useHostChoices(draft.host)
  const isPinned = draft.host !== ''
  return (
    <>
      <Choices
        label="Always on"
        value={draft.host}
        choices={[...(isPin && isPinned ? [] : [['', 'Any host'] as const]), ...hosts]}
        problem={problems.host}
        onChange={host => onChange({ host })}
      />
      {isPinned && (
        <>
          <Choices
            label="When that cannot take it"
            value={draft.fallback}
            choices={[
              ['none', 'Nowhere else: starting it fails'],
              ['auto', 'On the best other host'],
              ...hosts.filter(([name]) => name !== draft.host || name === draft.fallback),
            ]}
            problem={problems.fallback}
            onChange={fallback => onChange({ fallback })}
          />
          <Field label="Until" hint={untilHint(draft.until)} problem={problems.until}>
            {parts => (
              <input
                {...parts}
                className="input number"
                type="datetime-local"
                value={draft.until}
                onChange={event => onChange({ until: event.target.value })}
              />
            )}
          </Field>
        </>
      )}
    </>
  )
}

export function MoreRuleFields({ draft, problems, onChange }: FieldsProps) {
  return (
    <>
      <Choices
        label="Prefers"
        hint="Among hosts that are as good"
        value={draft.affinity}
        choices={[['', 'No host'], ...useHostChoices(draft.affinity)]}
        problem={problems.affinity}
        onChange={affinity => onChange({ affinity })}
      />
      <Field label="Needs" hint="gpu, arch:arm64, or tags of hosts: only hosts that have them all" problem={problems.needs}>
        {parts => (
          <input
            {...parts}
            className="input mono"
            value={draft.needs}
            spellCheck={false}
            onChange={event => onChange({ needs: event.target.value })}
          />
        )}
      </Field>
    </>
  )
}

type ChoicesProps = {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly choices: readonly Choice[]
  readonly problem?: string | undefined
  readonly onChange: (value: string) => void
}

function Choices({ label, hint, value, choices, problem, onChange }: ChoicesProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {parts => (
        <select {...parts} className="input" value={value} onChange={event => onChange(event.target.value)}>
          {choices.map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** `chosen` among them, be it a host that is there no more. */
function useHostChoices(chosen: string): Choice[] {
  const hosts = useCore(state => state.hosts)
  const names = new Set([...hosts.map(host => host.name), ...(chosen === '' ? [] : [chosen])])
  return [...names].map(name => [name, visible(name)] as const)
}

function untilHint(until: string): string {
  const leftMs = new Date(until).getTime() - coreNow()
  return leftMs > 0 ? `For ${ageText(leftMs)} from now` : 'Empty: for good'
}
