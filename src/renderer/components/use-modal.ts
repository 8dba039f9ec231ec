/** What every modal dialog needs of the browser: it is shown over the window, and gives the focus back however it goes. */
import { type RefObject, type SyntheticEvent, useLayoutEffect, useRef } from 'react'

type Modal = {
  ref: RefObject<HTMLDialogElement | null>
  onCancel(event: SyntheticEvent<HTMLDialogElement>): void
  onClose(event: SyntheticEvent<HTMLDialogElement>): void
}

/**
 * Props for a `<dialog>` that is there as long as it is open. Escape tells `close` at once: of a dialog that has closed by itself one hears
 * later, and by then the next key may have opened another, which would be closed in its place.
 */
export function useModal(close: () => void): Modal {
  const ref = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // The browser gives the focus back to where it was only for one that is closed before it is gone.
    return () => dialog?.close()
  }, [])
  return {
    ref,
    onCancel: event => {
      // That of a file chooser in it comes up to here as well.
      if (event.target !== event.currentTarget) return
      event.preventDefault()
      close()
    },
    // The browser may close it without asking. One that is gone, or is shown again, is told of as well.
    onClose: ({ currentTarget: { isConnected, open } }) => {
      if (isConnected && !open) close()
    },
  }
}
