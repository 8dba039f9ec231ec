/** A dialog over the window: the browser's own, which keeps the focus in, gives it back, and closes by Escape. */
import type { ReactNode } from 'react'
import { useModal } from './use-modal.ts'

type DialogProps = {
  readonly title: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
  readonly className?: string
}

export function Dialog({ title, onClose, children, className = '' }: DialogProps) {
  const modal = useModal(onClose)
  return (
    <dialog
      {...modal}
      className={`dialog ${className}`}
      aria-labelledby="dialog-title"
      onMouseDown={event => event.target === event.currentTarget && isOutside(event, event.currentTarget) && onClose()}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  )
}

/** The backdrop is of the dialog's element, yet not in its box. */
function isOutside({ clientX, clientY }: { clientX: number; clientY: number }, dialog: HTMLDialogElement): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  return clientX < left || clientX > right || clientY < top || clientY > bottom
}
