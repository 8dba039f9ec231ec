/** The one thing to do next about a host that cannot be used, by why that is. */
import type { HostView } from '../../shared/domain.ts'
import { core } from '../core.ts'
import { openDialog } from '../stores/dialogs.ts'
import { showToast } from '../stores/toasts.ts'
import { Button } from './button.tsx'

export function HostAction({ host }: { readonly host: HostView }) {
  const { name, error } = host
  if (error?.code === 'HOST_KEY_UNKNOWN' || error?.code === 'HOST_KEY_CHANGED')
    return <Button onPress={() => openDialog({ kind: 'trust', host: name })}>Trust…</Button>
  const keyPath = error?.details.keyPath
  if (error?.code === 'KEY_LOCKED' && typeof keyPath === 'string')
    return <Button onPress={() => openDialog({ kind: 'unlock', keyPath, host: name })}>Unlock…</Button>
  return <Button onPress={() => tryNow(name)}>Try now</Button>
}

async function tryNow(name: string): Promise<void> {
  const { steps } = await core.call('host.test', { name })
  const failed = steps.find(step => step.name === 'connect' && !step.ok)
  if (failed) showToast({ kind: 'problem', text: failed.detail })
}
