/** The whole window takes what is dropped on it, and says so as soon as something is held over it. */
import { FolderUp } from 'lucide-react'
import { useEffect, useState } from 'react'
import { showToast } from '../stores/toasts.ts'
import { takeThings } from './run-drop.ts'
import { thingsOf } from './things.ts'

export function DropZone() {
  const [held, setHeld] = useState<number | null>(null)
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer || !holdsFiles(event.dataTransfer)) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
      setHeld([...event.dataTransfer.items].filter(item => item.kind === 'file').length)
    }
    // Null beside the window's edge only: between two elements of it something else is entered.
    const leave = (event: DragEvent) => event.relatedTarget === null && setHeld(null)
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer || !holdsFiles(event.dataTransfer)) return
      event.preventDefault()
      setHeld(null)
      const things = thingsOf(event.dataTransfer)
      if (things.length > 0) takeThings(things)
      else showToast({ kind: 'problem', text: 'The browser does not let Drover read what was dropped' })
    }
    addEventListener('dragenter', over)
    addEventListener('dragover', over)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragenter', over)
      removeEventListener('dragover', over)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [])
  if (held === null) return null
  return (
    <div className="drop-zone" role="status" popover="manual" ref={overDialogs}>
      <FolderUp size={32} aria-hidden="true" />
      <strong>{held > 1 ? `Drop ${held} things to push` : 'Drop a folder to push it'}</strong>
      <span>You choose the command next. What git ignores stays where it is.</span>
    </div>
  )
}

/** What is over a dialog is so by being shown after it. */
function overDialogs(zone: HTMLDivElement | null): void {
  zone?.showPopover()
}

/** Text and links are for whatever field they are dropped on. */
function holdsFiles({ types }: DataTransfer): boolean {
  return types.includes('Files')
}
