/** The palette: type, choose by arrows, Enter. What would lose something asks first, in the same place. */
import './palette.css'
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from 'react'
import { useModal } from '../components/use-modal.ts'
import { useApps } from '../stores/apps.ts'
import { useCore } from '../stores/core-store.ts'
import { appEntries } from './app-entries.ts'
import { doDeed } from './do-deed.ts'
import { matchingEntries, type PaletteEntry } from './entries.ts'
import { noteRecent, recentIds } from './recents.ts'
import { useAskedJobs } from './use-asked-jobs.ts'

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const modal = useModal(onClose)
  const list = useId()
  const [query, setQuery] = useState('')
  const [asked, setAsked] = useState<PaletteEntry | null>(null)
  const [selected, setSelected] = useState(0)
  // As it was when the palette opened: a list that moves under the fingers would do the wrong thing.
  const [known] = useState(() => useCore.getState())
  const [recents] = useState(recentIds)
  const { asked: askedJobs, isAsking } = useAskedJobs(known, query)
  const { apps } = useApps()
  const found = useMemo(
    () => matchingEntries(known, query, recents, [...askedJobs, ...appEntries(apps)]),
    [known, query, recents, askedJobs, apps],
  )
  const entries = asked === null ? found : answersTo(asked)
  const current = entries[Math.min(selected, entries.length - 1)]
  useEffect(() => {
    if (current) document.getElementById(optionId(list, current))?.scrollIntoView({ block: 'nearest' })
  }, [current, list])
  const choose = (entry: PaletteEntry) => {
    if (asked === null && entry.question !== undefined) {
      setAsked(entry)
      setSelected(0)
      return
    }
    if (asked !== null && entry.id === NO) {
      setAsked(null)
      setSelected(0)
      return
    }
    noteRecent((asked ?? entry).id)
    onClose()
    doDeed(entry.deed)
  }
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setSelected(at => nextIndex(Math.min(at, entries.length - 1), step, entries.length))
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      if (current) choose(current)
    }
  }
  return (
    <dialog
      {...modal}
      className="palette"
      aria-label="Find and do anything"
      onMouseDown={event => event.target === event.currentTarget && onClose()}
    >
      <div className="palette-inside">
        <input
          className="palette-input"
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={current && optionId(list, current)}
          aria-autocomplete="list"
          aria-label={asked?.question ?? 'Find and do anything'}
          placeholder="A view, an app, a host, a job or its id, something to do…"
          value={asked === null ? query : (asked.question ?? '')}
          readOnly={asked !== null}
          spellCheck={false}
          autoComplete="off"
          onKeyDown={onKey}
          onChange={event => {
            setQuery(event.target.value)
            setSelected(0)
          }}
        />
        <div id={list} role="listbox" aria-label="What fits" className="palette-list">
          {entries.map(entry => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and takes the keys
            // biome-ignore lint/a11y/useFocusableInteractive: as above, by aria-activedescendant
            <div
              key={entry.id}
              id={optionId(list, entry)}
              role="option"
              aria-selected={entry === current}
              className="palette-option"
              onClick={() => choose(entry)}
            >
              <span className="cut">{entry.title}</span>
              {entry.detail !== undefined && <span className="faint mono cut">{entry.detail}</span>}
              {entry.keys !== undefined && <kbd>{entry.keys}</kbd>}
            </div>
          ))}
        </div>
        {entries.length === 0 && (
          <p className="palette-none" role="status">
            {isAsking ? 'Looking for the job…' : 'Nothing fits.'}
          </p>
        )}
      </div>
    </dialog>
  )
}

const NO = 'no'

/** No first: Enter pressed once too often loses nothing. */
function answersTo(entry: PaletteEntry): PaletteEntry[] {
  return [
    { id: NO, title: 'No', deed: entry.deed },
    { id: 'yes', title: 'Yes', deed: entry.deed },
  ]
}

/** Single steps go round, pages end at the ends. */
function nextIndex(at: number, step: number, count: number): number {
  if (count === 0) return 0
  if (Math.abs(step) === 1) return (at + step + count) % count
  return Math.max(0, Math.min(count - 1, at + step))
}

function optionId(list: string, entry: PaletteEntry): string {
  return `${list}-${entry.id}`
}
