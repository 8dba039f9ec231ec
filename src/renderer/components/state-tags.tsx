/** The states of jobs, processes and hosts as people see them: the same words and colours everywhere. Colour is for state alone. */
import type { HostView, JobView } from '../../shared/domain.ts'
import { ageText, pullText, statusText } from '../../shared/format.ts'
import type { ProcessView } from '../../shared/process.ts'
import { useNow } from '../stores/clock.ts'
import { processTone, processWord } from './process-state.ts'

type Tone = 'ok' | 'run' | 'warn' | 'bad' | 'unknown' | 'none'

export function JobTag({ job }: { readonly job: JobView }) {
  const pull = pullText(job)
  return (
    <>
      <span className={`tag ${jobTone(job)}`}>
        {job.state !== 'ended' && job.unknownSince !== null ? <AgeingStatus job={job} /> : statusText(job, 0)}
      </span>
      {pull !== '' && <span className={`tag ${pull === 'pulling' ? 'run' : 'bad'}`}>{pull}</span>}
    </>
  )
}

/** Of a table of jobs only what has an age is drawn anew each second. */
function AgeingStatus({ job }: { readonly job: JobView }) {
  return statusText(job, useNow())
}

function jobTone(job: Pick<JobView, 'state' | 'outcome' | 'exitCode' | 'unknownSince'>): Tone {
  if (job.state !== 'ended') return job.unknownSince === null ? 'run' : 'unknown'
  if (job.outcome === 'exited') return job.exitCode === 0 ? 'ok' : 'bad'
  return job.outcome === 'stopped' || job.outcome === 'cancelled' ? 'none' : 'bad'
}

export function ProcessTag({ process }: { readonly process: ProcessView }) {
  return (
    <span className={`tag ${processTone(process)}`}>
      {processWord(process)}
      {process.unknownSince !== null && <Ageing since={process.unknownSince} />}
    </span>
  )
}

function Ageing({ since }: { readonly since: number }) {
  return ` (${ageText(useNow() - since)})`
}

export function HostDot({ host }: { readonly host: HostView }) {
  return <span className={`dot ${hostTone(host)}`} role="img" aria-label={hostText(host)} />
}

/** `isNext`: the next job goes there, where there is a choice. */
export function HostTag({ host, isNext = false }: { readonly host: HostView; readonly isNext?: boolean }) {
  const tone = hostTone(host)
  switch (host.state) {
    case 'connected':
      return isNext ? <span className="tag ok">next for jobs</span> : <span className={`tag ${tone}`}>{hostText(host)}</span>
    case 'refused':
      return (
        <span className="tag bad">
          {host.error?.code === 'HOST_KEY_CHANGED' ? 'key changed' : <Since host={host} word="needs you," />}
        </span>
      )
    case 'offline':
      return (
        <span className="tag unknown">
          <Since host={host} word="unknown for" />
        </span>
      )
    case 'connecting':
      return <span className="tag none">connecting…</span>
  }
}

function Since({ host, word }: { readonly host: HostView; readonly word: string }) {
  return `${word} ${ageText(useNow() - host.since)}`
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
