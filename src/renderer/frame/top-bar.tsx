/** The name, the way to everything (the palette), and the two things one does most. */
import { Plus, Upload } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { openDialog } from '../stores/dialogs.ts'
import { Logo } from './logo.tsx'

export function TopBar() {
  return (
    <header className="top">
      <a className="logo" href="#/">
        <Logo /> <span className="words">Drover</span>
      </a>
      <button type="button" className="palette-field" onClick={() => openDialog({ kind: 'palette' })}>
        <span className="grow cut">Push a folder, go to…</span>
        <kbd>{isMac() ? '⌘ K' : 'Ctrl K'}</kbd>
      </button>
      <Button onPress={() => openDialog({ kind: 'add-host' })}>
        <Plus size={14} /> <span className="words">Add host</span>
      </Button>
      <Button kind="primary" onPress={() => openDialog({ kind: 'push', folder: null })}>
        <Upload size={14} /> <span className="words">Push folder</span>
      </Button>
    </header>
  )
}

function isMac(): boolean {
  return navigator.platform.startsWith('Mac')
}
