/** What a person is told of a process on the desktop. Pure: one notice for what has changed, and none for what its host mends by itself. */
import type { BrokenBy, PatternAction, ProcessView } from '../../shared/process.ts'
import { visible } from '../../shared/visible.ts'
import { NOTHING_TOLD, type Notice, type NoticeRules } from './notice.ts'

export type ProcessChange = { before: ProcessView | null; after: ProcessView; project: string }

const MAX_LINE = 200
const MAX_LINES = 7

/** Null for what nobody needs to be told. */
export function processNotice(change: ProcessChange, rules: Pick<NoticeRules, 'failed'>): Notice | null {
  const what = rules.failed ? fallOf(change) : null
  if (what === null) return null
  const { after, project } = change
  const where = after.host === null ? '' : ` on ${visible(after.host)}`
  return {
    title: `${after.label} of ${cut(project)} ${what}`,
    body: [
      `${after.reason === null ? '' : cut(after.reason)}${where}`.trim(),
      ...(after.brokenBy?.lines ?? []).map(cut).slice(-MAX_LINES),
    ]
      .filter(Boolean)
      .join('\n'),
    isUrgent: true,
    jobId: null,
    route: processRoute(after),
    counts: { ...NOTHING_TOLD, failed: 1 },
  }
}

const DONE: Readonly<Record<PatternAction['type'], string>> = {
  stop: 'is stopped',
  restart: 'is started anew',
  tell: 'goes on',
  command: 'goes on, and the command for that is run',
}

export type FoundPattern = { process: ProcessView; project: string; action: PatternAction; by: BrokenBy }

/** A person has asked to be told of this. */
export function patternNotice({ process, project, action, by }: FoundPattern): Notice {
  const where = process.host === null ? '' : ` on ${visible(process.host)}`
  return {
    title: `"${cut(by.pattern)}" in the output of ${process.label} of ${cut(project)}`,
    body: [`It ${DONE[action.type]}${where}`, ...by.lines.map(cut).slice(-MAX_LINES)].join('\n'),
    isUrgent: true,
    jobId: null,
    route: processRoute(process),
    counts: { ...NOTHING_TOLD, failed: 1 },
  }
}

/** It is for a person to look at: nobody starts it again, or it has been started again too often. */
export function needsPerson({ lastState, isRestartDue, isFlapping }: ProcessView): boolean {
  return lastState === 'broken' || (lastState === 'dead' && !isRestartDue) || isFlapping
}

export function processRoute({ projectId, label }: Pick<ProcessView, 'projectId' | 'label'>): string {
  return `/processes/${projectId}/${label}`
}

function fallOf({ before, after }: ProcessChange): string | null {
  const isNew = (is: (view: ProcessView) => boolean) => is(after) && (before === null || !is(before))
  if (isNew(view => view.lastState === 'broken')) return 'is broken'
  if (isNew(view => view.isFlapping)) return `keeps failing: ${after.failures} times in a row`
  return isNew(view => needsPerson(view) && view.lastState === 'dead') ? 'is dead' : null
}

function cut(text: string): string {
  const safe = visible(text)
  return safe.length <= MAX_LINE ? safe : `${safe.slice(0, MAX_LINE - 1)}…`
}
