/** Asks before a job is removed, and says what goes with it. */
import { isFinal, type JobView, owedPulls } from '../../../shared/domain.ts'
import { bytesText, counted } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { JobCommand } from '../../components/job-cells.tsx'
import { removeJob } from '../../components/job-deeds.ts'
import { Question } from '../../components/question.tsx'
import { navigate } from '../../stores/route.ts'
import { showToast } from '../../stores/toasts.ts'

export function RemoveJob({ job, onClose }: { readonly job: JobView; readonly onClose: () => void }) {
  const owed = owedPulls(job).length
  const isKnown = isFinal(job)
  const host = visible(job.host ?? '')
  const remove = async () => {
    await removeJob(job, { isForced: !isKnown })
    showToast({ kind: 'done', text: 'The job was removed' })
    navigate({ view: 'jobs' })
  }
  return (
    <Question title="Remove this job?" yes="Remove" no="Keep it" onYes={remove} onClose={onClose}>
      <JobCommand job={job} />
      {job.startedAt === null ? (
        <p>It never ran: only its entry in the list of jobs goes.</p>
      ) : isKnown ? (
        <p>
          Its log{job.logBytes !== null && ` (${bytesText(job.logBytes)})`} and its folder on {host}, with all files that were not
          pulled, go for good, and so does its entry in the list of jobs.
        </p>
      ) : (
        <p>
          {host} cannot be asked, so the job may still run there. Only its entry in the list of jobs goes; what it leaves on{' '}
          {host} stays there.
        </p>
      )}
      {owed > 0 && <p className="warn-text">{counted(owed, 'pattern')} of files to bring back would not be brought back.</p>}
    </Question>
  )
}
