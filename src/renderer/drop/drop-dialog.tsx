/** The folder that was dropped: what of it is sent and what is not, how far it is, and the command to run in it. */
import { useState } from 'react'
import { bytesText, counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { type DropView, dismissDrop } from '../stores/drops.ts'
import { showToast } from '../stores/toasts.ts'
import { DropCommand } from './drop-command.tsx'
import { DropPath } from './drop-path.tsx'
import { DropProgress } from './drop-progress.tsx'
import { LeftOut } from './left-out.tsx'

export function DropDialog({ drop }: { readonly drop: DropView }) {
  const { id, name, step, decision, lost } = drop
  const [isShown, setIsShown] = useState(false)
  const isUnderWay = step.kind !== 'whole' && step.kind !== 'failed'
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
      {decision && <Skipped decision={decision} isShown={isShown} onToggle={() => setIsShown(!isShown)} />}
      {lost.length > 0 && (
        <LeftOut
          title={`${counted(lost.length, 'entry', 'entries')} could not be read, or changed each time, and ${lost.length === 1 ? 'is' : 'are'} not sent`}
          paths={lost}
        />
      )}
      {decision?.warnings.map(warning => (
        <p key={warning} className="drop-warning">
          {visible(warning)}
        </p>
      ))}
      <DropProgress drop={drop} />
      {step.kind === 'failed' ? (
        <footer>
          <Button onPress={leave}>Close</Button>
        </footer>
      ) : (
        <DropCommand drop={drop} onCancel={leave} />
      )}
      {isUnderWay && <DropPath drop={drop} />}
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

function Skipped({
  decision,
  isShown,
  onToggle,
}: {
  readonly decision: NonNullable<DropView['decision']>
  readonly isShown: boolean
  readonly onToggle: () => void
}) {
  const { skipped, isSkippedCut } = decision
  const ignored = 'ignoredFiles' in decision ? decision.ignoredFiles : skipped.length
  if (skipped.length === 0) return <p className="dim">Nothing in it is ignored.</p>
  return (
    <>
      <p className="row dim">
        <span>{counted(ignored, 'file')} ignored by git stay where they are</span>
        <Button kind="quiet" aria-expanded={isShown} onPress={onToggle}>
          {isShown ? 'Hide' : 'Show why'}
        </Button>
      </p>
      {isShown && <LeftOut title="" paths={skipped} isCut={isSkippedCut} />}
    </>
  )
}
