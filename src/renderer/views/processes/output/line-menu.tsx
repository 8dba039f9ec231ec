/** The menu over a line of output, or over what is selected there. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { copyAndSay } from '../../../components/copy-text.ts'
import { moveFocus } from '../../../components/menu-keys.ts'
import { showError } from '../../../stores/toasts.ts'

export type LineMenuPlace = { left: number; top: number; process: string; text: string; copied: string }

type LineMenuProps = { readonly place: LineMenuPlace; readonly onMark: () => void; readonly onClose: () => void }

export function LineMenu({ place, onMark, onClose }: LineMenuProps) {
  const menu = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState({ left: place.left, top: place.top })
  useLayoutEffect(() => {
    const { width = 0, height = 0 } = menu.current?.getBoundingClientRect() ?? {}
    setAt({ left: Math.min(place.left, innerWidth - width - 8), top: Math.min(place.top, innerHeight - height - 8) })
  }, [place])
  useEffect(() => menu.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus(), [])
  const choose = (act: () => unknown) => () => {
    onClose()
    act()
  }
  return (
    <div
      ref={menu}
      className="menu line-menu"
      role="menu"
      tabIndex={-1}
      style={at}
      aria-label="This output"
      onBlur={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget) && onClose()}
      onKeyDown={event => moveFocus(event, onClose)}
    >
      <button type="button" role="menuitem" onClick={choose(onMark)}>
        Mark as failure…
      </button>
      <button type="button" role="menuitem" onClick={choose(() => copyAndSay(place.copied, 'Copied').catch(showError))}>
        Copy
      </button>
    </div>
  )
}
