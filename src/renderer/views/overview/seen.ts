/** What this person has seen, kept by the browser: another window of theirs need not ask again. */
import { create } from 'zustand'
import type { JobView } from '../../../shared/domain.ts'
import { parseSeen, type Seen, seeAll, seeJob } from './needs-you.ts'

const KEY = 'drover.seen'

export const useSeen = create<Seen>()(() => parseSeen(localStorage.getItem(KEY)))

addEventListener('storage', ({ key, newValue }) => {
  if (key === KEY) useSeen.setState(parseSeen(newValue))
})

export function markSeen(jobId: string): void {
  keep(seeJob(useSeen.getState(), jobId))
}

export function markAllSeen(problems: readonly JobView[]): void {
  keep(seeAll(useSeen.getState(), problems))
}

function keep(seen: Seen): void {
  useSeen.setState(seen)
  localStorage.setItem(KEY, JSON.stringify({ before: seen.before, ids: seen.ids }))
}
