/** How far a dropped folder is: what is being done, with a figure. Fit for any dialog that shows the folder. */
import { ageText, bytesText, counted, countText } from '../../shared/format.ts'
import { visibleLines } from '../../shared/visible.ts'
import { useNow } from '../stores/clock.ts'
import type { DropView } from '../stores/drops.ts'

export function DropProgress({ drop }: { readonly drop: DropView }) {
  const { step } = drop
  if (step.kind === 'failed')
    return (
      <p className="drop-failed" role="alert">
        {visibleLines(step.error.message)}
        {step.error.code !== 'CANCELLED' && ' What has come so far is kept: dropped again, it goes on from there.'}
      </p>
    )
  const ratio = step.kind === 'uploading' && step.ofBytes > 0 ? step.bytes / step.ofBytes : null
  return (
    <div className="drop-progress">
      {step.kind !== 'whole' && (
        <progress aria-label="Sending the folder" {...(ratio !== null && { value: Math.min(1, ratio) })} />
      )}
      <span className="dim number" role={step.kind === 'whole' ? 'status' : undefined}>
        <StepText drop={drop} />
      </span>
      <p className="faint">A browser passes on no links and no rights of files; what begins with #! can be run again.</p>
    </div>
  )
}

function StepText({ drop: { step, startedAt } }: { readonly drop: DropView }) {
  const now = useNow()
  switch (step.kind) {
    case 'listing':
      return `Looking through the folder: ${counted(step.entries, 'entry', 'entries')}`
    case 'deciding':
      return `git looks at ${counted(step.entries, 'name')} (${ageText(now - startedAt)})`
    case 'uploading':
      return `${bytesText(step.bytes)} of ${bytesText(step.ofBytes)} · ${countText(step.files)} of ${counted(step.ofFiles, 'file')} to send`
    case 'waiting':
      return 'Waiting for the core; it goes on from here'
    case 'settling':
      return 'Putting it in order'
    case 'whole':
      return 'All of it is with the core'
    default:
      return ''
  }
}
