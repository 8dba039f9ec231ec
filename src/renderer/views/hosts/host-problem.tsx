/** Why a host is not connected, as a place to act: each cause with the one or two things that a person does about it. */
import type { HostView } from '../../../shared/domain.ts'
import { ageText } from '../../../shared/format.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { core } from '../../core.ts'
import { KeyPair } from '../../dialogs/trust-key.tsx'
import { useNow } from '../../stores/clock.ts'
import { openDialog } from '../../stores/dialogs.ts'
import { changedKeyOf, lockedKeyOf, textOf } from './host-error.ts'

type HostProblemProps = { readonly host: HostView; readonly onTest?: () => unknown }

/** `onTest`: where a test is shown step by step; else it is only made. */
export function HostProblem({ host, onTest = () => core.call('host.test', { name: host.name }) }: HostProblemProps) {
  const now = useNow()
  const { error } = host
  if (host.state === 'connected' || error === null) return null
  const changed = changedKeyOf(host)
  if (changed) return <ChangedKey {...changed} host={host} onTest={onTest} />
  const fingerprint = error.code === 'HOST_KEY_UNKNOWN' ? textOf(host, 'fingerprint') : null
  const install = error.code === 'MISSING_TOOL' ? textOf(host, 'install') : null
  return (
    <section className={`host-problem ${host.state}`} aria-label="Why it is not connected">
      {fingerprint === null ? (
        <p>{visibleLines(error.message)}</p>
      ) : (
        <>
          <p>It is not known yet. Before anything is sent to it, compare the key that it shows:</p>
          <KeyPair title="Shown now" keys={[fingerprint]} />
        </>
      )}
      {install !== null && <code className="command-box">{visible(install)}</code>}
      {error.code === 'AUTH_FAILED' && (
        <p className="dim">
          Check user and key with: <code>ssh {visible(host.connection)}</code>
        </p>
      )}
      <div className="row">
        <Action host={host} onTest={onTest} />
        <span className="dim number">
          {host.retryAt === null
            ? `for ${ageText(now - host.since)}; it is not tried again by itself`
            : `Next try in ${Math.max(0, Math.ceil((host.retryAt - now) / 1000))} s`}
        </span>
      </div>
    </section>
  )
}

function Action({ host, onTest }: Required<HostProblemProps>) {
  const lockedKey = lockedKeyOf(host)
  if (host.error?.code === 'HOST_KEY_UNKNOWN') {
    return (
      <Button kind="primary" onPress={() => openDialog({ kind: 'trust', host: host.name })}>
        Compare its key…
      </Button>
    )
  }
  if (lockedKey !== null) {
    return (
      <Button kind="primary" onPress={() => openDialog({ kind: 'unlock', keyPath: lockedKey, host: host.name })}>
        Give the passphrase…
      </Button>
    )
  }
  return (
    <Button kind="primary" onPress={onTest}>
      {host.state === 'refused' ? 'Try again' : 'Try now'}
    </Button>
  )
}

type ChangedKeyProps = Required<HostProblemProps> & { known: readonly string[]; offered: string; forget: string | null }

function ChangedKey({ host, known, offered, forget, onTest }: ChangedKeyProps) {
  const revokedIn = textOf(host, 'revokedIn')
  return (
    <section className="loud" role="alert" aria-label="The host’s key">
      <strong>
        {revokedIn === null ? `The key of ${visible(host.name)} has changed` : `The key of ${visible(host.name)} is revoked`}
      </strong>
      {known.length > 0 && <KeyPair title="Known" keys={known} />}
      <KeyPair title="Shown now" keys={[offered]} />
      {revokedIn === null ? (
        <p>
          Someone may stand between you and the machine, or it was set up anew. Nothing was sent to it. Ask whoever runs it. Only
          if you know why it changed, remove the old key yourself, and compare the new one:
        </p>
      ) : (
        <p>It is marked as revoked in {visible(revokedIn)}. Nothing was sent to it. The host needs a new key.</p>
      )}
      {forget !== null && <code className="command-box">{visible(forget)}</code>}
      <div className="row">
        <Button onPress={onTest}>I did: try again</Button>
      </div>
    </section>
  )
}
