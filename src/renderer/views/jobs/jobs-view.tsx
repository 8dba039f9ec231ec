/** All jobs: found as one types, in any order, and dealt with many at once. */
import { Search } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useMemo, useState } from 'react'
import { counted, countText } from '../../../shared/format.ts'
import { Button } from '../../components/button.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { NoJobs } from '../../components/no-jobs.tsx'
import { coreNow } from '../../stores/clock.ts'
import { useCore } from '../../stores/core-store.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { actOnJobs } from './act-on-jobs.ts'
import { BulkBar } from './bulk-bar.tsx'
import { BulkDialog } from './bulk-dialog.tsx'
import { type BulkAction, eligible } from './bulk-jobs.ts'
import { matches, parseFilter, STATE_WORDS } from './job-filter.ts'
import { sortJobs } from './job-sort.ts'
import './jobs.css'
import { JobsTable } from './jobs-table.tsx'
import { setFilter, useJobsView } from './jobs-view-state.ts'
import { OlderJobs } from './older-jobs-row.tsx'

const FILTER_HELP = `Words look in id, host, folder, command and state. host:NAME and is:STATE look in one place; states: ${STATE_WORDS.join(', ')}. "Quotes" keep words together.`
/** Of so many, running them again is no slip of the hand. */
const RERUN_UNASKED = 5

export function JobsView() {
  const jobs = useCore(state => state.jobs)
  const jobById = useCore(state => state.jobById)
  const isLoaded = useCore(state => state.isLoaded)
  const hasOlder = useCore(state => state.olderJobs !== null)
  const filter = useJobsView(state => state.filter)
  const sort = useJobsView(state => state.sort)
  const chosenIds = useJobsView(state => state.selection.chosen)
  const [asked, setAsked] = useState<BulkAction | null>(null)
  const mayAct = useMayAct()
  // Letters are drawn at once, the rows they leave right after.
  const deferred = useDeferredValue(filter)

  const shown = useMemo(() => {
    const terms = parseFilter(deferred)
    const found = terms.length === 0 ? jobs : jobs.filter(job => matches(job, terms))
    return sortJobs(found, sort, coreNow())
  }, [jobs, deferred, sort])
  // What is chosen and gone from the core meanwhile is chosen no more; what the filter hides is, as the count says.
  const chosen = useMemo(() => [...chosenIds].flatMap(id => jobById.get(id) ?? []), [chosenIds, jobById])

  const total = hasOlder ? `${countText(jobs.length)}+ jobs` : counted(jobs.length, 'job')

  const act = (action: BulkAction) => {
    const isUnasked = action === 'rerun' ? chosen.length <= RERUN_UNASKED : action === 'stop' && chosen.length === 1
    if (!isUnasked) return setAsked(action)
    void actOnJobs(action, eligible(action, chosen))
  }

  return (
    <>
      <header className="jobs-header">
        <h1>Jobs</h1>
        <FilterField />
        <span className="dim number" role="status">
          {isLoaded && (deferred.trim() === '' ? total : `${countText(shown.length)} of ${total}`)}
        </span>
        <span className="grow" />
        {mayAct && chosen.length > 0 && <BulkBar chosen={chosen} onAct={act} />}
      </header>
      {!isLoaded ? (
        <Waiting what="Loading jobs" height={240} />
      ) : jobs.length === 0 ? (
        <NoJobs />
      ) : shown.length === 0 ? (
        <NoMatch hasOlder={hasOlder} />
      ) : (
        <JobsTable
          list={`${sort.column} ${sort.isDescending} ${deferred}`}
          jobs={shown}
          isFiltered={deferred.trim() !== ''}
          onRemove={() => mayAct && chosen.length > 0 && setAsked('remove')}
        />
      )}
      {asked && <BulkDialog action={asked} jobs={chosen} onClose={() => setAsked(null)} />}
    </>
  )
}

function FilterField() {
  const filter = useJobsView(state => state.filter)
  const pressKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setFilter('')
    else if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('.jobs-grid')?.focus()
    else return
    event.preventDefault()
  }
  return (
    <label className="filter-field">
      <Search size={14} aria-hidden />
      <input
        className="input"
        type="text"
        spellCheck={false}
        autoComplete="off"
        aria-label="Filter jobs"
        placeholder="Filter: words, host:NAME, is:failed"
        title={FILTER_HELP}
        value={filter}
        onChange={event => setFilter(event.target.value)}
        onKeyDown={pressKey}
      />
    </label>
  )
}

function NoMatch({ hasOlder }: { readonly hasOlder: boolean }) {
  const count = useCore(state => state.jobs.length)
  return (
    <Empty title="No job fits the filter">
      <span>{counted(count, 'job')} looked through.</span>
      <Button onPress={() => setFilter('')}>Show all</Button>
      {hasOlder && <OlderJobs isFiltered known={0} lastSeen={0} />}
    </Empty>
  )
}
