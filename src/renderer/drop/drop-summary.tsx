/** A dropped folder as its dialog shows it: how far it is, what of it is not sent and why, and what a browser loses of it. */
import { useState } from 'react'
import type { DropDecision } from '../../shared/contract.ts'
import { counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import type { DropView } from '../stores/drops.ts'
import { DropPath } from './drop-path.tsx'
import { DropProgress } from './drop-progress.tsx'
import { LeftOut } from './left-out.tsx'

export function DropSummary({ drop }: { readonly drop: DropView }) {
  const { decision, lost } = drop
  return (
    <div className="drop-summary">
      <DropProgress drop={drop} />
      {decision && <Skipped decision={decision} />}
      {lost.length > 0 && <LeftOut title={lostText(lost.length)} paths={lost} />}
      {decision?.warnings.map(warning => (
        <p key={warning} className="drop-warning">
          {visible(warning)}
        </p>
      ))}
      <p className="faint">
        Links and the rights of files do not come along; what begins with #! can be run. <DropPath dropId={drop.id} />
      </p>
    </div>
  )
}

function Skipped({ decision: { skipped, isSkippedCut, ignoredFiles } }: { readonly decision: DropDecision }) {
  const [isShown, setIsShown] = useState(false)
  if (skipped.length === 0) return <p className="dim">Nothing in it is ignored.</p>
  return (
    <>
      <p className="dim">
        {counted(ignoredFiles, 'file')} ignored by git {ignoredFiles === 1 ? 'stays where it is' : 'stay where they are'}{' '}
        <Button kind="quiet" className="link" aria-expanded={isShown} onPress={() => setIsShown(!isShown)}>
          {isShown ? 'Hide' : 'Show why'}
        </Button>
      </p>
      {isShown && <LeftOut paths={skipped} isCut={isSkippedCut} />}
    </>
  )
}

function lostText(count: number): string {
  const verb = count === 1 ? 'is' : 'are'
  return `${counted(count, 'entry', 'entries')} could not be read, or changed each time, and ${verb} not sent`
}
