/** Several things were dropped at once, a folder among them: one clear question. */
import { counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { askAbout } from '../stores/drops.ts'
import { startDrop, takeFolder } from './run-drop.ts'
import { combined, type Thing } from './things.ts'

const SHOWN = 8

export function DropQuestion({ things }: { readonly things: readonly Thing[] }) {
  const folders = things.filter(thing => thing.kind === 'folder')
  const files = things.length - folders.length
  const [first] = folders
  const answer = (start: () => void) => () => {
    askAbout(null)
    start()
  }
  return (
    <Dialog title={`You dropped ${counted(things.length, 'thing')}`} onClose={() => askAbout(null)}>
      <ul className="drop-names mono">
        {things.slice(0, SHOWN).map((thing, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two things may have one name, and the list never changes
          <li key={index} className="cut">
            {visible(thing.name)}
            {thing.kind === 'folder' && '/'}
          </li>
        ))}
        {things.length > SHOWN && <li className="dim">and {things.length - SHOWN} more</li>}
      </ul>
      <div className="drop-choices">
        <Button kind="primary" autoFocus onPress={answer(() => startDrop(combined('dropped', things)))}>
          All in one folder, one job
        </Button>
        {folders.length > 1 && (
          <Button onPress={answer(() => folders.forEach(takeFolder))}>Each folder as a job of its own</Button>
        )}
        {first && (
          <Button onPress={answer(() => takeFolder(first))}>
            <span className="cut">Only {visible(first.name)}</span>
          </Button>
        )}
      </div>
      {folders.length > 1 && files > 0 && (
        <p className="faint">As jobs of their own, {counted(files, 'file')} beside the folders would be left out.</p>
      )}
      <footer>
        <Button onPress={() => askAbout(null)}>Cancel</Button>
      </footer>
    </Dialog>
  )
}
