/** Accepting the key of a host that is there already. */
import { visible } from '../../shared/visible.ts'
import { Dialog } from '../components/dialog.tsx'
import { TrustKey } from './trust-key.tsx'

export function TrustDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  return (
    <Dialog title={<>Is this {visible(name)}?</>} onClose={onClose}>
      <TrustKey name={name} onTrusted={onClose} onCancel={onClose} />
    </Dialog>
  )
}
