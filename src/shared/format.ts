/** How figures, times and states are written for people: the same words in every verb. */
import { type Command, type HostView, type JobView, owedPulls } from './domain.ts'
import { shellJoin } from './shell-quote.ts'

const SHORT_ID_LENGTH = 8

export function shortId(id: string): string {
  return id.slice(0, SHORT_ID_LENGTH)
}

/** A command as one would type it. */
export function commandText(command: Command): string {
  return 'line' in command ? command.line : shellJoin(command.argv)
}

/** `0:02:14`: hours go on counting above 24. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
}

/** `12 s`, `2 min`, `5 h`, `3 d`: the one unit that matters. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** `999 B`, `1.2 kB`, `34 MB`: powers of 1000, three figures at most. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.max(0, Math.floor(bytes))} B`
  let value = bytes
  let unit = -1
  const units = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB']
  // 999.5 would be written as 1000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** `1,234`: grouped by hand, since Intl costs milliseconds at start. */
export function countText(count: number): string {
  return String(Math.floor(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`
}

export function percentText(ratio: number): string {
  return `${Math.round(ratio * 100)} %`
}

type Ended = Pick<JobView, 'outcome' | 'exitCode' | 'signal'>

/** What is shown as a job's status. Not knowing comes first: what was last known may be true no more. */
export function statusText(job: Ended & Pick<JobView, 'state' | 'unknownSince'>, now: number): string {
  if (job.state === 'ended') return outcomeText(job)
  if (job.unknownSince !== null) return `unknown (${ageText(now - job.unknownSince)})`
  return job.state
}

function outcomeText(job: Ended): string {
  switch (job.outcome) {
    case 'exited':
      return `done [${job.exitCode ?? '?'}]`
    case 'signalled':
      return `done [SIG${job.signal ?? '?'}]`
    case 'link-lost':
      return 'link lost'
    case null:
      return 'ended'
    default:
      return job.outcome
  }
}

/** What is to be said of the files that a job was to bring back: nothing, if all went well. */
export function pullText(job: Parameters<typeof owedPulls>[0]): '' | 'pulling' | 'not pulled' {
  if (job.pullResults.some(({ error }) => error !== null)) return 'not pulled'
  return owedPulls(job).length > 0 ? 'pulling' : ''
}

/** How long it ran, or has run; while its host cannot be asked, up to when it was last known to run. Empty before it ran. */
export function jobDurationText(job: Pick<JobView, 'startedAt' | 'endedAt' | 'unknownSince'>, now: number): string {
  if (job.startedAt === null) return ''
  return durationText((job.endedAt ?? job.unknownSince ?? now) - job.startedAt)
}

export function hostStateText(host: Pick<HostView, 'state' | 'since' | 'isDrained'>, now: number): string {
  const state = host.state === 'offline' ? `offline (${ageText(now - host.since)})` : host.state
  return host.isDrained ? `${state}, drained` : state
}
