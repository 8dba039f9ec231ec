/** What of a dropped folder is sent and what is not, and how far it is: for any dialog that shows the folder. */
import { useState } from 'react'
import { counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import type { DropView } from '../stores/drops.ts'
import { DropProgress } from './drop-progress.tsx'
import { LeftOut } from './left-out.tsx'

export function DropSummary({ drop }: { readonly drop: DropView }) {
  const { decision, lost } = drop
  return (
    <>
      {decision && <Skipped decision={decision} />}
      {lost.length > 0 && <LeftOut title={lostText(lost.length)} paths={lost} />}
      {decision?.warnings.map(warning => (
        <p key={warning} className="drop-warning">
          {visible(warning)}
        </p>
      ))}
      <DropProgress drop={drop} />
    </>
  )
}

function Skipped({ decision }: { readonly decision: NonNullable<DropView['decision']> }) {
  const [isShown, setIsShown] = useState(false)
  const { skipped, isSkippedCut } = decision
  const ignored = 'ignoredFiles' in decision ? decision.ignoredFiles : skipped.length
  if (skipped.length === 0) return <p className="dim">Nothing in it is ignored.</p>
  return (
    <>
      <p className="row dim">
        <span>{counted(ignored, 'file')} ignored by git stay where they are</span>
        <Button kind="quiet" aria-expanded={isShown} onPress={() => setIsShown(!isShown)}>
          {isShown ? 'Hide' : 'Show why'}
        </Button>
      </p>
      {isShown && <LeftOut title="" paths={skipped} isCut={isSkippedCut} />}
    </>
  )
}

function lostText(count: number): string {
  const verb = count === 1 ? 'is' : 'are'
  return `${counted(count, 'entry', 'entries')} could not be read, or changed each time, and ${verb} not sent`
}
