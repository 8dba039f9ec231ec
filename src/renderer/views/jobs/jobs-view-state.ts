/** How this window shows its jobs: filter and order outlive a reload, what is chosen and where one was only a look at another view. */
import { create } from 'zustand'
import { JOB_COLUMNS, type JobSort, NEWEST_FIRST } from './job-sort.ts'
import { NOTHING, type Selection } from './selection.ts'

const KEY = 'drover.jobs'

/** `scroll`: how far down one was in the list as it was then, by filter and order. */
type JobsViewState = { filter: string; sort: JobSort; selection: Selection; scroll: { list: string; top: number } }

export const useJobsView = create<JobsViewState>()(() => ({ ...restored(), selection: NOTHING, scroll: { list: '', top: 0 } }))

export function setFilter(filter: string): void {
  useJobsView.setState({ filter })
  keep()
}

export function setSort(sort: JobSort): void {
  useJobsView.setState({ sort })
  keep()
}

export function changeSelection(change: (selection: Selection) => Selection): void {
  useJobsView.setState(({ selection }) => ({ selection: change(selection) }))
}

function keep(): void {
  const { filter, sort } = useJobsView.getState()
  sessionStorage.setItem(KEY, JSON.stringify({ filter, sort }))
}

/** What another version wrote there, or nobody, is as if nothing were. */
function restored(): Pick<JobsViewState, 'filter' | 'sort'> {
  try {
    const { filter, sort } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<JobsViewState>
    const column = JOB_COLUMNS.find(name => name === sort?.column)
    return {
      filter: typeof filter === 'string' ? filter : '',
      sort: column ? { column, isDescending: sort?.isDescending === true } : NEWEST_FIRST,
    }
  } catch {
    return { filter: '', sort: NEWEST_FIRST }
  }
}
