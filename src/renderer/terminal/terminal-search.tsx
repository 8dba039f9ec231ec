/** The search bar over a terminal: in what is on its screen and what went up out of it. */
import { ArrowDown, ArrowUp, CaseSensitive, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { Button } from '../components/button.tsx'
import type { TerminalSession } from './terminal-session.ts'
import { searchMarks } from './terminal-theme.ts'

export function TerminalSearch({ session, onClose }: { readonly session: TerminalSession; readonly onClose: () => void }) {
  const [text, setText] = useState('')
  const [isExact, setIsExact] = useState(false)
  const [found, setFound] = useState<{ index: number; count: number } | null>(null)
  const search = session.screen?.search
  useEffect(() => {
    const listening = search?.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound({ index: resultIndex, count: resultCount }),
    )
    return () => {
      listening?.dispose()
      search?.clearDecorations()
    }
  }, [search])
  const options = { caseSensitive: isExact, decorations: searchMarks() }
  const next = () => void search?.findNext(text, options)
  const previous = () => void search?.findPrevious(text, options)
  const typed = (value: string) => {
    setText(value)
    if (value === '') search?.clearDecorations()
    else search?.findNext(value, { ...options, incremental: true })
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter' && event.shiftKey) previous()
    else if (event.key === 'Enter') next()
  }
  return (
    <search className="terminal-search">
      <input
        className="input"
        // biome-ignore lint/a11y/noAutofocus: it was asked for by a key, to type in.
        autoFocus
        aria-label="Search in the terminal"
        placeholder="Search"
        value={text}
        onChange={event => typed(event.target.value)}
        onKeyDown={pressed}
      />
      <span className="faint number" role="status">
        {text !== '' && found !== null && (found.count === 0 ? 'nothing' : `${found.index + 1} of ${found.count}`)}
      </span>
      <Button kind="quiet" aria-label="Match case" aria-pressed={isExact} title="Match case" onPress={() => setIsExact(!isExact)}>
        <CaseSensitive size={15} />
      </Button>
      <Button kind="quiet" aria-label="Previous" title="Previous (Shift+Enter)" onPress={previous}>
        <ArrowUp size={14} />
      </Button>
      <Button kind="quiet" aria-label="Next" title="Next (Enter)" onPress={next}>
        <ArrowDown size={14} />
      </Button>
      <Button kind="quiet" aria-label="Close search" onPress={onClose}>
        <X size={14} />
      </Button>
    </search>
  )
}
