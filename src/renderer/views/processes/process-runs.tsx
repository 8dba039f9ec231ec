/** The runs of a process that are still known, newest first. Each is a job. */
import { useEffect } from 'react'
import { shortId } from '../../../shared/format.ts'
import type { ProcessView } from '../../../shared/process.ts'
import { Ago } from '../../components/ago.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { JobHost, JobMemory, JobTime } from '../../components/job-cells.tsx'
import { Problem } from '../../components/problem.tsx'
import { JobTag } from '../../components/state-tags.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { useCore } from '../../stores/core-store.ts'
import { routeHash } from '../../stores/route.ts'

export function ProcessRuns({ process }: { readonly process: ProcessView }) {
  const { id, projectId, label, jobId, state } = process
  const { answer, last, again } = useAnswer(id, () => core.call('process.runs', { project: projectId, process: label }))
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run, or another state of it, makes another list.
  useEffect(again, [jobId, state])
  const known = useCore(({ jobById }) => jobById)
  if (answer.kind === 'failed') return <Problem error={answer.error} onAgain={again} />
  const runs = (answer.kind === 'here' ? answer.value : last)?.runs
  if (runs === undefined) return <Waiting what="Asking for its runs" />
  if (runs.length === 0) return <Empty title="It has not run yet" />
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Run</th>
            <th>Job</th>
            <th className="in-small">Host</th>
            <th>State</th>
            <th>Started</th>
            <th className="figure">Time</th>
            <th className="figure in-wide">Peak memory</th>
          </tr>
        </thead>
        <tbody>
          {runs
            .map(job => known.get(job.id) ?? job)
            .map(job => (
              <tr key={job.id}>
                <td className="number">{job.process?.run ?? ''}</td>
                <td>
                  <a className="mono link" href={routeHash({ view: 'job', id: job.id, tab: null })}>
                    {shortId(job.id)}
                  </a>
                </td>
                <td className="place in-small">
                  <JobHost job={job} />
                </td>
                <td>
                  <JobTag job={job} />
                </td>
                <td className="dim">{job.startedAt === null ? '—' : <Ago at={job.startedAt} />}</td>
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
