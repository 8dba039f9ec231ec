/** Why a host is not connected, as a place to act: each cause with the one or two things that a person does about it. */
import type { HostView } from '../../../shared/domain.ts'
import { ageText } from '../../../shared/format.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { HostAction, testHost } from '../../components/host-action.tsx'
import { changedKeyOf, needsPerson, textOf } from '../../components/host-error.ts'
import { KeyPair } from '../../dialogs/trust-key.tsx'
import { useNow } from '../../stores/clock.ts'
import { useMayAct } from '../../stores/may-act.ts'

type HostProblemProps = {
  readonly host: HostView
  /** Where a test is shown step by step. */
  readonly onTest?: (() => unknown) | undefined
}

export function HostProblem({ host, onTest }: HostProblemProps) {
  const { error } = host
  if (host.state === 'connected' || error === null) return null
  const changed = changedKeyOf(host)
  if (changed) return <ChangedKey {...changed} host={host} onTest={onTest} />
  const fingerprint = error.code === 'HOST_KEY_UNKNOWN' ? textOf(host, 'fingerprint') : null
  const install = error.code === 'MISSING_TOOL' ? textOf(host, 'install') : null
  return (
    <section className={`notice ${needsPerson(host) ? 'bad' : 'unknown'}`} aria-label="Why it is not connected">
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
        <p>
          Check user and key with: <code>ssh {visible(host.connection)}</code>
        </p>
      )}
      <div className="row">
        <HostAction kind="primary" host={host} onTest={onTest} />
        <Standing host={host} />
      </div>
    </section>
  )
}

/** How long it is away, and what happens by itself. */
function Standing({ host: { state, since, retryAt } }: { readonly host: HostView }) {
  const now = useNow()
  const next =
    state === 'connecting'
      ? 'Trying…'
      : retryAt === null
        ? 'It is not tried again by itself.'
        : `Next try in ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s.`
  return (
    <span className="number">
      Away for {ageText(now - since)}. {next}
    </span>
  )
}

type ChangedKeyProps = HostProblemProps & { known: readonly string[]; offered: string; forget: string | null }

function ChangedKey({ host, known, offered, forget, onTest }: ChangedKeyProps) {
  const revokedIn = textOf(host, 'revokedIn')
  const mayAct = useMayAct()
  return (
    <section className="notice loud" role="alert" aria-label="The host’s key">
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
        {mayAct && <Button onPress={onTest ?? (() => testHost(host.name))}>I did: try again</Button>}
        <Standing host={host} />
      </div>
    </section>
  )
}
