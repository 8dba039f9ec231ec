/** What this person has seen, kept by the browser: another window of theirs need not ask again. */
import { useMemo } from 'react'
import { create } from 'zustand'
import type { JobView } from '../../shared/domain.ts'
import type { ProcessView } from '../../shared/process.ts'
import { core } from '../core.ts'
import { useCore } from './core-store.ts'
import { mayAct } from './may-act.ts'
import { parseSeen, problemId, type Seen, seeAll, seeJob, unseenProblems, unseenProcesses } from './needs-you.ts'

const KEY = 'drover.seen'
/** In one call. */
const MAX_TOLD = 2_000

const useSeen = create<Seen>()(() => parseSeen(localStorage.getItem(KEY)))

addEventListener('storage', ({ key, newValue }) => {
  if (key === KEY) useSeen.setState(parseSeen(newValue))
})

/** Newest end first. */
export function useUnseenProblems(): JobView[] {
  const jobs = useCore(state => state.jobs)
  const seen = useSeen()
  return useMemo(() => unseenProblems(jobs, seen), [jobs, seen])
}

/** Newest first. */
export function useUnseenProcesses(): ProcessView[] {
  const processes = useCore(state => state.processes)
  const seen = useSeen()
  return useMemo(() => unseenProcesses(processes, seen), [processes, seen])
}

export function markSeen(jobId: string): void {
  if (useSeen.getState().ids.includes(jobId)) return
  tell([jobId])
  keep(seeJob(useSeen.getState(), jobId))
}

export function markProcessSeen(process: ProcessView): void {
  if (process.jobId !== null) markSeen(process.jobId)
  else keep(seeJob(useSeen.getState(), problemId(process)))
}

export function markAllSeen(problems: readonly JobView[], processes: readonly ProcessView[]): void {
  tell([...problems.map(job => job.id), ...processes.flatMap(({ jobId }) => jobId ?? [])])
  keep(seeAll(useSeen.getState(), problems, processes))
}

/** The tray need not say it any more. */
function tell(jobIds: readonly string[]): void {
  if (jobIds.length === 0) return
  if (!mayAct()) return
  core.call('window.seen', { jobIds: jobIds.slice(0, MAX_TOLD) }).catch(() => undefined) // It is said here no more, in any case.
}

function keep(seen: Seen): void {
  useSeen.setState(seen)
  localStorage.setItem(KEY, JSON.stringify({ before: seen.before, ids: seen.ids }))
}
