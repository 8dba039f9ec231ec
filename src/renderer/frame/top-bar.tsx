/** The name, the way to everything (the palette), and the two things one does most. */
import { Plus, Upload } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { openDialog } from '../stores/dialogs.ts'
import { useMayAct } from '../stores/may-act.ts'
import { Logo } from './logo.tsx'

export function TopBar() {
  const mayAct = useMayAct()
  return (
    <header className="top">
      <a className="logo" href="#/">
        <Logo /> <span className="words">Drover</span>
      </a>
      <button type="button" className="palette-field" onClick={() => openDialog({ kind: 'palette' })}>
        <span className="grow cut">{mayAct ? 'Launch an app, push a folder, go to…' : 'Go to…'}</span>
        <kbd>{isMac() ? '⌘ K' : 'Ctrl K'}</kbd>
      </button>
      {mayAct ? (
        <>
          <Button onPress={() => openDialog({ kind: 'add-host' })}>
            <Plus size={14} /> <span className="words">Add host</span>
          </Button>
          <Button kind="primary" onPress={() => openDialog({ kind: 'push', folder: null })}>
            <Upload size={14} /> <span className="words">Push folder</span>
          </Button>
        </>
      ) : (
        <span className="tag none" title="This page was opened to look, and can do nothing">
          read only
        </span>
      )}
    </header>
  )
}

function isMac(): boolean {
  return navigator.platform.startsWith('Mac')
}
