/** What can be done to the chosen jobs. What would lose something asks first, in bulk-dialog.tsx. */
import { Play, Square, Trash2, X } from 'lucide-react'
import type { JobView } from '../../../shared/domain.ts'
import { counted } from '../../../shared/format.ts'
import { Button } from '../../components/button.tsx'
import { type BulkAction, eligible } from './bulk-jobs.ts'
import { changeSelection } from './jobs-view-state.ts'
import { chooseNone } from './selection.ts'

const ICON = { size: 13, 'aria-hidden': true } as const

export function BulkBar({
  chosen,
  onAct,
}: {
  readonly chosen: readonly JobView[]
  readonly onAct: (action: BulkAction) => void
}) {
  return (
    <div className="bulk-bar" role="toolbar" aria-label="Chosen jobs">
      <strong className="number" aria-live="polite">
        {counted(chosen.length, 'job')} chosen
      </strong>
      <Button disabled={eligible('stop', chosen).length === 0} onPress={() => onAct('stop')}>
        <Square {...ICON} /> Stop
      </Button>
      <Button onPress={() => onAct('rerun')}>
        <Play {...ICON} /> Run again
      </Button>
      <Button kind="danger" onPress={() => onAct('remove')}>
        <Trash2 {...ICON} /> Remove
      </Button>
      <Button kind="quiet" aria-label="Choose none" title="Choose none (Escape)" onPress={() => changeSelection(chooseNone)}>
        <X size={14} />
      </Button>
    </div>
  )
}
