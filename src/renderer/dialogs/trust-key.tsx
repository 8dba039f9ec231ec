/**
 * Shows the key that a host offers and asks the person to compare it. What is accepted is the very fingerprint that was shown: had the
 * host another key by then, the core would refuse. A key that has changed can be accepted by no click.
 */
import { useId, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { Skeleton } from '../components/empty.tsx'
import { Problem } from '../components/problem.tsx'
import { useAnswer } from '../components/use-answer.ts'
import { core } from '../core.ts'

type TrustKeyProps = { readonly name: string; readonly onTrusted: () => void; readonly onCancel: () => void }

export function TrustKey({ name, onTrusted, onCancel }: TrustKeyProps) {
  const { answer, again } = useAnswer(name, () => core.call('host.trust', { name }))
  const [chosen, setChosen] = useState<string | null>(null)
  const [error, setError] = useState<ErrorBody | null>(null)
  const group = useId()
  const cancel = <Button onPress={onCancel}>Cancel</Button>
  if (answer.kind === 'waiting') {
    return (
      <>
        <p className="dim late">Asking {visible(name)} for its key…</p>
        <Skeleton height={48} />
        <footer>{cancel}</footer>
      </>
    )
  }
  if (answer.kind === 'failed') {
    return (
      <>
        <Problem error={answer.error} onAgain={again} />
        <footer>{cancel}</footer>
      </>
    )
  }
  const { host, address, keys, changedFrom } = answer.value
  const fingerprint = chosen ?? keys[0]?.fingerprint
  const trust = async () => {
    setError(null)
    try {
      await core.call('host.trust', { name, fingerprint })
      onTrusted()
    } catch (reason) {
      setError(toErrorBody(reason))
    }
  }
  if (changedFrom.length > 0) return <Changed host={host} known={changedFrom} offered={keys} onCancel={onCancel} />
  return (
    <>
      <p>
        <strong>{visible(host)}</strong> ({visible(address)}) shows {keys.length === 1 ? 'this key' : 'these keys'}. Compare it
        with what <code>ssh-keygen -lf</code> says on the machine itself, or with what its owner told you.
      </p>
      <div className="key-list" role="radiogroup" aria-label="Keys of the host">
        {keys.map(key => (
          <label key={key.fingerprint} className="key-choice">
            <input
              type="radio"
              name={group}
              checked={key.fingerprint === fingerprint}
              onChange={() => setChosen(key.fingerprint)}
            />
            <span className="dim">{visible(key.type)}</span>
            <span className="mono fingerprint">{visible(key.fingerprint)}</span>
          </label>
        ))}
      </div>
      {error && <Problem error={error} />}
      <footer>
        {cancel}
        <Button kind="primary" disabled={fingerprint === undefined} onPress={trust}>
          It is this key: trust it
        </Button>
      </footer>
    </>
  )
}

type ChangedProps = {
  readonly host: string
  readonly known: readonly string[]
  readonly offered: readonly { fingerprint: string }[]
  readonly onCancel: () => void
}

function Changed({ host, known, offered, onCancel }: ChangedProps) {
  return (
    <>
      <div className="notice loud" role="alert">
        <strong>{visible(host)} does not have the key that it had before.</strong>
        <KeyPair title="Known" keys={known} />
        <KeyPair title="Shown now" keys={offered.map(key => key.fingerprint)} />
        <p>Someone may be listening in, or the machine was set up anew. Settle it in known_hosts; no click does.</p>
      </div>
      <footer>
        <Button onPress={onCancel}>Close</Button>
      </footer>
    </>
  )
}

export function KeyPair({ title, keys }: { readonly title: string; readonly keys: readonly string[] }) {
  return (
    <div className="key-pair">
      <span>{title}</span>
      <span className="mono fingerprint">{keys.map(visible).join(', ')}</span>
    </div>
  )
}
