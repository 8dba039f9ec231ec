/** What happened at one place of a chart. Under the pointer it only tells; once it is clicked it stays, and leads on. */
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { counted } from '../../shared/format.ts'
import type { Flag, FlagGroup } from './flags.ts'

type FlagPopoverProps<T extends Flag> = {
  readonly group: FlagGroup<T>
  readonly isPinned: boolean
  /** Of the chart. */
  readonly width: number
  readonly describe: (flag: T) => ReactNode
  /** By Escape: the focus goes back. */
  readonly onClose: () => void
  /** The focus went elsewhere. */
  readonly onLeave: () => void
}

const WIDTH = 320
const SHOWN = 6
const SHOWN_PINNED = 40

export function FlagPopover<T extends Flag>({ group, isPinned, width, describe, onClose, onLeave }: FlagPopoverProps<T>) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isPinned) place.current?.focus()
  }, [isPinned])
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    onClose()
  }
  const shown = group.flags.slice(0, isPinned ? SHOWN_PINNED : SHOWN)
  const more = group.flags.length - shown.length
  return (
    <div
      ref={place}
      className={`chart-popover number${isPinned ? ' pinned' : ''}`}
      role="dialog"
      aria-label="What happened"
      tabIndex={-1}
      style={{ left: Math.max(0, Math.min(width - WIDTH, group.x - WIDTH / 2)), width: Math.min(WIDTH, width) }}
      onKeyDown={onKey}
      onBlur={event => isPinned && !event.currentTarget.contains(event.relatedTarget) && onLeave()}
    >
      <ul className="plain-list">
        {shown.map(flag => (
          <li key={flag.id}>{describe(flag)}</li>
        ))}
      </ul>
      {more > 0 && <p className="faint">and {counted(more, 'more', 'more')}</p>}
    </div>
  )
}
