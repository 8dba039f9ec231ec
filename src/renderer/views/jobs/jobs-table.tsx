// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and says which row it is at.
// biome-ignore-all lint/a11y/useSemanticElements: rows of a <table> cannot be placed by themselves, as only those in sight are there.
/** The table of jobs: only the rows in sight are there, however many there are. One place of the keyboard, as in lists everywhere. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, useCallback, useLayoutEffect, useRef } from 'react'
import type { JobView } from '../../../shared/domain.ts'
import { useRowsInSight } from '../../components/rows-in-sight.ts'
import { useCore } from '../../stores/core-store.ts'
import { navigate } from '../../stores/route.ts'
import { JobRow, ROW_HEIGHT, rowId } from './job-row.tsx'
import { type JobColumn, sortAfterClick } from './job-sort.ts'
import { changeSelection, setSort, useJobsView } from './jobs-view-state.ts'
import { OlderJobs } from './older-jobs-row.tsx'
import { chooseAll, chooseNone, extendTo, moveTo, toggle } from './selection.ts'

const HEADERS: readonly { column: JobColumn; name: string; isFigure?: boolean }[] = [
  { column: 'job', name: 'Job' },
  { column: 'host', name: 'Host' },
  { column: 'folder', name: 'Folder' },
  { column: 'command', name: 'Command' },
  { column: 'state', name: 'State' },
  { column: 'time', name: 'Time', isFigure: true },
  { column: 'memory', name: 'Peak memory', isFigure: true },
]
const HEADER_HEIGHT = 32

type JobsTableProps = {
  readonly jobs: readonly JobView[]
  /** Another one, by filter or order, begins at its top. */
  readonly list: string
  readonly isFiltered: boolean
  readonly onRemove: () => void
}

export function JobsTable({ jobs, list, isFiltered, onRemove }: JobsTableProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const hasOlder = useCore(state => state.olderJobs !== null)
  const selection = useJobsView(state => state.selection)
  const { chosen, cursor } = selection
  // Before it is looked which rows are in sight.
  useLayoutEffect(() => {
    const { current } = scroller
    if (current === null) return
    current.scrollTop = scrollOf(list)
    return () => useJobsView.setState({ scroll: { list, top: current.scrollTop } })
  }, [list])
  const inSight = useRowsInSight(scroller, {
    count: jobs.length,
    rowPx: ROW_HEIGHT,
    headPx: HEADER_HEIGHT,
    initialTop: scrollOf(list),
  })

  /** What handlers need of this drawing; they themselves stay the same, or every row would be drawn anew. */
  const latest = useRef(jobs)
  latest.current = jobs
  const press = useCallback((event: MouseEvent, job: JobView, isOnBox: boolean) => {
    if (event.shiftKey) {
      event.preventDefault()
      changeSelection(before => extendTo(before, idsOf(latest.current), job.id))
    } else if (event.ctrlKey || event.metaKey || isOnBox) {
      event.preventDefault()
      changeSelection(before => toggle(before, job.id))
    } else if (getSelection()?.isCollapsed !== false) {
      // Who drags over a command wants its text, not its job.
      changeSelection(before => ({ ...before, cursor: job.id, anchor: job.id }))
      navigate({ view: 'job', id: job.id, tab: null })
    }
  }, [])

  const pressKey = (event: KeyboardEvent) => {
    const isHandled = handleKey(event, { jobs, page: pageOf(scroller.current), onRemove })
    if (isHandled === null) return
    event.preventDefault()
    const index = jobs.findIndex(({ id }) => id === useJobsView.getState().selection.cursor)
    if (isHandled === 'moved' && index >= 0) inSight.show(index)
  }

  const shown = jobs.slice(inSight.first, inSight.end)
  const isCursorThere = shown.some(({ id }) => id === cursor)
  return (
    <div ref={scroller} className="jobs-scroll">
      <div
        role="grid"
        className="jobs-grid"
        tabIndex={0}
        aria-label="Jobs"
        aria-multiselectable="true"
        aria-rowcount={hasOlder ? -1 : jobs.length + 1}
        aria-colcount={HEADERS.length + 1}
        aria-activedescendant={isCursorThere && cursor !== null ? rowId(cursor) : undefined}
        onKeyDown={pressKey}
      >
        <TableHead />
        <div role="rowgroup" className="job-rows" style={{ height: jobs.length * ROW_HEIGHT }}>
          {shown.map((job, place) => (
            <JobRow
              key={job.id}
              job={job}
              index={inSight.first + place}
              isChosen={chosen.has(job.id)}
              isCursor={job.id === cursor}
              onPress={press}
            />
          ))}
        </div>
      </div>
      {hasOlder && <OlderJobs isFiltered={isFiltered} known={jobs.length} lastSeen={Math.max(0, inSight.end - 1)} />}
    </div>
  )
}

function scrollOf(list: string): number {
  const { scroll } = useJobsView.getState()
  return scroll.list === list ? scroll.top : 0
}

function TableHead() {
  const sort = useJobsView(state => state.sort)
  return (
    <div role="rowgroup" className="job-table-head">
      <div role="row" aria-rowindex={1} className="job-table-head-row">
        <div role="columnheader" className="choice">
          <span className="visually-hidden">Chosen</span>
        </div>
        {HEADERS.map(({ column, name, isFigure }) => {
          const order = sort.column !== column ? 'none' : sort.isDescending ? 'descending' : 'ascending'
          return (
            <div key={column} role="columnheader" aria-sort={order} className={`of-${column}${isFigure ? ' figure' : ''}`}>
              <button type="button" onClick={() => setSort(sortAfterClick(sort, column))}>
                {name}
                {order === 'ascending' && <ArrowUp size={11} aria-hidden />}
                {order === 'descending' && <ArrowDown size={11} aria-hidden />}
              </button>
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** What a key does; null: nothing of ours. */
function handleKey(
  event: KeyboardEvent,
  { jobs, page, onRemove }: { jobs: readonly JobView[]; page: number; onRemove: () => void },
): 'moved' | 'done' | null {
  // Keys on a header's button are the button's.
  if (event.target instanceof HTMLButtonElement) return null
  const { cursor } = useJobsView.getState().selection
  const at = jobs.findIndex(({ id }) => id === cursor)
  const move = (index: number) => {
    changeSelection(before => moveTo(before, idsOf(jobs), index, event.shiftKey))
    return 'moved' as const
  }
  const job = jobs[at]
  const isCommand = event.ctrlKey || event.metaKey
  switch (event.key) {
    case 'ArrowDown':
      return move(at + 1)
    case 'ArrowUp':
      return move(at - 1)
    case 'PageDown':
      return move(at + page)
    case 'PageUp':
      return move(at - page)
    case 'Home':
      return move(0)
    case 'End':
      return move(jobs.length - 1)
    case 'Enter':
      if (job) navigate({ view: 'job', id: job.id, tab: null })
      return 'done'
    case ' ':
      if (job) changeSelection(before => toggle(before, job.id))
      return 'done'
    case 'Escape':
      changeSelection(chooseNone)
      return 'done'
    case 'Delete':
      onRemove()
      return 'done'
    case 'a':
      if (!isCommand) return null
      changeSelection(before => chooseAll(before, idsOf(jobs)))
      return 'done'
    default:
      return null
  }
}

function pageOf(element: HTMLElement | null): number {
  return Math.max(1, Math.floor(((element?.clientHeight ?? 0) - HEADER_HEIGHT) / ROW_HEIGHT) - 1)
}

function idsOf(jobs: readonly JobView[]): string[] {
  return jobs.map(({ id }) => id)
}
