/** Draws the dialog that stores/dialogs.ts says is open. */
import './dialogs.css'
import { lazy, Suspense } from 'react'
import { Palette } from '../palette/palette.tsx'
import { useKeys } from '../palette/use-keys.ts'
import { closeDialog, useDialogs } from '../stores/dialogs.ts'
import { AddHostDialog } from './add-host-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { PushDialog } from './push/push-dialog.tsx'
import { PushDropDialog } from './push/push-drop-dialog.tsx'
import { RemoveHostDialog } from './remove-host-dialog.tsx'
import { PinDialog, RuleDialog } from './rule/rule-dialog.tsx'
import { TrustDialog } from './trust-dialog.tsx'
import { UnlockDialog } from './unlock-dialog.tsx'

const OpenProjectDialog = lazy(async () => ({
  default: (await import('../views/processes/open-project-dialog.tsx')).OpenProjectDialog,
}))

export function Dialogs() {
  useKeys()
  const open = useDialogs(state => state.open)
  switch (open?.kind) {
    case 'palette':
      return <Palette onClose={closeDialog} />
    case 'add-host':
      return <AddHostDialog onClose={closeDialog} />
    case 'trust':
      return <TrustDialog key={open.host} name={open.host} onClose={closeDialog} />
    case 'unlock':
      return <UnlockDialog key={open.keyPath} keyPath={open.keyPath} host={open.host} onClose={closeDialog} />
    case 'import-hosts':
      return <ImportDialog onClose={closeDialog} />
    case 'remove-host':
      return <RemoveHostDialog key={open.host} name={open.host} onClose={closeDialog} />
    case 'keys':
      return <KeysDialog onClose={closeDialog} />
    case 'rule':
      return <RuleDialog rule={open.rule} onClose={closeDialog} />
    case 'pin':
      return <PinDialog wish={open.wish} onClose={closeDialog} />
    case 'open-project':
      return (
        <Suspense fallback={null}>
          <OpenProjectDialog onClose={closeDialog} />
        </Suspense>
      )
    case 'push':
      return <PushDialog key={open.folder} folder={open.folder} onClose={closeDialog} />
    case 'push-drop':
      return <PushDropDialog key={open.dropId} dropId={open.dropId} onClose={closeDialog} />
    default:
      return null
  }
}
