/** Where browser and core share a machine, a path does the same without a copy of the folder, and keeps links and rights. */
import { Button } from '../components/button.tsx'
import { changeDraft } from '../dialogs/push/push-form.ts'
import { openDialog } from '../stores/dialogs.ts'
import { dismissDrop } from '../stores/drops.ts'

export function DropPath({ dropId }: { readonly dropId: number }) {
  if (!isSameMachine()) return null
  const giveIt = () => {
    dismissDrop(dropId)
    changeDraft({ folder: '' })
    openDialog({ kind: 'push', folder: null })
  }
  return (
    <Button
      kind="quiet"
      className="link"
      title="A browser does not tell where a folder is, so dropping makes a copy of it. A path does not."
      onPress={giveIt}
    >
      Give its path instead
    </Button>
  )
}

function isSameMachine(): boolean {
  const { hostname } = location
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
