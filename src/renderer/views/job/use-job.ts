/** Finds a job by its id or the beginning of one: in what the window knows, else by asking the core, which knows older ones too. */
import { useEffect, useState } from 'react'
import type { JobView } from '../../../shared/domain.ts'
import { toErrorBody } from '../../../shared/errors.ts'
import { core } from '../../core.ts'
import { onCoreEvent } from '../../link/follow-core.ts'
import { useCore } from '../../stores/core-store.ts'

export type FoundJob = { kind: 'asking' } | { kind: 'here'; job: JobView } | { kind: 'nowhere'; message: string }

export function useJob(id: string): FoundJob {
  const known = useCore(state => state.jobById.get(id))
  const isConnected = useCore(state => state.isLoaded && state.link.kind === 'connected')
  const [asked, setAsked] = useState<{ id: string; found: FoundJob } | null>(null)
  const isKnown = known !== undefined
  useEffect(() => {
    if (isKnown || !isConnected) return
    let isWanted = true
    const tell = (found: FoundJob) => isWanted && setAsked({ id, found })
    core.call('job.get', { job: id }).then(
      ({ job }) => tell({ kind: 'here', job }),
      error => tell({ kind: 'nowhere', message: toErrorBody(error).message }),
    )
    // One that is older than the snapshot changes all the same.
    const forget = onCoreEvent(event => {
      if (event.type === 'job.changed' && event.job.id.startsWith(id)) tell({ kind: 'here', job: event.job })
      if (event.type === 'job.removed' && event.jobId.startsWith(id)) tell({ kind: 'nowhere', message: 'It was removed.' })
    })
    return () => {
      isWanted = false
      forget()
    }
  }, [id, isKnown, isConnected])
  if (known) return { kind: 'here', job: known }
  return asked?.id === id ? asked.found : { kind: 'asking' }
}
