/** Listens for the keys of the whole window. A field keeps its keys, and a terminal all of them but the palette's with Shift or ⌘. */
import { useEffect } from 'react'
import { closeDialog, openDialog, useDialogs } from '../stores/dialogs.ts'
import { mayAct } from '../stores/may-act.ts'
import { navigate } from '../stores/route.ts'
import { type KeyAction, NOTHING_TYPED, typeKey } from './key-sequences.ts'

export function useKeys(): void {
  useEffect(() => {
    let typed = NOTHING_TYPED
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      if (isPaletteKey(event)) {
        event.preventDefault()
        const isOpen = useDialogs.getState().open?.kind === 'palette'
        if (isOpen) closeDialog()
        else openDialog({ kind: 'palette' })
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || document.querySelector('dialog[open]'))
        return
      const next = typeKey(typed, event.key, Date.now())
      typed = next.typed
      if (next.action === null) return
      event.preventDefault()
      act(next.action)
    }
    // Before a terminal takes them.
    document.addEventListener('keydown', onKey, { capture: true })
    return () => document.removeEventListener('keydown', onKey, { capture: true })
  }, [])
}

export function act(action: KeyAction): void {
  if (action === 'push') {
    if (mayAct()) openDialog({ kind: 'push', folder: null })
  } else if (action === 'palette' || action === 'keys') openDialog({ kind: action })
  else if (action === 'processes') navigate({ view: action, project: null, process: null })
  else navigate({ view: action })
}

/** Ctrl K in a terminal is the program's: shells and editors cut a line by it. */
function isPaletteKey({ key, ctrlKey, metaKey, shiftKey, altKey, target }: KeyboardEvent): boolean {
  if (key.toLowerCase() !== 'k' || altKey || !(ctrlKey || metaKey)) return false
  const isTerminal = target instanceof Element && target.closest('.xterm') !== null
  return !isTerminal || metaKey || shiftKey
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('textarea, select, input:not([type=checkbox]):not([type=radio])') !== null
}
