/** One setting: saved by itself when it is left or Enter is pressed, with what the core says of it beside it. */
import { type KeyboardEvent, useState } from 'react'
import { toErrorBody } from '../../../shared/errors.ts'
import { bytesText } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { core } from '../../core.ts'
import { useCore } from '../../stores/core-store.ts'
import { fieldText, type SettingField, settingValue } from './settings-form.ts'

type SettingRowProps = { readonly field: SettingField; readonly value: unknown /** The default. */; readonly usual: unknown }

export function SettingRow({ field, value, usual }: SettingRowProps) {
  /** What is typed and not saved yet; null for none. */
  const [typed, setTyped] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const hosts = useCore(state => state.hosts)
  const text = typed ?? fieldText(value)
  const save = async (sent: string | number | boolean | null) => {
    try {
      await core.call('config.set', { key: field.key, value: sent })
      setTyped(null)
      setProblem(null)
    } catch (error) {
      setProblem(toErrorBody(error).message)
    }
  }
  const saveTyped = () => {
    if (typed === null) return
    if (typed === fieldText(value)) {
      setTyped(null)
      setProblem(null)
      return
    }
    const sent = settingValue(field, typed)
    if (field.kind === 'number' && typeof sent === 'string') setProblem(`“${visible(sent)}” is no number`)
    else void save(sent)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') saveTyped()
    if (event.key === 'Escape') {
      setTyped(null)
      setProblem(null)
    }
  }
  const isUsual = fieldText(value) === fieldText(usual)
  const choices =
    field.kind === 'host' ? ['auto', ...hosts.map(host => host.name)] : field.kind === 'choice' ? field.choices : null
  const hint = field.kind === 'number' && field.unit === 'bytes' ? `${field.hint} (now ${bytesText(Number(value))})` : field.hint
  const label = field.kind === 'number' && field.unit !== '' ? `${field.label} (${field.unit})` : field.label
  const usualText =
    usual === null ? 'none' : field.kind === 'yes-no' ? (usual === true ? 'on' : 'off') : visible(fieldText(usual))
  const reset = `Reset to ${usualText}`
  return (
    <div className="setting-row">
      <Field label={label} hint={hint} problem={problem}>
        {parts =>
          field.kind === 'yes-no' ? (
            <input {...parts} type="checkbox" checked={value === true} onChange={event => void save(event.target.checked)} />
          ) : choices !== null ? (
            <select {...parts} className="input" value={text} onChange={event => void save(event.target.value)}>
              {choices.map(choice => (
                <option key={choice} value={choice}>
                  {visible(choice)}
                </option>
              ))}
            </select>
          ) : (
            <input
              {...parts}
              className="input"
              inputMode={field.kind === 'number' ? 'numeric' : 'text'}
              value={text}
              placeholder={usual === null ? 'not set' : ''}
              spellCheck={false}
              onChange={event => setTyped(event.target.value)}
              onBlur={saveTyped}
              onKeyDown={onKey}
            />
          )
        }
      </Field>
      <span className="setting-end">
        {isUsual ? (
          <span className="faint">default</span>
        ) : (
          <Button kind="quiet" aria-label={`${reset}: ${field.label}`} onPress={() => save(null)}>
            {reset}
          </Button>
        )}
      </span>
    </div>
  )
}
