/** The jobs that have not ended, the newest few. */
import { useMemo } from 'react'
import { countText, shortId } from '../../../shared/format.ts'
import { JobCommand, JobFolder, JobHost, JobMemory, JobTime } from '../../components/job-cells.tsx'
import { NoJobs } from '../../components/no-jobs.tsx'
import { JobTag } from '../../components/state-tags.tsx'
import { useCore } from '../../stores/core-store.ts'
import { navigate, routeHash } from '../../stores/route.ts'

const SHOWN = 10

export function RunningJobs() {
  const jobs = useCore(state => state.jobs)
  const running = useMemo(() => jobs.filter(job => job.state !== 'ended'), [jobs])
  return (
    <section className="running" aria-labelledby="running-jobs">
      <header className="row">
        <h2 id="running-jobs">Running</h2>
        <span className="grow" />
        {jobs.length > 0 && (
          <a className="dim" href={routeHash({ view: 'jobs' })}>
            {running.length > SHOWN ? `All ${countText(running.length)} that run, and those that ended` : 'All jobs'}
          </a>
        )}
      </header>
      {jobs.length === 0 ? <NoJobs /> : running.length === 0 ? <p className="dim">Nothing runs.</p> : <Table jobs={running} />}
    </section>
  )
}

function Table({ jobs }: { readonly jobs: ReturnType<typeof useCore.getState>['jobs'] }) {
  return (
    <div className="table-frame">
      <table className="table clickable">
        <thead>
          <tr>
            <th>Job</th>
            <th className="in-small">Host</th>
            <th className="in-middle">Folder</th>
            <th className="filling">Command</th>
            <th>State</th>
            <th className="figure">Time</th>
            <th className="figure in-wide">Peak memory</th>
          </tr>
        </thead>
        <tbody>
          {jobs.slice(0, SHOWN).map(job => (
            <tr key={job.id} onClick={() => navigate({ view: 'job', id: job.id, tab: null })}>
              <td>
                <a className="mono" href={routeHash({ view: 'job', id: job.id, tab: null })}>
                  {shortId(job.id)}
                </a>
              </td>
              <td className="place in-small">
                <JobHost job={job} />
              </td>
              <td className="place in-middle">
                <JobFolder folder={job.folder} />
              </td>
              <td className="filling">
                <JobCommand job={job} />
              </td>
              <td>
                <JobTag job={job} />
              </td>
              <td className="figure">
                <JobTime job={job} />
              </td>
              <td className="figure dim in-wide">
                <JobMemory job={job} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
