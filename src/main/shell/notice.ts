/** Which ends of jobs a person is told of on the desktop, and in which words. Pure: the time and who watches are arguments. */
import type { JobView } from '../../shared/domain.ts'
import { commandText, counted, durationText, shortId, statusText } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'

export type Notice = {
  title: string
  body: string
  isUrgent: boolean
  /** What it is about; null for several at once. */
  jobId: string | null
}

/** What a notification offers, by the words on its buttons. */
export const NOTICE_ACTIONS = { default: 'Open', log: 'Log', again: 'Run again' } as const
export type NoticeAction = keyof typeof NOTICE_ACTIONS

export type NoticeRules = {
  /** Told of jobs that failed. */
  failed: boolean
  /** Told of jobs that ended well after at least this long; 0: of none. */
  longJobMs: number
}

export type EndedJob = Pick<
  JobView,
  'id' | 'command' | 'host' | 'state' | 'outcome' | 'exitCode' | 'signal' | 'reason' | 'unknownSince' | 'startedAt' | 'endedAt'
>

const MAX_COMMAND = 80

/**
 * Null for what nobody needs to be told: what the person ended himself, what went well in a moment, and what went wrong in a moment
 * before the eyes of whoever follows it.
 */
export function noticeOf(job: EndedJob, { isWatched, rules }: { isWatched: boolean; rules: NoticeRules }): Notice | null {
  const { outcome, exitCode, endedAt, startedAt } = job
  if (endedAt === null || outcome === null || outcome === 'stopped' || outcome === 'cancelled') return null
  const tookMs = startedAt === null ? 0 : endedAt - startedAt
  const isLong = rules.longJobMs > 0 && tookMs >= rules.longJobMs
  const isFailed = outcome !== 'exited' || exitCode !== 0
  if (isFailed ? !rules.failed || (isWatched && !isLong) : !isLong) return null
  const where = job.host === null ? '' : ` on ${visible(job.host)}`
  const took = startedAt === null ? '' : ` after ${durationText(tookMs)}`
  const lines = [`${statusText(job, endedAt)}${where}${took} (${shortId(job.id)})`]
  if (job.reason !== null) lines.push(visible(job.reason))
  return {
    title: `${shown(commandText(job.command))} ${isFailed ? 'failed' : 'is done'}`,
    body: lines.join('\n'),
    isUrgent: isFailed,
    jobId: job.id,
  }
}

/** A host that goes down takes many with it: that is one thing to be told. */
export function summaryOf(notices: readonly Notice[]): Notice {
  const failed = notices.filter(notice => notice.isUrgent).length
  const done = notices.length - failed
  const parts = [failed > 0 && `${counted(failed, 'job')} failed`, done > 0 && `${counted(done, 'job')} done`].filter(Boolean)
  return {
    title: parts.join(', '),
    body: notices
      .slice(0, 3)
      .map(notice => notice.title)
      .concat('…')
      .join('\n'),
    isUrgent: failed > 0,
    jobId: null,
  }
}

function shown(command: string): string {
  const text = visible(command)
  return text.length <= MAX_COMMAND ? text : `${text.slice(0, MAX_COMMAND - 1)}…`
}
