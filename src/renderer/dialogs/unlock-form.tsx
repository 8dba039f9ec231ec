/** Asks for the passphrase of a private key. It goes to the core and is forgotten here: it stands in no store, and in no field afterwards. */
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { Field } from '../components/field.tsx'
import { core } from '../core.ts'
import { useCore } from '../stores/core-store.ts'

type UnlockFormProps = {
  readonly keyPath: string
  readonly host: string
  readonly onUnlocked: () => void
  readonly onCancel: () => void
}

export function UnlockForm({ keyPath, host, onUnlocked, onCancel }: UnlockFormProps) {
  const field = useRef<HTMLInputElement>(null)
  const [error, setError] = useState<ErrorBody | null>(null)
  const [isAsking, setIsAsking] = useState(false)
  // The key is open by then; whether it is the right one, the host says.
  const isDialled = useCore(({ hosts }) => hosts.some(({ name, state }) => name === host && state === 'connecting'))
  const isBusy = isAsking || isDialled
  useEffect(() => field.current?.focus(), [])
  const unlock = async (event: FormEvent) => {
    event.preventDefault()
    const passphrase = field.current?.value ?? ''
    if (field.current) field.current.value = ''
    setError(null)
    setIsAsking(true)
    try {
      await core.call('host.unlock', { keyPath, passphrase })
      onUnlocked()
    } catch (reason) {
      setError(toErrorBody(reason))
      field.current?.focus()
    }
    setIsAsking(false)
  }
  return (
    <form className="stack" onSubmit={unlock} autoComplete="off">
      <p>
        {visible(host)} lets you in by the key <span className="mono">{visible(keyPath)}</span>, which is locked. The opened key
        is kept in the core’s memory only, until the core ends.
      </p>
      <Field label="Passphrase" problem={error?.message}>
        {parts => <input {...parts} ref={field} className="input" type="password" autoComplete="off" />}
      </Field>
      <footer>
        <span className="grow dim late">{isAsking ? 'Opening the key…' : isDialled && 'Connecting…'}</span>
        <Button onPress={onCancel}>Cancel</Button>
        <button type="submit" className="button primary" disabled={isBusy} aria-busy={isBusy}>
          Unlock
        </button>
      </footer>
    </form>
  )
}
