/** The jobs that have not ended, the newest few. */
import { useMemo } from 'react'
import { countText, shortId } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/empty.tsx'
import { JobCommand, JobFolder, JobMemory, JobTime } from '../../components/job-cells.tsx'
import { JobTag } from '../../components/state-tags.tsx'
import { useCore } from '../../stores/core-store.ts'
import { openDialog } from '../../stores/dialogs.ts'
import { navigate, routeHash } from '../../stores/route.ts'

const SHOWN = 10

export function RunningJobs() {
  const jobs = useCore(state => state.jobs)
  const running = useMemo(() => jobs.filter(job => job.state !== 'ended'), [jobs])
  return (
    <section aria-labelledby="running-jobs">
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
    <div className="card table-card">
      <table className="running-table">
        <thead>
          <tr>
            <th>Job</th>
            <th>Host</th>
            <th>Folder</th>
            <th className="command">Command</th>
            <th>State</th>
            <th className="right">Time</th>
            <th className="right">Peak memory</th>
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
              <td>{job.host === null ? <span className="faint">—</span> : visible(job.host)}</td>
              <td>
                <JobFolder folder={job.folder} />
              </td>
              <td className="command">
                <JobCommand job={job} />
              </td>
              <td>
                <JobTag job={job} />
              </td>
              <td className="right">
                <JobTime job={job} />
              </td>
              <td className="right dim">
                <JobMemory job={job} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function NoJobs() {
  return (
    <Empty title="No job yet">
      <span>Push a folder with a command: it runs on the host that suits it best, and you watch it from here.</span>
      <Button kind="primary" onPress={() => openDialog({ kind: 'push', folder: null })}>
        Push folder
      </Button>
    </Empty>
  )
}
