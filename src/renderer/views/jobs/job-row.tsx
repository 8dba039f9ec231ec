// biome-ignore-all lint/a11y/useSemanticElements: see jobs-table.tsx.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and says which row it is at.
/** One job in the table. Drawn anew only when the job or its place changes; its time ticks inside. */
import { Check } from 'lucide-react'
import { type MouseEvent, memo } from 'react'
import type { JobView } from '../../../shared/domain.ts'
import { shortId } from '../../../shared/format.ts'
import { JobCommand, JobFolder, JobHost, JobMemory, JobTime } from '../../components/job-cells.tsx'
import { JobTag } from '../../components/state-tags.tsx'
import { routeHash } from '../../stores/route.ts'

export const ROW_HEIGHT = 34

type JobRowProps = {
  readonly job: JobView
  readonly index: number
  readonly isChosen: boolean
  readonly isCursor: boolean
  readonly onPress: (event: MouseEvent, job: JobView, isOnBox: boolean) => void
}

export const JobRow = memo(function JobRow({ job, index, isChosen, isCursor, onPress }: JobRowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the grid's, which has the focus.
    <div
      role="row"
      id={rowId(job.id)}
      className={`job-row${isCursor ? ' cursor' : ''}`}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
      onClick={event => onPress(event, job, event.target instanceof Element && event.target.closest('.choice') !== null)}
    >
      <div role="gridcell" className="choice">
        <span className="box">{isChosen && <Check size={11} strokeWidth={3} aria-hidden />}</span>
      </div>
      <div role="gridcell">
        <a className="mono" tabIndex={-1} href={routeHash({ view: 'job', id: job.id, tab: null })}>
          {shortId(job.id)}
        </a>
      </div>
      <div role="gridcell" className="of-host">
        <JobHost job={job} />
      </div>
      <div role="gridcell" className="of-folder">
        <JobFolder folder={job.folder} />
      </div>
      <div role="gridcell">
        <JobCommand job={job} />
      </div>
      <div role="gridcell" className="tags">
        <JobTag job={job} />
      </div>
      <div role="gridcell" className="of-time figure">
        <JobTime job={job} />
      </div>
      <div role="gridcell" className="of-memory figure dim">
        <JobMemory job={job} />
      </div>
    </div>
  )
})

export function rowId(jobId: string): string {
  return `job-row-${jobId}`
}
