/** Over the lines: search through all of the log, the next error, copying, and saving it to a file. */
import { Copy, Download, OctagonAlert } from 'lucide-react'
import { useRef, useState } from 'react'
import type { JobView } from '../../../../shared/domain.ts'
import { bytesText, countText, percentText } from '../../../../shared/format.ts'
import { visible } from '../../../../shared/visible.ts'
import { Button } from '../../../components/button.tsx'
import { copyAndSay } from '../../../components/copy-text.ts'
import { core } from '../../../core.ts'
import { showToast } from '../../../stores/toasts.ts'
import type { LogModel } from './log-model.ts'
import { findNext, nearest, type Query, type SearchState, searchLog, stepTo } from './log-search.ts'
import { SaveLog } from './save-log.tsx'
import { SearchField } from './search-field.tsx'
import { plainText } from './sgr.ts'

const ERRORS: Query = { pattern: 'error|failed|fatal|panic|traceback', isRegex: true, ignoreCase: true }

type LogToolsProps = {
  readonly job: JobView
  readonly model: LogModel
  readonly marked: number | null
  readonly onGoTo: (byte: number) => void
}

export function LogTools({ job, model, marked, onGoTo }: LogToolsProps) {
  const [text, setText] = useState('')
  const [how, setHow] = useState({ isRegex: false, ignoreCase: true })
  const [search, setSearch] = useState<SearchState | null>(null)
  const [current, setCurrent] = useState(-1)
  const [isSaving, setIsSaving] = useState(false)
  const running = useRef<{ abort: AbortController; query: string } | null>(null)
  const from = () => marked ?? model.state().window.start

  function begin(): void {
    running.current?.abort.abort()
    if (text === '') {
      clear()
      return
    }
    const abort = new AbortController()
    running.current = { abort, query: JSON.stringify([text, how]) }
    let isShown = false
    setCurrent(-1)
    void searchLog(core.call, {
      job: job.id,
      query: { pattern: text, ...how },
      signal: abort.signal,
      onState: state => {
        if (running.current?.abort !== abort) return
        setSearch(state)
        const isNear = state.phase !== 'searching' || state.matches.some(({ byte }) => byte >= from())
        if (!isShown && state.matches.length > 0 && isNear) {
          isShown = true
          show(state, nearest(state.matches, from()))
        }
      },
    })
  }

  function show(state: SearchState, index: number): void {
    const match = state.matches[index]
    setCurrent(index)
    if (match) onGoTo(match.byte)
  }

  function step(by: 1 | -1): void {
    if (search === null || running.current?.query !== JSON.stringify([text, how])) begin()
    else show(search, stepTo(search.matches.length, current, by))
  }

  function clear(): void {
    running.current?.abort.abort()
    running.current = null
    setSearch(null)
    setCurrent(-1)
  }

  async function nextError(): Promise<void> {
    const fromByte = marked === null ? model.state().window.start : marked + 1
    const found = await findNext(core.call, { job: job.id, query: ERRORS, fromByte, signal: new AbortController().signal })
    if (found) onGoTo(found.byte)
    else
      showToast({
        kind: 'done',
        text: 'No error further down',
        ...(fromByte > 0 && { action: { label: 'From the top', run: fromTop } }),
      })
  }

  async function fromTop(): Promise<void> {
    const found = await findNext(core.call, { job: job.id, query: ERRORS, fromByte: 0, signal: new AbortController().signal })
    if (found) onGoTo(found.byte)
  }

  async function copy(): Promise<void> {
    const { window } = model.state()
    const selected = getSelection()?.toString() ?? ''
    const lines = Array.from({ length: selected === '' ? window.lineCount : 0 }, (_, line) => plainText(window.textOf(line)))
    if (selected !== '') await copyAndSay(selected, 'Copied what is selected')
    else await copyAndSay(`${lines.join('\n')}\n`, `Copied the ${countText(lines.length)} lines that are here`)
  }

  return (
    <div className="log-tools">
      <SearchField
        label="Search the whole log"
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
      <span className="grow" />
      <Button onPress={nextError}>
        <OctagonAlert size={13} /> Next error
      </Button>
      <Button kind="quiet" title="Copy what is selected, or the lines that are here" aria-label="Copy" onPress={copy}>
        <Copy size={14} />
      </Button>
      <Button kind="quiet" title="Save the whole log to a file" aria-label="Save the log" onPress={() => setIsSaving(true)}>
        <Download size={14} />
      </Button>
      {isSaving && <SaveLog job={job} onClose={() => setIsSaving(false)} />}
    </div>
  )
}

function searchText({ matches, searchedTo, logBytes, phase, error }: SearchState, current: number): string {
  if (error) return visible(error.message)
  const place = current < 0 ? '' : `${countText(current + 1)} of `
  const count = `${place}${countText(matches.length)}${phase === 'full' ? '+' : ''}`
  if (phase === 'searching') {
    const done = logBytes === 0 ? '' : `, ${percentText(searchedTo / logBytes)} of ${bytesText(logBytes)} searched`
    return `${count}${done}…`
  }
  if (phase === 'left') return `${count}, left at ${percentText(logBytes === 0 ? 0 : searchedTo / logBytes)}`
  return matches.length === 0 ? 'nothing found' : count
}
