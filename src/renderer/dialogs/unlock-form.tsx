/** Asks for the passphrase of a private key. It goes to the core and is forgotten here: it stands in no store, and in no field afterwards. */
import { type FormEvent, useId, useRef, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { core } from '../core.ts'

type UnlockFormProps = {
  readonly keyPath: string
  readonly host: string
  readonly onUnlocked: () => void
  readonly onCancel: () => void
}

export function UnlockForm({ keyPath, host, onUnlocked, onCancel }: UnlockFormProps) {
  const field = useRef<HTMLInputElement>(null)
  const [error, setError] = useState<ErrorBody | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const id = useId()
  const unlock = async () => {
    const passphrase = field.current?.value ?? ''
    if (field.current) field.current.value = ''
    setError(null)
    setIsBusy(true)
    try {
      await core.call('host.unlock', { keyPath, passphrase })
      onUnlocked()
    } catch (reason) {
      setError(toErrorBody(reason))
      setIsBusy(false)
      field.current?.focus()
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void unlock()
  }
  return (
    <form className="stack" onSubmit={submit} autoComplete="off">
      <p>
        {visible(host)} lets you in by the key <span className="mono">{visible(keyPath)}</span>, which is locked. The opened key
        is kept in the core’s memory only, until the core ends.
      </p>
      <div className="field">
        <label className="label" htmlFor={id}>
          Passphrase
        </label>
        <input
          ref={field}
          id={id}
          className="input"
          type="password"
          autoComplete="off"
          aria-describedby={`${id}-problem`}
          aria-invalid={error !== null}
        />
        <span id={`${id}-problem`} className="problem" role="alert">
          {error && visible(error.message)}
        </span>
      </div>
      <footer>
        <Button onPress={onCancel}>Cancel</Button>
        <button type="submit" className="button primary" disabled={isBusy} aria-busy={isBusy}>
          Unlock
        </button>
      </footer>
    </form>
  )
}
