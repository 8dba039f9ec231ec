/** A job whose page is looked at is seen: what went wrong with it needs nobody any more. */
import { useEffect } from 'react'
import type { JobView } from '../../../shared/domain.ts'
import { jobProblem } from '../../stores/needs-you.ts'
import { markSeen } from '../../stores/seen.ts'

export function useLookedAt(job: JobView): void {
  const { id } = job
  const isProblem = jobProblem(job) !== null
  useEffect(() => {
    if (!isProblem) return
    // Behind another window, or in another tab, nobody has seen it yet.
    const see = () => {
      if (!document.hidden) markSeen(id)
    }
    see()
    document.addEventListener('visibilitychange', see)
    return () => document.removeEventListener('visibilitychange', see)
  }, [id, isProblem])
}
