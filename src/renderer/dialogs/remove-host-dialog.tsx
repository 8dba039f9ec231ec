/** Asks before a host is removed. One with jobs that have not ended is not: they are named, to be dealt with first. */
import { counted, shortId } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { JobCommand } from '../components/job-cells.tsx'
import { Question } from '../components/question.tsx'
import { core } from '../core.ts'
import { useCore } from '../stores/core-store.ts'
import { navigate, routeHash } from '../stores/route.ts'
import { showToast } from '../stores/toasts.ts'

/** More say no more. */
const MAX_NAMED = 8

export function RemoveHostDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const jobs = useCore(state => state.jobs)
  const unfinished = jobs.filter(job => job.host === name && job.state !== 'ended')
  const remove = async () => {
    await core.call('host.remove', { name })
    navigate({ view: 'hosts' })
    showToast({ kind: 'done', text: `${visible(name)} was removed` })
  }
  return (
    <Question
      title={<>Remove {visible(name)}?</>}
      yes="Remove host"
      isDisabled={unfinished.length > 0}
      onYes={remove}
      onClose={onClose}
    >
      {unfinished.length > 0 ? (
        <>
          <p>It has {counted(unfinished.length, 'job')} that did not end. Stop them, or wait for their end:</p>
          <ul className="plain-list">
            {unfinished.slice(0, MAX_NAMED).map(job => (
              <li key={job.id} className="row">
                <a className="link mono" href={routeHash({ view: 'job', id: job.id, tab: null })} onClick={onClose}>
                  {shortId(job.id)}
                </a>
                <JobCommand job={job} />
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>Drover forgets it and what it knows of its folders. Files of Drover’s on the host itself stay there, in ~/.drover.</p>
      )}
    </Question>
  )
}
