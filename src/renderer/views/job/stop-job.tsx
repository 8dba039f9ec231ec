/** Asks before a job that has run for long is stopped. */
import type { JobView } from '../../../shared/domain.ts'
import { jobDurationText } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { JobCommand } from '../../components/job-cells.tsx'
import { stopJob } from '../../components/job-deeds.ts'
import { Question } from '../../components/question.tsx'
import { useNow } from '../../stores/clock.ts'

export function StopJob({ job, onClose }: { readonly job: JobView; readonly onClose: () => void }) {
  const now = useNow()
  return (
    <Question title="Stop this job?" yes="Stop it" no="Let it run" onYes={() => stopJob(job)} onClose={onClose}>
      <JobCommand job={job} />
      <p>
        It has run for {jobDurationText(job, now)} on {visible(job.host ?? '')}. It is asked to end, with all it has started, and
        killed if it has not ended after 10 s. Its log and its files stay.
      </p>
    </Question>
  )
}
