/** How a job's end is told: as the exit code of the command line, and in words. */
import { constants } from 'node:os'
import type { JobView } from '../shared/domain.ts'
import { durationText, jobDurationText, shortId, statusText } from '../shared/format.ts'
import { visible, visibleLines } from '../shared/visible.ts'
import { EXIT_INTERRUPTED, EXIT_OWN_FAILURE } from './errors.ts'

/** The job's own code where it has one, 128 + N where signal N ended it, else one of ours. */
export function jobExitCode(job: Pick<JobView, 'outcome' | 'exitCode' | 'signal'>): number {
  if (job.outcome === 'cancelled') return EXIT_INTERRUPTED
  if (job.exitCode !== null) return job.exitCode
  if (job.signal !== null) return 128 + signalNumber(job.signal)
  return job.outcome === 'stopped' ? 128 + signalNumber('TERM') : EXIT_OWN_FAILURE
}

/** True when the job ended by itself or by our wish; false when there is something to explain. */
export function hasRunToItsEnd(job: Pick<JobView, 'outcome'>): boolean {
  return job.outcome === 'exited' || job.outcome === 'signalled' || job.outcome === 'stopped'
}

/** `done [0] in 0:02:14 on box (id 1a2b3c4d)`, and the reason where there is one. */
export function summaryText(job: JobView, now: number): string {
  const took = jobDurationText(job, now) || durationText(0)
  const line = `${statusText(job, now)} in ${took} on ${visible(job.host ?? 'no host')} (id ${shortId(job.id)})`
  return job.reason === null || job.outcome === 'exited' ? line : `${line}: ${visibleLines(job.reason)}`
}

/** Why there is no exit code of the job's own, as a sentence. */
export function failureText(job: JobView): string {
  const short = shortId(job.id)
  const reason = job.reason === null ? '' : `: ${job.reason}`
  switch (job.outcome) {
    case 'cancelled':
      return `Job ${short} was cancelled before it ran${reason}`
    case 'failed':
      return `Job ${short} could not start${reason}`
    case 'lost':
      return `Job ${short} was lost on ${job.host ?? 'its host'}${reason}`
    default:
      return `Job ${short} ended without an exit code${reason}`
  }
}

export function signalNumber(signal: string): number {
  const known: Readonly<Record<string, number>> = constants.signals
  // Real-time signals and those that only other systems have are given as numbers.
  return known[`SIG${signal}`] ?? (/^\d+$/.test(signal) ? Number(signal) : 0)
}

/** Its program runs, or has run, or never will. */
export function hasBegun(job: JobView): boolean {
  return job.state === 'running' || job.state === 'ended' || (job.state === 'stopping' && job.startedAt !== null)
}
