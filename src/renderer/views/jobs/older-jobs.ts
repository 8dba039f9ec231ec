/**
 * Jobs older than those that came with the snapshot, page by page, for a list that is scrolled to its end or searched to it. A page is
 * small enough for a slow link; one is under way at a time.
 */
import { create } from 'zustand'
import { core } from '../../core.ts'
import { applyOlderJobs, useCore } from '../../stores/core-store.ts'
import { showError } from '../../stores/toasts.ts'

const PAGE = 500

/** `untilEnd`: all there are, one page after the other. */
export const useOlderJobs = create<{ loading: 'page' | 'untilEnd' | null }>()(() => ({ loading: null }))

export async function loadOlderJobs(how: 'page' | 'untilEnd'): Promise<void> {
  if (useOlderJobs.getState().loading !== null) return
  useOlderJobs.setState({ loading: how })
  try {
    do await loadPage()
    while (useOlderJobs.getState().loading === 'untilEnd' && useCore.getState().olderJobs !== null)
  } catch (error) {
    showError(error)
  } finally {
    useOlderJobs.setState({ loading: null })
  }
}

/** After the page that is under way. */
export function stopLoadingOlderJobs(): void {
  if (useOlderJobs.getState().loading !== null) useOlderJobs.setState({ loading: 'page' })
}

async function loadPage(): Promise<void> {
  const before = useCore.getState().olderJobs
  if (before === null) return
  const { jobs } = await core.call('job.list', { before, limit: PAGE })
  // A snapshot that came meanwhile has its own end.
  if (useCore.getState().olderJobs === before) applyOlderJobs(jobs, PAGE)
}
