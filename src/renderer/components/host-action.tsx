/** The one thing to do next about a host that cannot be used, by why that is. */
import type { HostView } from '../../shared/domain.ts'
import { visible } from '../../shared/visible.ts'
import { core } from '../core.ts'
import { openDialog } from '../stores/dialogs.ts'
import { useMayAct } from '../stores/may-act.ts'
import { showToast } from '../stores/toasts.ts'
import { Button, type ButtonKind } from './button.tsx'
import { lockedKeyOf } from './host-error.ts'

type HostActionProps = {
  readonly host: HostView
  readonly kind?: ButtonKind
  /** Where a test is shown step by step; else only its failure is told. */
  readonly onTest?: (() => unknown) | undefined
}

export function HostAction({ host, kind = 'plain', onTest }: HostActionProps) {
  const { name, error } = host
  const mayAct = useMayAct()
  const keyPath = lockedKeyOf(host)
  const [text, act] =
    error?.code === 'HOST_KEY_UNKNOWN' || error?.code === 'HOST_KEY_CHANGED'
      ? ['Compare keys…', () => openDialog({ kind: 'trust', host: name })]
      : keyPath !== null
        ? ['Unlock key…', () => openDialog({ kind: 'unlock', keyPath, host: name })]
        : ['Try now', onTest ?? (() => testHost(name))]
  if (!mayAct) return null
  return (
    // Also while it is dialled: a test joins the try that is under way, and says what came of it.
    <Button kind={kind} onPress={act}>
      {text}
    </Button>
  )
}

/** Tests a host; tells the first thing that is not well. Gives whether all is. */
export async function testHost(name: string): Promise<boolean> {
  const { steps } = await core.call('host.test', { name })
  const failed = steps.find(step => !step.ok)
  if (failed) showToast({ kind: 'problem', text: `${visible(name)}, ${failed.name}: ${visible(failed.detail)}` })
  return failed === undefined
}
