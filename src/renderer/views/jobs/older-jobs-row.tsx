/** The end of the table while there are older jobs than those here: they come as one scrolls, or are looked through for the filter. */
import { useEffect } from 'react'
import { counted } from '../../../shared/format.ts'
import { Button } from '../../components/button.tsx'
import { useCore } from '../../stores/core-store.ts'
import { useJobsView } from './jobs-view-state.ts'
import { loadOlderJobs, stopLoadingOlderJobs, useOlderJobs } from './older-jobs.ts'

/** So many rows before the end the next page is fetched. */
const AHEAD = 40

type OlderJobsProps = { readonly isFiltered: boolean; readonly known: number; readonly lastSeen: number }

export function OlderJobs({ isFiltered, known, lastSeen }: OlderJobsProps) {
  const loading = useOlderJobs(state => state.loading)
  const here = useCore(state => state.jobs.length)
  const isNewestFirst = useJobsView(({ sort }) => sort.column === 'job' && sort.isDescending)
  // Filtered or in another order the next page may bring nothing for the eye: then it is for the person to say.
  const isWanted = !isFiltered && isNewestFirst && lastSeen >= known - AHEAD
  // biome-ignore lint/correctness/useExhaustiveDependencies: `here` changes with each page, after which the next may be wanted.
  useEffect(() => {
    if (isWanted && loading === null) void loadOlderJobs('page')
  }, [isWanted, here])
  const text = isFiltered ? `Looked through ${counted(here, 'job')}; there are older ones.` : `${counted(here, 'job')} so far.`
  return (
    <div className="older-row row">
      <span className="dim number" role="status">
        {text} {loading !== null && 'Loading…'}
      </span>
      {loading === 'untilEnd' ? (
        <Button onPress={stopLoadingOlderJobs}>Cancel</Button>
      ) : (
        <>
          <Button disabled={loading !== null} onPress={() => void loadOlderJobs('page')}>
            Load older
          </Button>
          <Button disabled={loading !== null} onPress={() => void loadOlderJobs('untilEnd')}>
            Load all
          </Button>
        </>
      )}
    </div>
  )
}
