/** Under the lines: where in the log one is, a way to any other place, and back to its end. */
import { ArrowDownToLine } from 'lucide-react'
import { isFinal, type JobView } from '../../../../shared/domain.ts'
import { bytesText } from '../../../../shared/format.ts'
import { Button } from '../../../components/button.tsx'
import type { LogModel, LogState } from './log-model.ts'

type LogFootProps = { readonly job: JobView; readonly state: LogState; readonly model: LogModel }

export function LogFoot({ job, state, model }: LogFootProps) {
  const { window, sizeBytes, droppedBytes, isFollowing, isReading } = state
  const behind = Math.max(0, sizeBytes - window.end)
  const isWhole = window.start <= droppedBytes && behind === 0
  return (
    <footer className="log-foot number">
      {isWhole ? (
        <span>{bytesText(sizeBytes)}</span>
      ) : (
        <>
          <span>
            {bytesText(window.start)} … {bytesText(window.end)} of {bytesText(sizeBytes)}
          </span>
          <input
            type="range"
            className="grow"
            aria-label="Place in the log"
            aria-valuetext={`${bytesText(window.start)} of ${bytesText(sizeBytes)}`}
            min={droppedBytes}
            max={sizeBytes}
            step={Math.max(1, Math.floor(sizeBytes / 1000))}
            value={isFollowing ? sizeBytes : window.start}
            onChange={event => void model.goTo(Number(event.target.value))}
          />
        </>
      )}
      <span className="faint">{isReading ? 'Reading…' : ''}</span>
      <span className="grow" />
      {isFollowing ? (
        <span className="faint">{isFinal(job) ? 'This is the end' : 'Following the end'}</span>
      ) : (
        <Button onPress={() => model.follow()} title="To the end, and what comes there (End)">
          <ArrowDownToLine size={13} /> {isFinal(job) ? 'To the end' : 'Follow'}
          {behind > 0 && `: ${bytesText(behind)} more`}
        </Button>
      )}
    </footer>
  )
}
