/** Makes a text of the output a failure pattern: what appears from now on counts, not what is there already. */
import { type FormEvent, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../../shared/errors.ts'
import type { ProcessView, ProjectHead } from '../../../shared/process.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { core } from '../../core.ts'
import { showToast } from '../../stores/toasts.ts'

type MarkDialogProps = {
  readonly project: ProjectHead
  readonly processes: readonly ProcessView[]
  /** `process`: the label of whose output it is; null: of no certain one. */
  readonly start: { text: string; process: string | null }
  readonly onClose: () => void
}

const ACTIONS = {
  stop: 'stop it, and show it as broken',
  restart: 'restart it',
  tell: 'only tell me',
} as const
const ALL = '*'
/** As the contract has it. */
const MOST_CHARACTERS = 1_000

export function MarkDialog({ project, processes, start, onClose }: MarkDialogProps) {
  const [pattern, setPattern] = useState(start.text.slice(0, MOST_CHARACTERS))
  const [isRegex, setIsRegex] = useState(false)
  const names = [...new Set(processes.map(({ name }) => name))]
  const [process, setProcess] = useState(processes.find(({ label }) => label === start.process)?.name ?? ALL)
  const [action, setAction] = useState<keyof typeof ACTIONS>('stop')
  const [refusal, setRefusal] = useState<ErrorBody | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setIsBusy(true)
    try {
      const of = process === ALL ? null : process
      await core.call('pattern.add', { project: project.id, process: of, pattern, isRegex, action: { type: action } })
      showToast({ kind: 'done', text: `From now on “${visible(pattern.slice(0, 80))}” is a failure of ${of ?? 'all processes'}` })
      onClose()
    } catch (error) {
      setRefusal(toErrorBody(error))
      setIsBusy(false)
    }
  }
  return (
    <Dialog title="Mark as failure" onClose={onClose}>
      <form className="stack" onSubmit={save} autoComplete="off">
        <Field
          label="When this is printed"
          hint={isRegex ? 'As grep -E has it. Upper and lower case are the same.' : 'Upper and lower case are the same.'}
          problem={refusal?.message ?? null}
        >
          {parts => (
            <input
              {...parts}
              className="input mono"
              value={pattern}
              maxLength={MOST_CHARACTERS}
              spellCheck={false}
              required
              onChange={event => {
                setRefusal(null)
                setPattern(event.target.value)
              }}
            />
          )}
        </Field>
        <label className="row">
          <input type="checkbox" checked={isRegex} onChange={event => setIsRegex(event.target.checked)} /> It is a regular
          expression
        </label>
        <Field label="By">
          {parts => (
            <select {...parts} className="input" value={process} onChange={event => setProcess(event.target.value)}>
              <option value={ALL}>any process of {visible(project.name)}</option>
              {names.map(name => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <fieldset className="choices">
          <legend className="dim">Then</legend>
          {Object.entries(ACTIONS).map(([type, text]) => (
            <label key={type} className="row">
              <input
                type="radio"
                name="action"
                checked={type === action}
                onChange={() => setAction(type as keyof typeof ACTIONS)}
              />
              {text}
            </label>
          ))}
        </fieldset>
        <footer>
          <Button onPress={onClose}>Cancel</Button>
          <button type="submit" className="button primary" disabled={isBusy || pattern === ''} aria-busy={isBusy}>
            Mark as failure
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
