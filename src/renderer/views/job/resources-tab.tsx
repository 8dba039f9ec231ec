/** What a job takes and took: processor, memory, output, time; while it runs, its memory as a line. */
import { useEffect, useState } from 'react'
import { isFinal, type JobView } from '../../../shared/domain.ts'
import { bytesText, durationText, jobDurationText, percentText } from '../../../shared/format.ts'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { useNow } from '../../stores/clock.ts'
import { useCore } from '../../stores/core-store.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { linePath, withReading } from './memory-line.ts'

const ASK_MS = 5_000
const WIDTH = 600
const HEIGHT = 80

export function ResourcesTab({ job }: { readonly job: JobView }) {
  const now = useNow()
  const { startedAt, endedAt, cpuMs, memoryBytes, peakMemoryBytes } = job
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
        <Figure name="Output" value={outputBytes === null ? null : bytesText(outputBytes)} />
        <Figure name="Duration" value={jobDurationText(job, now) || null} />
        <Figure name="Started" value={startedAt === null ? null : new Date(startedAt).toLocaleString()} />
        {isFinal(job) && <Figure name="Ended" value={endedAt === null ? null : new Date(endedAt).toLocaleString()} />}
      </dl>
      {!isFinal(job) && job.unknownSince === null && <MemoryLine job={job} />}
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

/** From when this page is looked at. */
function MemoryLine({ job: { id } }: { readonly job: JobView }) {
  const memoryBytes = useCore(state => state.jobById.get(id)?.memoryBytes ?? null)
  const now = useNow()
  const [readings, setReadings] = useState<readonly number[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a second, whether it changed or not.
  useEffect(() => {
    if (memoryBytes !== null) setReadings(before => withReading(before, memoryBytes))
  }, [now])
  const most = Math.max(1, ...readings)
  return (
    <figure className="card memory-line">
      <figcaption className="dim">
        Memory since this page was opened{readings.length > 0 && `, up to ${bytesText(most)}`}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Memory, up to ${bytesText(most)}`}
      >
        <path d={linePath(readings, { most, width: WIDTH, height: HEIGHT })} />
      </svg>
    </figure>
  )
}
