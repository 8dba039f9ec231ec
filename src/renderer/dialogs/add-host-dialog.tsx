/** Adding a host: its connection, then what came of it, up to the moment it is connected. */
import { type FormEvent, useId, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field } from '../components/field.tsx'
import { useAnswer } from '../components/use-answer.ts'
import { core } from '../core.ts'
import { openDialog } from '../stores/dialogs.ts'
import { AddedHost } from './added-host.tsx'
import { connectionProblem, hostNameProblem } from './connection-rules.ts'

export function AddHostDialog({ onClose }: { readonly onClose: () => void }) {
  const [added, setAdded] = useState<string | null>(null)
  if (added !== null) return <AddedHost name={added} onClose={onClose} />
  return (
    <Dialog title="Add a host" onClose={onClose}>
      <AddForm onAdded={setAdded} onCancel={onClose} />
    </Dialog>
  )
}

type AddFormProps = { readonly onAdded: (name: string) => void; readonly onCancel: () => void }

function AddForm({ onAdded, onCancel }: AddFormProps) {
  const [connection, setConnection] = useState('')
  const [name, setName] = useState('')
  const [isBusy, setIsBusy] = useState(false)
  const [error, setError] = useState<ErrorBody | null>(null)
  const id = useId()
  const problem = connectionProblem(connection) ?? error?.message
  const nameProblem = hostNameProblem(name)
  const canAdd = connection !== '' && connectionProblem(connection) === null && nameProblem === null && !isBusy
  const add = async (event: FormEvent) => {
    event.preventDefault()
    if (!canAdd) return
    setIsBusy(true)
    setError(null)
    try {
      const { host } = await core.call('host.add', { connection, ...(name !== '' && { name }) })
      onAdded(host.name)
    } catch (reason) {
      setError(toErrorBody(reason))
      setIsBusy(false)
    }
  }
  return (
    <form className="stack" onSubmit={add} autoComplete="off">
      <Field
        label="Connection"
        hint="[user@]host[:port], or a name of your ~/.ssh/config. The machine needs nothing but its sshd."
        problem={problem}
      >
        {parts => (
          <input
            {...parts}
            className="input mono"
            value={connection}
            placeholder="me@build.example.org"
            spellCheck={false}
            list={`${id}-aliases`}
            onChange={event => {
              setError(null)
              setConnection(event.target.value.trim())
            }}
          />
        )}
      </Field>
      <Aliases id={`${id}-aliases`} />
      <Field label="Name (if it is to be called otherwise)" problem={nameProblem}>
        {parts => (
          <input
            {...parts}
            className="input"
            value={name}
            spellCheck={false}
            onChange={event => setName(event.target.value.trim())}
          />
        )}
      </Field>
      <footer>
        <Button kind="quiet" onPress={() => openDialog({ kind: 'import-hosts' })}>
          Import…
        </Button>
        <span className="grow dim late">{isBusy && 'Connecting…'}</span>
        <Button onPress={onCancel}>Cancel</Button>
        <button type="submit" className="button primary" disabled={!canAdd} aria-busy={isBusy}>
          Add host
        </button>
      </footer>
    </form>
  )
}

/** What ~/.ssh/config has and we do not, to choose from. */
function Aliases({ id }: { readonly id: string }) {
  const { answer } = useAnswer('importable', () => core.call('host.importable', {}))
  if (answer.kind !== 'here') return null
  const hosts = answer.value.sources.filter(({ source }) => source === 'ssh-config').flatMap(source => source.hosts)
  return (
    <datalist id={id}>
      {hosts
        .filter(host => !host.isKnown)
        .map(host => (
          <option key={host.name} value={host.connection} />
        ))}
    </datalist>
  )
}
