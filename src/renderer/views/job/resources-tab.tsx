/** What a job takes and took: processor, memory, output, time; as figures, and over its life. */
import { lazy, Suspense } from 'react'
import { isFinal, type JobView } from '../../../shared/domain.ts'
import { bytesText, durationText, jobDurationText, percentText } from '../../../shared/format.ts'
import { Waiting } from '../../components/empty.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { useNow } from '../../stores/clock.ts'
import { useMayAct } from '../../stores/may-act.ts'

const ASK_MS = 5_000
/** Charts are a third of the page's code: they are fetched when some are looked at. */
const JobCharts = lazy(async () => ({ default: (await import('./job-charts.tsx')).JobCharts }))

export function ResourcesTab({ job }: { readonly job: JobView }) {
  const now = useNow()
  const { startedAt, endedAt, cpuMs, memoryBytes, peakMemoryBytes, pid } = job
  const outputBytes = useOutputBytes(job)
  const ranMs = startedAt === null ? 0 : (endedAt ?? job.unknownSince ?? now) - startedAt
  const cpus = cpuMs === null || ranMs <= 0 ? null : cpuMs / ranMs
  return (
    <div className="resources">
      <dl className="figures number">
        <Figure
          name="Processor time"
          value={cpuMs === null ? null : durationText(cpuMs)}
          more={cpus === null ? '' : `${percentText(cpus)} of one processor`}
        />
        {!isFinal(job) && <Figure name="Memory now" value={memoryBytes === null ? null : bytesText(memoryBytes)} />}
        <Figure name="Most memory" value={peakMemoryBytes === null ? null : bytesText(peakMemoryBytes)} />
        {!isFinal(job) && (
          <Figure name="Process" value={pid === null ? null : String(pid)} more={pid === null ? '' : 'its PID there'} />
        )}
        <Figure name="Output" value={outputBytes === null ? null : bytesText(outputBytes)} />
        <Figure name="Duration" value={jobDurationText(job, now) || null} />
        <Figure name="Started" value={startedAt === null ? null : new Date(startedAt).toLocaleString()} />
        {isFinal(job) && <Figure name="Ended" value={endedAt === null ? null : new Date(endedAt).toLocaleString()} />}
      </dl>
      {startedAt !== null && (
        <Suspense fallback={<Waiting what="Loading charts" height={240} />}>
          <JobCharts job={job} />
        </Suspense>
      )}
    </div>
  )
}

/** Of a job that runs its host is asked now and then; while that cannot be asked, what was last known stays. */
function useOutputBytes(job: JobView): number | null {
  const hasEnded = isFinal(job)
  const mayAct = useMayAct()
  const ask = () => core.call('job.logSize', { job: job.id })
  const { last } = useAnswer(hasEnded || !mayAct ? null : job.id, ask, { everyMs: ASK_MS })
  return hasEnded ? job.logBytes : (last?.bytes ?? null)
}

function Figure({ name, value, more = '' }: { readonly name: string; readonly value: string | null; readonly more?: string }) {
  return (
    <div className="card">
      <dt className="dim">{name}</dt>
      <dd>{value ?? <span className="faint">not known</span>}</dd>
      {more !== '' && <dd className="faint">{more}</dd>}
    </div>
  )
}
