/** The list of keys. */
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { KEYS } from '../palette/key-sequences.ts'

export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const modifier = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'
  const rows = [
    { keys: [modifier, 'K'], text: 'Find and do anything, from anywhere; with Shift from a terminal' },
    ...KEYS,
    { keys: ['s'], text: 'Start a process, in the list of processes; x stops, r restarts it, Space shows its output' },
    { keys: ['/'], text: 'Search all output, in Processes; f follows it, e and E go from failure to failure' },
    { keys: [modifier, '↵'], text: 'Push, in the push dialog' },
    { keys: ['Esc'], text: 'Close what lies over the window' },
  ]
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys-list">
        {rows.map(({ keys, text }) => (
          <div key={text} style={{ display: 'contents' }}>
            <dt>
              {keys.map(key => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <footer>
        <Button onPress={onClose}>Close</Button>
      </footer>
    </Dialog>
  )
}
