/** Shows the notes of stores/toasts.ts; a screen reader reads them out as they come. */
import { X } from 'lucide-react'
import { dismissToast, type Toast, useToasts } from '../stores/toasts.ts'
import { Button } from './button.tsx'

export function Toasts() {
  const toasts = useToasts(state => state.toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, kind, text, action }) => (
        <div key={id} className="toast">
          <span className={`dot ${kind === 'done' ? 'ok' : 'bad'}`} style={{ marginTop: 5 }} />
          <span className="grow">{text}</span>
          {action && <Button onPress={() => take(id, action)}>{action.label}</Button>}
          <Button kind="quiet" aria-label="Dismiss" onPress={() => dismissToast(id)}>
            <X size={14} />
          </Button>
        </div>
      ))}
    </div>
  )
}

/** What it offers is taken once. */
function take(id: number, action: NonNullable<Toast['action']>): unknown {
  dismissToast(id)
  return action.run()
}
