/** Asks before a job that has run for long is stopped. */
import type { JobView } from '../../../shared/domain.ts'
import { commandText, jobDurationText } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useNow } from '../../stores/clock.ts'

type StopJobProps = { readonly job: JobView; readonly onStop: () => Promise<void>; readonly onClose: () => void }

export function StopJob({ job, onStop, onClose }: StopJobProps) {
  const now = useNow()
  const stop = async () => {
    await onStop()
    onClose()
  }
  return (
    <Dialog title="Stop this job?" onClose={onClose}>
      <p className="mono cut">{visible(commandText(job.command))}</p>
      <p>
        It has run for {jobDurationText(job, now)} on {visible(job.host ?? '')}. It is asked to end, with all it has started, and
        killed if it has not ended after 10 s. Its log and its files stay.
      </p>
      <footer>
        <Button onPress={onClose}>Let it run</Button>
        <Button kind="danger" onPress={stop}>
          Stop it
        </Button>
      </footer>
    </Dialog>
  )
}
