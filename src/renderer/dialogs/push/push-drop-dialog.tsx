/** Pushing a folder that was dropped: all is chosen while it is on its way to the core, and pressed early it is pushed once it is there. */
import { useEffect } from 'react'
import { bytesText, counted } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { DropSummary } from '../../drop/drop-summary.tsx'
import { changeDrop, type DropView, dismissDrop, useDrop, useDrops } from '../../stores/drops.ts'
import { showToast } from '../../stores/toasts.ts'
import { PushFields, PushKeys } from './push-fields.tsx'
import { type PushForm, usePushDraft } from './push-form.ts'
import { usePush } from './use-push.ts'

type DialogOfDrop = { readonly drop: DropView; readonly onClose: () => void }

export function PushDropDialog({ dropId, onClose }: { readonly dropId: number; readonly onClose: () => void }) {
  const drop = useDrop(dropId)
  if (!drop) return null
  const { name, step } = drop
  const close = () => {
    dismissDrop(dropId)
    onClose()
  }
  const leave = () => {
    close()
    if (step.kind !== 'whole' && step.kind !== 'failed')
      showToast({ kind: 'done', text: `Cancelled. If you drop ${visible(name)} again, it goes on where it stopped.` })
  }
  return (
    <Dialog title={<Title drop={drop} />} onClose={leave} className="push-dialog">
      {step.kind === 'failed' ? <Failed drop={drop} onClose={leave} /> : <Push drop={drop} onClose={leave} onPushed={close} />}
    </Dialog>
  )
}

function Push({ drop, onClose, onPushed }: DialogOfDrop & { readonly onPushed: () => void }) {
  const { id, folder, decision, step, isAwaited } = drop
  const draft = usePushDraft()
  // What was dropped is what is sent, whatever the draft of another push says.
  const form: PushForm = { ...draft, folder: '', isSent: true }
  const push = usePush({ form, folder, onPushed })
  const waiting = useDrops(({ drops, paths }) => drops.length - 1 + paths.length)
  const isHere = step.kind === 'whole'
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is pushed once, as the form is then
  useEffect(() => {
    if (!isHere || !isAwaited) return
    changeDrop(id, { isAwaited: false })
    void push.push()
  }, [isHere, isAwaited])
  const submit = () => {
    if (isHere) void push.push()
    else if (folder !== null && push.check()) changeDrop(id, { isAwaited: true })
  }
  return (
    <PushFields
      form={form}
      push={push}
      folder={folder}
      isHere={isHere}
      totalBytes={decision?.bytes ?? null}
      isCommandNext={true}
      onSubmit={submit}
      footer={
        <>
          <span className="grow" />
          <Button onPress={onClose}>Cancel</Button>
          {isAwaited ? (
            <Button
              key="awaited"
              aria-pressed={true}
              title="Press to take it back"
              onPress={() => changeDrop(id, { isAwaited: false })}
            >
              Pushes when it is here
            </Button>
          ) : (
            <button
              key="push"
              type="submit"
              className="button primary"
              disabled={push.isBusy || folder === null}
              aria-busy={push.isBusy}
            >
              {isHere ? 'Push' : 'Push when it is here'} <PushKeys />
            </button>
          )}
        </>
      }
    >
      <DropSummary drop={drop} />
      {waiting > 0 && <p className="faint">After this one: {counted(waiting, 'more folder')}.</p>}
    </PushFields>
  )
}

function Failed({ drop, onClose }: DialogOfDrop) {
  return (
    <>
      <DropSummary drop={drop} />
      <footer>
        <Button onPress={onClose}>Close</Button>
        <Button kind="primary" autoFocus onPress={drop.retry}>
          Try again
        </Button>
      </footer>
    </>
  )
}

function Title({ drop: { name, decision } }: { readonly drop: DropView }) {
  return (
    <span className="drop-title">
      <span>
        Push <span className="mono">{visible(name)}</span>
      </span>
      {decision && (
        <span className="drop-totals number">
          {counted(decision.files, 'file')} · {bytesText(decision.bytes)}
        </span>
      )}
    </span>
  )
}
