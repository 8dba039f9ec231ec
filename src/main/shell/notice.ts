/** What a person is told of on the desktop, and in which words. Pure: the time and who watches are arguments. */
import { basename } from 'node:path'
import type { JobView } from '../../shared/domain.ts'
import { ageText, commandText, counted, durationText, shortId, statusText } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'

/** Of what a notice tells, in numbers: so several can become one. */
export type NoticeCounts = { failed: number; done: number; away: number; back: number; files: number }
export type Notice = {
  title: string
  body: string
  /** Worth being told of late rather than not at all. */
  isUrgent: boolean
  /** The job it is about; null for a host, or for several at once. */
  jobId: string | null
  /** Where in the window it is about. */
  route: string
  counts: NoticeCounts
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

export const NOTHING_TOLD: NoticeCounts = { failed: 0, done: 0, away: 0, back: 0, files: 0 }
const MAX_COMMAND = 80
const MAX_REASON = 300

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
  if (job.reason !== null) lines.push(shown(job.reason, MAX_REASON))
  return {
    title: `${shown(commandText(job.command), MAX_COMMAND)} ${isFailed ? 'failed' : 'is done'}`,
    body: lines.join('\n'),
    isUrgent: isFailed,
    jobId: job.id,
    route: `/jobs/${job.id}`,
    counts: { ...NOTHING_TOLD, [isFailed ? 'failed' : 'done']: 1 },
  }
}

export type HostNews = {
  name: string
  /** What was not told of it while it was away. */
  meanwhile: NoticeCounts
}

export function awayNotice({ name, why, meanwhile }: HostNews & { why: string | null }): Notice {
  const lines = [why === null ? '' : shown(why, MAX_REASON), countsText(meanwhile)].filter(Boolean)
  return hostNotice(name, { title: `${visible(name)} is away`, body: lines.join('\n'), counts: { ...meanwhile, away: 1 } })
}

export function backNotice({ name, awayMs, meanwhile }: HostNews & { awayMs: number }): Notice {
  const lines = [`It was away for ${ageText(awayMs)}`, countsText(meanwhile)].filter(Boolean)
  return hostNotice(name, { title: `${visible(name)} is back`, body: lines.join('\n'), counts: { ...meanwhile, back: 1 } })
}

/** `keptAs`: it was changed here too, and what came stands there. `why`: something of it stays on the host. */
export type FileNews = { host: string; path: string } & ({ keptAs: string } | { why: string })

/** Of a file of this computer that an app of a host had open. */
export function fileNotice({ host, path, ...news }: FileNews): Notice {
  const name = shown(basename(path), MAX_COMMAND)
  const isKept = 'keptAs' in news
  return {
    title: isKept ? `${name} was changed here and on ${visible(host)}` : `${name} is not all back from ${visible(host)}`,
    body: isKept ? `What came from there is kept as ${shown(news.keptAs, MAX_REASON)}` : shown(news.why, MAX_REASON),
    isUrgent: true,
    jobId: null,
    route: '/apps',
    counts: { ...NOTHING_TOLD, files: 1 },
  }
}

/** What somebody has just chosen on the desktop did not work. */
export function failureNotice({ what, why, route }: { what: string; why: string; route: string }): Notice {
  const counts = { ...NOTHING_TOLD, failed: 1 }
  return { title: shown(what, MAX_COMMAND), body: shown(why, MAX_REASON), isUrgent: true, jobId: null, route, counts }
}

/** A host that goes down takes many with it: that is one thing to be told. `before` stands before the numbers. */
export function summaryOf(notices: readonly Notice[], before = ''): Notice {
  const counts = notices.map(notice => notice.counts).reduce(sumOf, NOTHING_TOLD)
  const titles = notices.slice(0, 3).map(notice => notice.title)
  return {
    title: `${before}${countsText(counts)}`,
    body: [...titles, ...(notices.length > 3 ? ['…'] : [])].join('\n'),
    isUrgent: notices.some(notice => notice.isUrgent),
    jobId: null,
    route: '/jobs',
    counts,
  }
}

export function sumOf(a: NoticeCounts, b: NoticeCounts): NoticeCounts {
  return {
    failed: a.failed + b.failed,
    done: a.done + b.done,
    away: a.away + b.away,
    back: a.back + b.back,
    files: a.files + b.files,
  }
}

function hostNotice(name: string, parts: Pick<Notice, 'title' | 'body' | 'counts'>): Notice {
  return { ...parts, isUrgent: false, jobId: null, route: `/hosts/${name}` }
}

function countsText({ failed, done, away, back, files }: NoticeCounts): string {
  const parts = [
    failed > 0 && `${counted(failed, 'job')} failed`,
    done > 0 && `${counted(done, 'job')} done`,
    away > 0 && `${counted(away, 'host')} away`,
    back > 0 && `${counted(back, 'host')} back`,
    files > 0 && `${counted(files, 'file needs', 'files need')} you`,
  ]
  return parts.filter(Boolean).join(', ')
}

function shown(text: string, most: number): string {
  const cut = text.length <= most ? text : `${text.slice(0, most - 1)}…`
  const safe = visible(cut)
  return safe.length <= most ? safe : `${safe.slice(0, most - 1)}…`
}
