/** A host at a glance: its state, its load now and over ten minutes, who uses it. One that is away keeps its last values, and says how old. */
import { memo } from 'react'
import type { HostSample, HostView, JobView } from '../../../shared/domain.ts'
import { ageText, counted, percentText } from '../../../shared/format.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { HostAction } from '../../components/host-action.tsx'
import { JobCommand } from '../../components/job-cells.tsx'
import { linePath } from '../../components/sample-line.ts'
import { HostDot, HostTag, hostTone } from '../../components/state-tags.tsx'
import { useNow } from '../../stores/clock.ts'
import { SERIES_MS, useCore } from '../../stores/core-store.ts'
import { routeHash } from '../../stores/route.ts'

const LINE = { spanMs: SERIES_MS, gapMs: 7_000, width: 300, height: 36 } as const
const NAMED_JOBS = 2

type HostCardProps = { readonly host: HostView; readonly jobs: readonly JobView[]; readonly isNext: boolean }

export const HostCard = memo(function HostCard({ host, jobs, isNext }: HostCardProps) {
  const samples = useCore(state => state.samples.get(host.name))
  const isAway = host.state !== 'connected'
  const tone = hostTone(host)
  const last = host.sample ?? samples?.at(-1) ?? null
  return (
    <article className={`card host-card${isAway ? ' away' : ''}`} aria-label={host.name}>
      <header>
        <HostDot host={host} />
        <a className="host-name cut" href={routeHash({ view: 'host', name: host.name })} title={visible(host.name)}>
          {visible(host.name)}
        </a>
        <span className="grow" />
        {(isAway || isNext || tone === 'warn') && <HostTag host={host} isNext={isNext} />}
      </header>
      <Figures sample={last} />
      <Line samples={samples ?? []} tone={isAway ? 'away' : tone} />
      {isAway ? <Away host={host} lastAt={last?.at ?? null} /> : <Users host={host} jobs={jobs} />}
    </article>
  )
})

function Figures({ sample }: { readonly sample: HostSample | null }) {
  const figures = {
    CPU: sample && percentText(sample.cpuRatio),
    Memory: sample && memoryText(sample),
    'I/O wait': sample && percentText(sample.ioWaitRatio),
  }
  return (
    <dl className="figures">
      {Object.entries(figures).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{value ?? '—'}</dd>
        </div>
      ))}
    </dl>
  )
}

/** `21 / 64 GB`: in the unit of the whole, so that the two compare at a glance. */
function memoryText({ memoryTotalBytes, memoryAvailableBytes }: HostSample): string {
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(memoryTotalBytes < 10e9 ? 1 : 0)
  return `${gigabytes(Math.max(0, memoryTotalBytes - memoryAvailableBytes))} / ${gigabytes(memoryTotalBytes)} GB`
}

function Line({ samples, tone }: { readonly samples: readonly HostSample[]; readonly tone: string }) {
  const now = useNow()
  const points = samples.map(({ at, cpuRatio }) => ({ at, ratio: cpuRatio }))
  return (
    <svg
      className={`host-line ${tone}`}
      viewBox={`0 -1 ${LINE.width} ${LINE.height + 2}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="CPU over the last 10 minutes"
    >
      <path d={linePath(points, { ...LINE, now })} />
    </svg>
  )
}

function Users({ host, jobs }: { readonly host: HostView; readonly jobs: readonly JobView[] }) {
  const more = jobs.length - NAMED_JOBS
  return (
    <footer className="dim">
      <span className="number">{host.cpus !== null && counted(host.cpus, 'core')}</span>
      {jobs.slice(0, NAMED_JOBS).map(job => (
        <a key={job.id} className="cut" href={routeHash({ view: 'job', id: job.id, tab: null })}>
          <JobCommand job={job} />
        </a>
      ))}
      {more > 0 && <span className="nowrap">+{more}</span>}
      {jobs.length === 0 && <span>no job of yours</span>}
    </footer>
  )
}

function Away({ host, lastAt }: { readonly host: HostView; readonly lastAt: number | null }) {
  const now = useNow()
  const parts = [
    lastAt !== null && `${ageText(now - lastAt)} old`,
    lastAt === null && host.retryAt === null && 'no values yet',
    host.retryAt !== null && (host.retryAt > now ? `retry in ${Math.ceil((host.retryAt - now) / 1000)} s` : 'trying…'),
  ]
  return (
    <footer className="dim">
      <span className="cut number grow" title={host.error ? visibleLines(host.error.message) : undefined}>
        {parts.filter(Boolean).join(' · ')}
      </span>
      <HostAction host={host} />
    </footer>
  )
}
