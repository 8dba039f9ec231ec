/** What can be done with a job. What loses something asks first, and says what. */
import { Download, RotateCcw, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { isFinal, type JobView } from '../../../shared/domain.ts'
import { Button } from '../../components/button.tsx'
import { runAgain, stopJob } from '../../components/job-deeds.ts'
import { coreNow } from '../../stores/clock.ts'
import { PullDialog } from './files/pull-dialog.tsx'
import { HostMenu } from './host-menu.tsx'
import { RemoveJob } from './remove-job.tsx'
import { StopJob } from './stop-job.tsx'

/** What ran longer than this is not to be lost by one slip. */
const ASK_AFTER_MS = 60_000

export function JobActions({ job }: { readonly job: JobView }) {
  const [asked, setAsked] = useState<'stop' | 'remove' | 'pull' | null>(null)
  const close = () => setAsked(null)
  const hasRun = job.startedAt !== null && job.host !== null
  const canRemove = isFinal(job) || job.unknownSince !== null
  const stop = () => {
    const isLong = job.startedAt !== null && coreNow() - job.startedAt > ASK_AFTER_MS
    if (isLong) return setAsked('stop')
    return stopJob(job)
  }
  return (
    <div className="job-actions">
      {hasRun && (
        <Button onPress={() => setAsked('pull')}>
          <Download size={13} /> Pull files
        </Button>
      )}
      <span className="joined">
        <Button onPress={() => runAgain(job)}>
          <RotateCcw size={13} /> Run again
        </Button>
        <HostMenu job={job} />
      </span>
      {!isFinal(job) && job.state !== 'stopping' && (
        <Button kind="danger" onPress={stop}>
          <Square size={12} /> {hasRun ? 'Stop' : 'Cancel'}
        </Button>
      )}
      {job.state === 'stopping' && (
        <>
          <Button kind="danger" disabled onPress={() => undefined}>
            Stopping…
          </Button>
          <Button kind="danger" title="End it at once, whatever it is doing" onPress={() => stopJob(job, 0)}>
            Kill now
          </Button>
        </>
      )}
      {canRemove && (
        <Button kind="danger" onPress={() => setAsked('remove')}>
          <Trash2 size={13} /> Remove
        </Button>
      )}
      {asked === 'stop' && <StopJob job={job} onClose={close} />}
      {asked === 'remove' && <RemoveJob job={job} onClose={close} />}
      {asked === 'pull' && <PullDialog job={job} pattern="" onClose={close} />}
    </div>
  )
}
