/** How far a dropped folder is: what is being done, with a figure; or what it failed at. */
import { ageText, bytesText, counted, countText } from '../../shared/format.ts'
import { Problem } from '../components/problem.tsx'
import { useNow } from '../stores/clock.ts'
import type { DropView } from '../stores/drops.ts'

export function DropProgress({ drop }: { readonly drop: DropView }) {
  const { step, folder } = drop
  if (step.kind === 'failed') {
    const isKept = folder !== null && step.error.code !== 'CANCELLED'
    const kept = 'What has come so far is kept: it goes on from there.'
    return <Problem error={{ message: isKept ? `${step.error.message}\n${kept}` : step.error.message }} />
  }
  if (step.kind === 'whole')
    return (
      <p className="row dim" role="status">
        <span className="dot" aria-hidden="true" /> All of it is with the core
      </p>
    )
  const ratio = step.kind === 'uploading' && step.ofBytes > 0 ? step.bytes / step.ofBytes : null
  return (
    <div className="drop-progress">
      <progress aria-label="Sending the folder" {...(ratio !== null && { value: Math.min(1, ratio) })} />
      <span className="dim number">
        <StepText drop={drop} />
      </span>
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
    default:
      return ''
  }
}
