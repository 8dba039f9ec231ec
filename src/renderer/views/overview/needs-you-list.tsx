/** What failed and was not seen yet, and hosts that only a person can mend: each with where, when, its last words, and what to do next. */
import { useEffect, useMemo, useState } from 'react'
import type { HostView, JobView } from '../../../shared/domain.ts'
import { ageText, commandText, counted } from '../../../shared/format.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { HostAction } from '../../components/host-action.tsx'
import { knownLastLine, readLastLine } from '../../components/log-tail.ts'
import { useNow } from '../../stores/clock.ts'
import { useCore } from '../../stores/core-store.ts'
import { navigate, routeHash } from '../../stores/route.ts'
import { actOnJob } from '../jobs/act-on-jobs.ts'
import { setFilter } from '../jobs/jobs-view-state.ts'
import { hostProblem, jobProblem, unseenProblems } from './needs-you.ts'
import { markAllSeen, markSeen, useSeen } from './seen.ts'

const SHOWN = 5

export function NeedsYou() {
  const jobs = useCore(state => state.jobs)
  const hosts = useCore(state => state.hosts)
  const seen = useSeen()
  const problems = useMemo(() => unseenProblems(jobs, seen), [jobs, seen])
  const refusing = hosts.filter(host => hostProblem(host) !== null)
  if (problems.length === 0 && refusing.length === 0) return null
  const more = problems.length - SHOWN
  return (
    <section className="needs-you" aria-labelledby="needs-you">
      <header className="row">
        <h2 id="needs-you">Needs you</h2>
        <span className="grow" />
        {problems.length > 1 && (
          <Button kind="quiet" onPress={() => markAllSeen(problems)}>
            Dismiss all
          </Button>
        )}
      </header>
      {refusing.map(host => (
        <HostProblem key={host.name} host={host} />
      ))}
      {problems.slice(0, SHOWN).map(job => (
        <JobProblem key={job.id} job={job} />
      ))}
      {more > 0 && (
        <a className="dim more" href={routeHash({ view: 'jobs' })} onClick={() => setFilter('is:failed')}>
          {counted(more, 'more job')} failed: show all that did
        </a>
      )}
    </section>
  )
}

function JobProblem({ job }: { readonly job: JobView }) {
  const now = useNow()
  const again = async () => {
    await actOnJob('rerun', job)
    markSeen(job.id)
  }
  const openLog = () => {
    markSeen(job.id)
    navigate({ view: 'job', id: job.id, tab: 'log' })
  }
  return (
    <article className="card problem-card">
      <span className="dot bad" />
      <div className="grow what">
        <p className="title">
          <strong className="cut" dir="ltr">
            {visible(commandText(job.command).slice(0, 200))}
          </strong>
          <span>
            {jobProblem(job)}
            {job.host !== null && ` on ${visible(job.host)}`}
          </span>
          <span className="dim">· {ageText(now - (job.endedAt ?? job.createdAt))} ago</span>
        </p>
        <LastWords job={job} />
      </div>
      <Button onPress={openLog}>Log</Button>
      <Button onPress={again}>Run again</Button>
      <Button kind="quiet" onPress={() => markSeen(job.id)}>
        Dismiss
      </Button>
    </article>
  )
}

/** Why it could not run, or what it said last. */
function LastWords({ job }: { readonly job: JobView }) {
  const { id, logBytes, reason } = job
  const pullError = job.pullResults.find(({ error }) => error !== null)?.error?.message
  const said = reason ?? pullError ?? null
  const [line, setLine] = useState(() => knownLastLine(id) ?? '')
  useEffect(() => {
    if (said !== null) return
    let isWanted = true
    readLastLine({ id, logBytes }).then(
      text => isWanted && setLine(text),
      () => undefined, // Its host cannot be asked now: what failed, where and when is said all the same.
    )
    return () => {
      isWanted = false
    }
  }, [id, logBytes, said])
  const text = said === null ? visible(line) : visibleLines(said)
  return text === '' ? null : (
    <p className={`dim cut${said === null ? ' mono' : ''}`} dir="ltr" title={text}>
      {text}
    </p>
  )
}

function HostProblem({ host }: { readonly host: HostView }) {
  return (
    <article className="card problem-card">
      <span className="dot bad" />
      <div className="grow what">
        <p className="cut">
          <strong>{visible(host.name)}</strong> {hostProblem(host)}
        </p>
        {host.error && (
          <p className="dim cut" title={visibleLines(host.error.message)}>
            {visibleLines(host.error.message)}
          </p>
        )}
      </div>
      <HostAction host={host} />
    </article>
  )
}
