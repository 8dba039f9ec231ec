/** Keys of the output, wherever in the view the focus is, but in a field. */
import { useEffect, useRef } from 'react'

/** `leave` says whether there was something to be left. */
export type OutputKeys = {
  search?(): void
  follow?(): void
  failure?(step: 1 | -1): void
  leave(): boolean
}

export function useOutputKeys(keys: OutputKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const isOurs = ({ target, ctrlKey, metaKey, altKey, defaultPrevented }: KeyboardEvent) =>
      !(ctrlKey || metaKey || altKey || defaultPrevented) &&
      !(target instanceof Element && target.closest('textarea, select, .xterm, [role=menu], input:not([type=checkbox])')) &&
      !document.querySelector('dialog[open]')
    // Before the window's own keys, for which it opens the palette.
    const search = (event: KeyboardEvent) => {
      const { search: go } = latest.current
      if (event.key !== '/' || !go || !isOurs(event)) return
      event.preventDefault()
      go()
    }
    const others = (event: KeyboardEvent) => {
      if (!isOurs(event)) return
      const { follow, failure, leave } = latest.current
      if (event.key === 'f') follow?.()
      else if (event.key === 'e') failure?.(1)
      else if (event.key === 'E') failure?.(-1)
      else if (event.key === 'Escape' && leave()) event.preventDefault()
    }
    addEventListener('keydown', search, { capture: true })
    addEventListener('keydown', others)
    return () => {
      removeEventListener('keydown', search, { capture: true })
      removeEventListener('keydown', others)
    }
  }, [])
}
