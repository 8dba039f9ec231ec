/** What this person has seen, kept by the browser: another window of theirs need not ask again. */
import { useMemo } from 'react'
import { create } from 'zustand'
import type { JobView } from '../../shared/domain.ts'
import { useCore } from './core-store.ts'
import { parseSeen, type Seen, seeAll, seeJob, unseenProblems } from './needs-you.ts'

const KEY = 'drover.seen'

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

export function markSeen(jobId: string): void {
  if (useSeen.getState().ids.includes(jobId)) return
  keep(seeJob(useSeen.getState(), jobId))
}

export function markAllSeen(problems: readonly JobView[]): void {
  keep(seeAll(useSeen.getState(), problems))
}

function keep(seen: Seen): void {
  useSeen.setState(seen)
  localStorage.setItem(KEY, JSON.stringify({ before: seen.before, ids: seen.ids }))
}
