/** What comes of a host that was just added: connecting, its key to be compared, its private key to be opened, connected, or why not. */

import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Skeleton } from '../components/empty.tsx'
import { lockedKeyOf } from '../components/host-error.ts'
import { useCore } from '../stores/core-store.ts'
import { routeHash } from '../stores/route.ts'
import { HostProblem } from '../views/hosts/host-problem.tsx'
import { TrustKey } from './trust-key.tsx'
import { UnlockForm } from './unlock-form.tsx'

export function AddedHost({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const host = useCore(state => state.hosts.find(one => one.name === name))
  const title = host?.state === 'connected' ? `${visible(name)} is connected` : `${visible(name)} was added`
  return (
    <Dialog title={title} onClose={onClose}>
      <Next name={name} onClose={onClose} />
    </Dialog>
  )
}

function Next({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const host = useCore(state => state.hosts.find(one => one.name === name))
  const stay = () => undefined // What comes next is drawn when the host has changed.
  const lockedKey = host && lockedKeyOf(host)
  if (host?.error?.code === 'HOST_KEY_UNKNOWN') return <TrustKey name={name} onTrusted={stay} onCancel={onClose} />
  if (lockedKey) return <UnlockForm key={lockedKey} keyPath={lockedKey} host={name} onUnlocked={stay} onCancel={onClose} />
  return (
    <>
      {host === undefined || (host.state === 'connecting' && host.error === null) ? (
        <>
          <p className="dim late" role="status">
            Connecting to {visible(name)}…
          </p>
          <Skeleton height={32} />
        </>
      ) : host.state === 'connected' ? (
        <p role="status">
          <span className="dot ok" /> It has {host.cpus} CPUs, and takes jobs from now on.
        </p>
      ) : (
        <HostProblem host={host} />
      )}
      <footer>
        <a className="button" href={routeHash({ view: 'host', name })} onClick={onClose}>
          Open its page
        </a>
        <Button kind="primary" onPress={onClose}>
          {host?.state === 'connected' ? 'Done' : 'Close'}
        </Button>
      </footer>
    </>
  )
}
