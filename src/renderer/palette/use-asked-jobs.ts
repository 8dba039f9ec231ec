/** Jobs of a typed id that the window does not know, older than all it has: asked of the core. */
import { useMemo } from 'react'
import type { HostView, JobView } from '../../shared/domain.ts'
import { useAnswer } from '../components/use-answer.ts'
import { useSettled } from '../components/use-settled.ts'
import { core } from '../core.ts'
import { jobEntries, type NamedJob, namedJobEntry, type PaletteEntry, unknownId } from './entries.ts'

/** `isAsking`: there may be some yet. */
export function useAskedJobs(
  known: { hosts: readonly HostView[]; jobs: readonly JobView[] },
  query: string,
): { asked: readonly PaletteEntry[]; isAsking: boolean } {
  const typed = unknownId(known.jobs, query)
  const id = useSettled(typed)
  const isSettled = id === typed
  const { answer } = useAnswer(isSettled ? id : null, () => core.call('job.get', { job: id ?? '' }))
  const asked = useMemo(() => {
    if (answer.kind === 'here') return jobEntries(answer.value.job)
    return answer.kind === 'failed' && answer.error.code === 'AMBIGUOUS' ? several(answer.error.details.jobs) : []
  }, [answer])
  return { asked, isAsking: typed !== null && (!isSettled || answer.kind === 'waiting') }
}

/** Those that an id's beginning fits, as the core's error names them. */
function several(jobs: unknown): PaletteEntry[] {
  return Array.isArray(jobs) ? jobs.filter(isNamedJob).map(namedJobEntry) : []
}

function isNamedJob(job: Partial<NamedJob> | null): job is NamedJob {
  return typeof job?.id === 'string' && typeof job.command === 'object' && (job.host === null || typeof job.host === 'string')
}
