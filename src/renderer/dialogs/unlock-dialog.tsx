/** The passphrase of a key, for a host that is there already. */
import { Dialog } from '../components/dialog.tsx'
import { UnlockForm } from './unlock-form.tsx'

type UnlockDialogProps = { readonly keyPath: string; readonly host: string; readonly onClose: () => void }

export function UnlockDialog({ keyPath, host, onClose }: UnlockDialogProps) {
  return (
    <Dialog title="Unlock a key" onClose={onClose}>
      <UnlockForm keyPath={keyPath} host={host} onUnlocked={onClose} onCancel={onClose} />
    </Dialog>
  )
}
