/** Over the output: search through all history, from failure to failure, times, copying, clearing, and marking what is a failure. */
import { ArrowDown, ArrowUp, Clock, Copy, Eraser, OctagonAlert } from 'lucide-react'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { countText } from '../../../../shared/format.ts'
import type { ProjectHead } from '../../../../shared/process.ts'
import { Button } from '../../../components/button.tsx'
import { copyAndSay } from '../../../components/copy-text.ts'
import { core } from '../../../core.ts'
import { coreNow } from '../../../stores/clock.ts'
import { stepTo } from '../../job/log/log-search.ts'
import { SearchField } from '../../job/log/search-field.tsx'
import { showTimes, useProcessesState } from '../processes-state.ts'
import type { OutputModel } from './output-model.ts'
import { shownText } from './output-row.tsx'
import type { OldPlace } from './place-view.tsx'
import { type ProcessSearch, searchProcesses, searchText } from './process-search.ts'

type OutputToolsProps = {
  readonly project: ProjectHead
  readonly labels: readonly string[] | null
  readonly model: OutputModel
  readonly searchField: RefObject<HTMLInputElement | null>
  readonly onGoTo: (place: OldPlace) => void
  readonly onFailure: (step: 1 | -1) => void
  readonly onMark: () => void
}

export function OutputTools({ project, labels, model, searchField, onGoTo, onFailure, onMark }: OutputToolsProps) {
  const hasTimes = useProcessesState(state => state.hasTimes)
  const copy = async () => {
    const selected = getSelection()?.toString() ?? ''
    if (selected !== '') return copyAndSay(selected, 'Copied what is selected')
    const lines = [...model.state().rows.rows()].filter(({ type }) => type === 'line').map(shownText)
    await copyAndSay(`${lines.join('\n')}\n`, `Copied the ${countText(lines.length)} lines that are here`)
  }
  return (
    <div className="log-tools">
      <Search project={project} labels={labels} field={searchField} onGoTo={onGoTo} />
      <span className="grow" />
      <span className="joined-tools">
        <Button kind="quiet" aria-label="Previous failure" title="Previous failure (E)" onPress={() => onFailure(-1)}>
          <OctagonAlert size={13} />
          <ArrowUp size={13} />
        </Button>
        <Button kind="quiet" aria-label="Next failure" title="Next failure (e)" onPress={() => onFailure(1)}>
          <ArrowDown size={13} />
        </Button>
      </span>
      <Button title="Text whose appearance means that something broke; also by a right click in the output" onPress={onMark}>
        Mark as failure…
      </Button>
      <Button
        kind="quiet"
        aria-label="Times"
        title="When each line was printed"
        aria-pressed={hasTimes}
        onPress={() => showTimes(!hasTimes)}
      >
        <Clock size={14} />
      </Button>
      <Button kind="quiet" aria-label="Copy" title="Copy what is selected, or the lines that are here" onPress={copy}>
        <Copy size={14} />
      </Button>
      <Button
        kind="quiet"
        aria-label="Clear"
        title="Clear this view; the logs stay as they are"
        onPress={() => model.clear(coreNow())}
      >
        <Eraser size={14} />
      </Button>
    </div>
  )
}

type SearchProps = Pick<OutputToolsProps, 'project' | 'labels' | 'onGoTo'> & {
  readonly field: RefObject<HTMLInputElement | null>
}

function Search({ project, labels, field, onGoTo }: SearchProps) {
  const [text, setText] = useState('')
  const [how, setHow] = useState({ isRegex: false, ignoreCase: true })
  const [search, setSearch] = useState<ProcessSearch | null>(null)
  const [current, setCurrent] = useState(-1)
  const running = useRef<{ abort: AbortController; asked: string } | null>(null)
  const asked = JSON.stringify([text, how, labels])
  useEffect(() => () => running.current?.abort.abort(), [])

  function show({ matches }: ProcessSearch, index: number): void {
    const match = matches[index]
    setCurrent(index)
    if (match) onGoTo(match)
  }

  function clear(): void {
    running.current?.abort.abort()
    running.current = null
    setSearch(null)
    setCurrent(-1)
  }

  function begin(): void {
    clear()
    if (text === '' || labels?.length === 0) return
    const abort = new AbortController()
    running.current = { abort, asked }
    let isShown = false
    void searchProcesses(
      core.call,
      { project: project.id, processes: labels ?? [], query: { pattern: text, ...how }, signal: abort.signal },
      state => {
        if (running.current?.abort !== abort) return
        setSearch(state)
        if (isShown || state.matches.length === 0) return
        isShown = true
        show(state, 0)
      },
    )
  }

  function step(by: 1 | -1): void {
    if (search === null || running.current?.asked !== asked) begin()
    else show(search, stepTo(search.matches.length, current, by))
  }

  return (
    <SearchField
      label="Search all output"
      title="All that was ever printed, newest runs first (/)"
      field={field}
      text={text}
      how={how}
      said={search && searchText(search, current)}
      isSearching={search?.phase === 'searching'}
      onText={setText}
      onHow={setHow}
      onStep={step}
      onClear={clear}
      onStop={() => running.current?.abort.abort()}
    />
  )
}
