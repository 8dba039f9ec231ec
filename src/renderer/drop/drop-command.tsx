/** The command for the folder, sent off once all of it is with the core. */
import { type FormEvent, useState } from 'react'
import { Button } from '../components/button.tsx'
import { core } from '../core.ts'
import { type DropView, dismissDrop } from '../stores/drops.ts'
import { navigate } from '../stores/route.ts'
import { showError } from '../stores/toasts.ts'

export function DropCommand({ drop, onCancel }: { readonly drop: DropView; readonly onCancel: () => void }) {
  const [line, setLine] = useState('')
  const isReady = drop.step.kind === 'whole' && line.trim() !== ''
  const push = async () => {
    if (!isReady || drop.folder === null) return
    const terminal = { columns: 120, rows: 32 }
    const { job } = await core.call('job.push', { command: { line }, folder: drop.folder, sync: true, host: null, terminal })
    dismissDrop(drop.id)
    navigate({ view: 'job', id: job.id, tab: null })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    push().catch(showError)
  }
  return (
    <form onSubmit={submit} className="drop-command">
      <label className="field">
        <span className="label">Command</span>
        <input
          className="input mono"
          // biome-ignore lint/a11y/noAutofocus: the one thing a person does next
          autoFocus
          spellCheck={false}
          autoComplete="off"
          value={line}
          onChange={event => setLine(event.target.value)}
        />
      </label>
      <footer>
        <Button onPress={onCancel}>Cancel</Button>
        <Button kind="primary" disabled={!isReady} onPress={push}>
          Push <kbd>↵</kbd>
        </Button>
      </footer>
    </form>
  )
}
