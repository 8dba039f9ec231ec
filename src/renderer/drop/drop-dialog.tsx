/** The folder that was dropped: what of it is sent and what is not, how far it is, and the command to run in it. */
import { bytesText, counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { type DropView, dismissDrop } from '../stores/drops.ts'
import { showToast } from '../stores/toasts.ts'
import { DropCommand } from './drop-command.tsx'
import { DropPath } from './drop-path.tsx'
import { DropSummary } from './drop-summary.tsx'

export function DropDialog({ drop }: { readonly drop: DropView }) {
  const { id, name, step, decision } = drop
  const isUnderWay = step.kind !== 'whole' && step.kind !== 'failed'
  const isByPath = decision !== null && !('ignoredFiles' in decision)
  const leave = () => {
    dismissDrop(id)
    if (isUnderWay)
      showToast({ kind: 'done', text: `Cancelled. If you drop ${visible(name)} again, it goes on where it stopped.` })
  }
  return (
    <Dialog
      title={
        <span className="drop-title">
          <span>
            Push <span className="mono">{visible(name)}</span>
          </span>
          {decision && <Totals decision={decision} />}
        </span>
      }
      onClose={leave}
      className="drop-dialog"
    >
      <DropSummary drop={drop} />
      {step.kind === 'failed' ? (
        <footer>
          <Button onPress={leave}>Close</Button>
        </footer>
      ) : (
        <DropCommand drop={drop} onCancel={leave} />
      )}
      {step.kind !== 'failed' && !isByPath && <DropPath drop={drop} />}
    </Dialog>
  )
}

function Totals({ decision: { files, bytes } }: { readonly decision: NonNullable<DropView['decision']> }) {
  return (
    <span className="drop-totals number">
      {counted(files, 'file')} · {bytesText(bytes)}
    </span>
  )
}
