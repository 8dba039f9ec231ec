/** The states of jobs and hosts as people see them: the same words and colours everywhere. Colour is for state alone. */
import type { HostView, JobView } from '../../shared/domain.ts'
import { ageText, pullText, statusText } from '../../shared/format.ts'
import { useNow } from '../stores/clock.ts'

export type Tone = 'ok' | 'run' | 'warn' | 'bad' | 'unknown' | 'none'

export function JobTag({ job }: { readonly job: JobView }) {
  const now = useNow()
  const pull = pullText(job)
  return (
    <>
      <span className={`tag ${jobTone(job)}`}>{statusText(job, now)}</span>
      {pull !== '' && <span className={`tag ${pull === 'pulling' ? 'run' : 'bad'}`}>{pull}</span>}
    </>
  )
}

export function jobTone(job: Pick<JobView, 'state' | 'outcome' | 'exitCode' | 'unknownSince'>): Tone {
  if (job.state !== 'ended') return job.unknownSince === null ? 'run' : 'unknown'
  if (job.outcome === 'exited') return job.exitCode === 0 ? 'ok' : 'bad'
  return job.outcome === 'stopped' || job.outcome === 'cancelled' ? 'none' : 'bad'
}

export function HostDot({ host }: { readonly host: HostView }) {
  return <span className={`dot ${hostTone(host)}`} role="img" aria-label={hostText(host)} />
}

/** `busy` begins where a further job would be slow. */
const BUSY_RATIO = 0.85

export function hostTone(host: Pick<HostView, 'state' | 'sample'>): Tone {
  if (host.state === 'refused') return 'bad'
  if (host.state === 'offline') return 'unknown'
  if (host.state === 'connecting') return 'none'
  return host.sample !== null && host.sample.cpuRatio >= BUSY_RATIO ? 'warn' : 'ok'
}

export function hostText(host: Pick<HostView, 'state' | 'sample'>): string {
  if (host.state !== 'connected') return host.state
  return hostTone(host) === 'warn' ? 'busy' : 'connected'
}

/** How long it has not been heard of. */
export function UnknownTag({ since }: { readonly since: number }) {
  return <span className="tag unknown">unknown for {ageText(useNow() - since)}</span>
}
