/** What every push is asked: the command, where it runs and why there, what comes back; and the way to it. What is sent stands above. */
import './push.css'
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { Field } from '../../components/field.tsx'
import { Problem } from '../../components/problem.tsx'
import { useSettled } from '../../components/use-settled.ts'
import { CommandField } from './command-field.tsx'
import { HostField } from './host-field.tsx'
import type { PushField, PushForm } from './push-form.ts'
import type { PushUnderway } from './use-push.ts'

type PushFieldsProps = {
  readonly form: PushForm
  readonly push: PushUnderway
  /** On the core's machine. */
  readonly folder: string | null
  /** False while it is on its way there: what can be run in it is not known. */
  readonly isHere: boolean
  /** Of what is to be sent; null for nothing, or while it is not known. */
  readonly totalBytes: number | null
  /** What is sent is chosen already: the keys are for the command. */
  readonly isCommandNext: boolean
  readonly onSubmit: () => void
  readonly children: ReactNode
  /** What stands beside the tick of the terminal: what else is chosen, and the buttons. */
  readonly footer: ReactNode
}

export function PushFields(props: PushFieldsProps) {
  const { form, push, isHere, totalBytes, isCommandNext, onSubmit, children, footer } = props
  const folder = useSettled(props.folder)
  const command = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // The one for a dialog that opens after this, the other for one that is open.
    command.current?.toggleAttribute('autofocus', isCommandNext)
    if (isCommandNext) command.current?.focus()
  }, [isCommandNext])
  const problemAt = (field: PushField) => (push.problem?.field === field ? push.problem.message : null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!push.isBusy) onSubmit()
  }
  const submitByKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
  }
  return (
    <form className="stack" onSubmit={submit} onKeyDown={submitByKey} autoComplete="off">
      {children}
      <CommandField
        input={command}
        value={form.command}
        folder={folder}
        isHere={isHere}
        problem={problemAt('command')}
        onChange={text => push.change({ command: text })}
      />
      <HostField
        value={form.host}
        command={form.command}
        folder={folder}
        totalBytes={totalBytes}
        problem={problemAt('host')}
        onChange={host => push.change({ host })}
      />
      <Field label="Bring back when done" problem={problemAt('pull')}>
        {parts => (
          <input
            {...parts}
            className="input mono"
            value={form.pull}
            placeholder="build/app, *.log"
            spellCheck={false}
            onChange={event => push.change({ pull: event.target.value })}
          />
        )}
      </Field>
      <details open={form.env !== '' || undefined}>
        <summary>More</summary>
        <Field label="Environment" hint="NAME=value, one a line; set for this job only" problem={problemAt('env')}>
          {parts => (
            <textarea
              {...parts}
              className="input mono lines"
              value={form.env}
              spellCheck={false}
              onChange={event => push.change({ env: event.target.value })}
            />
          )}
        </Field>
      </details>
      {push.problem?.field === null && <Problem error={push.problem} />}
      <footer>
        <label className="row check">
          <input
            type="checkbox"
            checked={form.hasTerminal}
            onChange={event => push.change({ hasTerminal: event.target.checked })}
          />{' '}
          With a terminal
        </label>
        {footer}
      </footer>
    </form>
  )
}

export function PushKeys() {
  return <kbd>{navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'} ↵</kbd>
}
