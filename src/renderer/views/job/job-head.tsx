/** What a job is: its command, how it stands, where it runs and from which folder; and what can be done with it. */
import { Copy } from 'lucide-react'
import type { JobView } from '../../../shared/domain.ts'
import { folderText } from '../../../shared/drop.ts'
import { jobDurationText, shortId } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { copyAndSay } from '../../components/copy-text.ts'
import { Cut } from '../../components/cut.tsx'
import { JobCommand } from '../../components/job-cells.tsx'
import { JobTag } from '../../components/state-tags.tsx'
import { useNow } from '../../stores/clock.ts'
import { useCore } from '../../stores/core-store.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { routeHash } from '../../stores/route.ts'
import { showError } from '../../stores/toasts.ts'
import { JobActions } from './job-actions.tsx'
import { syncText } from './sync-text.ts'

export function JobHead({ job }: { readonly job: JobView }) {
  const now = useNow()
  const mayAct = useMayAct()
  const process = useCore(({ processes }) => processes.find(({ id }) => id === job.process?.id))
  const copyId = () => copyAndSay(job.id, `Copied ${job.id}`).catch(showError)
  return (
    <header className="job-head">
      <div className="job-what">
        <div className="row">
          <h1 className="cut">
            <JobCommand job={job} />
          </h1>
          <JobTag job={job} />
        </div>
        <p className="dim number job-facts">
          <button
            type="button"
            className="job-id mono"
            title={`${job.id}, click to copy`}
            aria-label={`${shortId(job.id)}, copy the job’s id`}
            onClick={copyId}
          >
            {shortId(job.id)} <Copy size={11} aria-hidden="true" />
          </button>
          {job.host !== null && (
            <span>
              on <a href={routeHash({ view: 'host', name: job.host })}>{visible(job.host)}</a>
            </span>
          )}
          {job.folder !== null && <Cut text={`${job.isSynced ? 'from' : 'in'} ${folderText(job.folder)}`} title={job.folder} />}
          {process && (
            <a href={routeHash({ view: 'processes', project: process.projectId, process: process.label })}>
              run {job.process?.run} of {process.label}
            </a>
          )}
          {job.startedAt !== null && <span>{jobDurationText(job, now)}</span>}
          {job.progress !== null && <span role="status">{syncText(job.progress)}</span>}
        </p>
      </div>
      {mayAct && <JobActions job={job} />}
    </header>
  )
}
