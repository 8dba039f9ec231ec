/** Asks before something is done to chosen jobs, says what will be lost, then shows how far it is and lets it be cancelled. */
import { useRef, useState } from 'react'
import type { JobView } from '../../../shared/domain.ts'
import { bytesText, counted, countText, pullText, shortId } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { JobCommand } from '../../components/job-cells.tsx'
import { actOnJobs } from './act-on-jobs.ts'
import { type BulkAction, eligible } from './bulk-jobs.ts'

const VERB: Record<BulkAction, string> = { stop: 'Stop', rerun: 'Run again', remove: 'Remove' }
const NAMED = 5

type BulkDialogProps = { readonly action: BulkAction; readonly jobs: readonly JobView[]; readonly onClose: () => void }

export function BulkDialog({ action, jobs: given, onClose }: BulkDialogProps) {
  // Those that were asked about: what ends meanwhile is not removed unasked.
  const [jobs] = useState(() => eligible(action, given))
  const [left] = useState(() => given.filter(job => !jobs.includes(job)))
  const [settled, setSettled] = useState<number | null>(null)
  const abort = useRef(new AbortController())

  const act = async () => {
    setSettled(0)
    await actOnJobs(action, jobs, { onProgress: setSettled, signal: abort.current.signal })
    onClose()
  }
  const close = () => {
    abort.current.abort()
    onClose()
  }
  return (
    <Dialog
      title={jobs.length === 0 ? `Nothing to ${VERB[action].toLowerCase()}` : `${VERB[action]} ${counted(jobs.length, 'job')}?`}
      onClose={close}
    >
      {jobs.length > 0 && <Loss action={action} jobs={jobs} />}
      {left.length > 0 && action === 'remove' && (
        <Named
          title={`${counted(left.length, 'job')} ${left.length === 1 ? 'has' : 'have'} not ended and ${left.length === 1 ? 'stays' : 'stay'}; to be stopped first:`}
          jobs={left}
        />
      )}
      <footer>
        {settled !== null && (
          <span className="grow dim number" role="status">
            {countText(settled)} of {countText(jobs.length)}
          </span>
        )}
        <Button onPress={close}>{jobs.length === 0 ? 'Close' : 'Cancel'}</Button>
        {jobs.length > 0 && (
          <Button kind={action === 'rerun' ? 'primary' : 'danger'} disabled={settled !== null} onPress={act}>
            {VERB[action]}
          </Button>
        )}
      </footer>
    </Dialog>
  )
}

function Loss({ action, jobs }: { readonly action: BulkAction; readonly jobs: readonly JobView[] }) {
  const hosts = [...new Set(jobs.flatMap(({ host }) => host ?? []))]
  const where = hosts.length > 3 ? counted(hosts.length, 'host') : hosts.map(visible).join(', ')
  if (action === 'rerun')
    return <p className="dim">Each starts anew, with the files as they are now{where && `, on ${where}`}.</p>
  if (action === 'stop')
    return (
      <p className="dim">
        Each is asked to end{where && ` on ${where}`}, and killed after 10 s if it did not. What it has not written is lost.
      </p>
    )
  const logBytes = jobs.reduce((sum, job) => sum + (job.logBytes ?? 0), 0)
  const unpulled = jobs.filter(job => pullText(job) !== '')
  return (
    <>
      <p>
        Their workdirs with all files in them and their logs{logBytes > 0 && ` (${bytesText(logBytes)})`} go for good
        {where && `, on ${where}`}. The folders they were pushed from stay as they are.
      </p>
      {unpulled.length > 0 && <Named title="Of these, results have not been brought back:" jobs={unpulled} isBad />}
    </>
  )
}

function Named({
  title,
  jobs,
  isBad = false,
}: {
  readonly title: string
  readonly jobs: readonly JobView[]
  readonly isBad?: boolean
}) {
  const more = jobs.length - NAMED
  return (
    <div>
      <p className={isBad ? 'bad-text' : ''}>{title}</p>
      <ul className="plain-list">
        {jobs.slice(0, NAMED).map(job => (
          <li key={job.id} className="row">
            <span className="mono">{shortId(job.id)}</span> <JobCommand job={job} />
          </li>
        ))}
        {more > 0 && <li className="dim">and {countText(more)} more</li>}
      </ul>
    </div>
  )
}
