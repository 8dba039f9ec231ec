/** The field by which a log is searched: how, onwards and back, and how far it is. */
import { ArrowDown, ArrowUp, CaseSensitive, Regex, X } from 'lucide-react'
import type { KeyboardEvent, RefObject } from 'react'
import { Button } from '../../../components/button.tsx'

export type SearchHow = { isRegex: boolean; ignoreCase: boolean }

type SearchFieldProps = {
  readonly label: string
  readonly title?: string
  readonly field?: RefObject<HTMLInputElement | null>
  readonly text: string
  readonly how: SearchHow
  /** What is found so far. */
  readonly said: string | null
  readonly isSearching: boolean
  readonly onText: (text: string) => void
  readonly onHow: (how: SearchHow) => void
  readonly onStep: (by: 1 | -1) => void
  /** Nothing is searched for any more. */
  readonly onClear: () => void
  readonly onStop: () => void
}

export function SearchField(props: SearchFieldProps) {
  const { label, title, field, text, how, said, isSearching, onText, onHow, onStep, onClear, onStop } = props
  const pressed = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) onStep(event.shiftKey ? -1 : 1)
    else if (event.key === 'Escape') {
      event.preventDefault()
      if (text === '') event.currentTarget.blur()
      onText('')
      onClear()
    }
  }
  return (
    <>
      <search className="log-search">
        <input
          ref={field}
          className="input"
          aria-label={label}
          placeholder={label}
          title={title}
          value={text}
          spellCheck={false}
          onChange={event => onText(event.target.value)}
          onKeyDown={pressed}
        />
        <Button
          kind="quiet"
          aria-label="Match case"
          title="Match case"
          aria-pressed={!how.ignoreCase}
          onPress={() => onHow({ ...how, ignoreCase: !how.ignoreCase })}
        >
          <CaseSensitive size={15} />
        </Button>
        <Button
          kind="quiet"
          aria-label="Regular expression"
          title="Regular expression, as grep -E knows them"
          aria-pressed={how.isRegex}
          onPress={() => onHow({ ...how, isRegex: !how.isRegex })}
        >
          <Regex size={14} />
        </Button>
        <Button kind="quiet" aria-label="Previous match" title="Previous (Shift+Enter)" onPress={() => onStep(-1)}>
          <ArrowUp size={14} />
        </Button>
        <Button kind="quiet" aria-label="Next match" title="Next (Enter)" onPress={() => onStep(1)}>
          <ArrowDown size={14} />
        </Button>
      </search>
      <span className="number dim cut" role="status" title={said ?? undefined}>
        {said}
      </span>
      {isSearching && (
        <Button kind="quiet" aria-label="Stop searching" onPress={onStop}>
          <X size={14} />
        </Button>
      )}
    </>
  )
}
