/** What a person is told when the window, and with it the core, is about to end: what goes on without it, and what waits. */
import type { JobCounts } from '../../shared/contract.ts'
import { counted } from '../../shared/format.ts'

export type Leaving = {
  /** A line; empty when there is nothing to tell. */
  summary: string
  /** To be asked before it ends; null when nothing is broken off by that. */
  question: { message: string; detail: string } | null
}

/** `isKept`: another core follows at once, and goes on with everything. */
export function leaving(
  { runningJobs, comingJobs, unknownJobs, pulls }: JobCounts & { pulls: number },
  isKept: boolean,
): Leaving {
  const { queued, syncing, starting } = comingJobs
  const goOn = runningJobs > 0 ? `${counted(runningJobs, 'job goes on on its host', 'jobs go on on their hosts')}` : ''
  const waiting =
    queued + starting > 0 && !isKept ? `${counted(queued + starting, 'job waits', 'jobs wait')} for the next start` : ''
  const unknown = unknownJobs > 0 ? counted(unknownJobs, 'job is unknown', 'jobs are unknown') : ''
  const summary = [goOn, waiting, unknown].filter(Boolean).join('; ')
  const broken = [syncing > 0 ? counted(syncing, 'push', 'pushes') : '', pulls > 0 ? counted(pulls, 'pull') : ''].filter(Boolean)
  if (broken.length === 0 || isKept) return { summary, question: null }
  const message = `${broken.join(' and ')} under way`
  const detail = `Quitting breaks off what is under way; it goes on when Drover is next started, but a pull that you asked for by hand does not.${summary ? ` ${summary}.` : ''}`
  return { summary, question: { message, detail } }
}
