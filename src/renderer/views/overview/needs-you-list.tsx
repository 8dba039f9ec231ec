/** Jobs and processes that failed and were not seen yet, and hosts that only a person can mend: each with where, when, its last words, and what to do next. */
import type { HostView, JobView } from '../../../shared/domain.ts'
import { counted } from '../../../shared/format.ts'
import type { ProcessView } from '../../../shared/process.ts'
import { visible } from '../../../shared/visible.ts'
import { Ago } from '../../components/ago.tsx'
import { Button } from '../../components/button.tsx'
import { Cut } from '../../components/cut.tsx'
import { HostAction } from '../../components/host-action.tsx'
import { JobCommand } from '../../components/job-cells.tsx'
import { rerunJob } from '../../components/job-deeds.ts'
import { readLastLine } from '../../components/log-tail.ts'
import { actOnProcess } from '../../components/process-deeds.ts'
import { useAnswer } from '../../components/use-answer.ts'
import { useCore } from '../../stores/core-store.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { hostProblem, jobProblem, processProblem } from '../../stores/needs-you.ts'
import { routeHash } from '../../stores/route.ts'
import { markAllSeen, markProcessSeen, markSeen, useUnseenProblems, useUnseenProcesses } from '../../stores/seen.ts'
import { setFilter } from '../jobs/jobs-view-state.ts'

const SHOWN = 5

export function NeedsYou() {
  const hosts = useCore(state => state.hosts)
  const problems = useUnseenProblems()
  const refusing = hosts.filter(host => hostProblem(host) !== null)
  const processes = useUnseenProcesses()
  if (problems.length === 0 && refusing.length === 0 && processes.length === 0) return null
  const more = problems.length - SHOWN
  const moreProcesses = processes.length - SHOWN
  return (
    <section className="needs-you" aria-labelledby="needs-you">
      <header className="row">
        <h2 id="needs-you">Needs you</h2>
        <span className="grow" />
        {problems.length + processes.length > 1 && (
          <Button kind="quiet" onPress={() => markAllSeen(problems, processes)}>
            Dismiss all
          </Button>
        )}
      </header>
      {refusing.map(host => (
        <HostProblem key={host.name} host={host} />
      ))}
      {processes.slice(0, SHOWN).map(process => (
        <ProcessProblem key={process.id} process={process} />
      ))}
      {moreProcesses > 0 && (
        <a className="dim more" href={routeHash({ view: 'processes', project: null, process: null })}>
          {counted(moreProcesses, 'more process', 'more processes')} dead or broken
        </a>
      )}
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

function ProcessProblem({ process }: { readonly process: ProcessView }) {
  const mayAct = useMayAct()
  const project = useCore(state => state.projects.find(({ id }) => id === process.projectId))
  const { label, host, since, reason, brokenBy } = process
  return (
    <article className="card problem-card">
      <span className="dot bad" />
      <div className="grow what">
        <p className="title">
          <strong className="cut mono">{label}</strong>
          <span>
            of {visible(project?.name ?? '')} {processProblem(process)}
            {host !== null && ` on ${visible(host)}`}
          </span>
          <span className="dim">
            · <Ago at={since} />
          </span>
        </p>
        <Cut className={brokenBy === null ? 'dim' : 'dim mono'} text={brokenBy?.line ?? reason ?? ''} />
      </div>
      <div className="row">
        <a className="button" href={routeHash({ view: 'processes', project: process.projectId, process: label })}>
          {mayAct ? 'Output' : 'Process'}
        </a>
        {mayAct && <Button onPress={() => actOnProcess('restart', process)}>Restart</Button>}
        <Button kind="quiet" onPress={() => markProcessSeen(process)}>
          Dismiss
        </Button>
      </div>
    </article>
  )
}

function JobProblem({ job }: { readonly job: JobView }) {
  const mayAct = useMayAct()
  const again = async () => {
    await rerunJob(job)
    markSeen(job.id)
  }
  return (
    <article className="card problem-card">
      <span className="dot bad" />
      <div className="grow what">
        <p className="title">
          <strong className="cut">
            <JobCommand job={job} />
          </strong>
          <span>
            {jobProblem(job)}
            {job.host !== null && ` on ${visible(job.host)}`}
          </span>
          <span className="dim">
            · <Ago at={job.endedAt ?? job.createdAt} />
          </span>
        </p>
        <LastWords job={job} />
      </div>
      <div className="row">
        <a className="button" href={routeHash({ view: 'job', id: job.id, tab: mayAct ? 'log' : null })}>
          {mayAct ? 'Log' : 'Job'}
        </a>
        {mayAct && <Button onPress={again}>Run again</Button>}
        <Button kind="quiet" onPress={() => markSeen(job.id)}>
          Dismiss
        </Button>
      </div>
    </article>
  )
}

/** Why it could not run, or what it said last. */
function LastWords({ job }: { readonly job: JobView }) {
  const { id, logBytes, reason } = job
  const pullError = job.pullResults.find(({ error }) => error !== null)?.error?.message
  const said = reason ?? pullError ?? null
  const mayAct = useMayAct()
  const { answer } = useAnswer(said === null && mayAct ? id : null, () => readLastLine({ id, logBytes }))
  // Of a host that cannot be asked none is known: what failed, where and when is said all the same.
  const text = said ?? (answer.kind === 'here' ? answer.value : '')
  return text === '' ? null : <Cut className={said === null ? 'dim mono' : 'dim'} text={text} />
}

function HostProblem({ host }: { readonly host: HostView }) {
  return (
    <article className="card problem-card">
      <span className="dot bad" />
      <div className="grow what">
        <p className="title">
          <strong className="cut">{visible(host.name)}</strong>
          <span>{hostProblem(host)}</span>
        </p>
        {host.error && <Cut className="dim" text={host.error.message} />}
      </div>
      <HostAction host={host} />
    </article>
  )
}
