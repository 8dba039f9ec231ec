/** Asks before a job is removed, and says what goes with it. */
import { isFinal, type JobView, owedPulls } from '../../../shared/domain.ts'
import { bytesText, commandText, counted } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { core } from '../../core.ts'
import { navigate } from '../../stores/route.ts'
import { showToast } from '../../stores/toasts.ts'

export function RemoveJob({ job, onClose }: { readonly job: JobView; readonly onClose: () => void }) {
  const owed = owedPulls(job).length
  const isKnown = isFinal(job)
  const host = visible(job.host ?? '')
  const remove = async () => {
    // `force` is for a job of a host that cannot be asked: what is there stays there.
    await core.call('job.remove', { job: job.id, force: !isKnown })
    onClose()
    showToast({ kind: 'done', text: 'The job was removed' })
    navigate({ view: 'jobs' })
  }
  return (
    <Dialog title="Remove this job?" onClose={onClose}>
      <p className="mono cut">{visible(commandText(job.command))}</p>
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
      <footer>
        <Button onPress={onClose}>Keep it</Button>
        <Button kind="danger" onPress={remove}>
          Remove
        </Button>
      </footer>
    </Dialog>
  )
}
