/** A setting that is a list of hosts: a tick for each there is, and for each that is named and is there no more. */
import { useId, useState } from 'react'
import { toErrorBody } from '../../../shared/errors.ts'
import { visible } from '../../../shared/visible.ts'
import { core } from '../../core.ts'
import { useCore } from '../../stores/core-store.ts'
import { namesIn, type SettingField } from './settings-form.ts'

export function HostsRow({ field, value }: { readonly field: SettingField; readonly value: unknown }) {
  const id = useId()
  const [problem, setProblem] = useState<string | null>(null)
  const hosts = useCore(state => state.hosts)
  const chosen = namesIn(value)
  const names = [...new Set([...hosts.map(host => host.name), ...chosen])]
  const choose = async (name: string, isChosen: boolean) => {
    const next = isChosen ? [...chosen, name] : chosen.filter(one => one !== name)
    try {
      // A list is sent as it would stand in the file.
      await core.call('config.set', { key: field.key, value: next.length === 0 ? null : JSON.stringify(next) })
      setProblem(null)
    } catch (error) {
      setProblem(toErrorBody(error).message)
    }
  }
  return (
    <div className="setting-row">
      <fieldset className="field host-ticks" aria-labelledby={id} aria-describedby={`${id}-hint`}>
        <span className="label" id={id}>
          {field.label}
        </span>
        <div className="ticks">
          {names.map(name => (
            <label key={name} className="row">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={event => void choose(name, event.target.checked)}
              />
              {visible(name)}
            </label>
          ))}
        </div>
        <span id={`${id}-hint`} className={problem === null ? 'hint' : 'problem'} role={problem === null ? undefined : 'alert'}>
          {problem ?? field.hint}
        </span>
      </fieldset>
      <span className="setting-end">{chosen.length === 0 && <span className="faint">default</span>}</span>
    </div>
  )
}
