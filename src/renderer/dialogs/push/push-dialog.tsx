/** Pushing a folder of the core's machine and a command: by its path, or the command alone. */
import { useEffect, useState } from 'react'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { useSettled } from '../../components/use-settled.ts'
import { core } from '../../core.ts'
import { FolderField } from './folder-field.tsx'
import { FolderPreview, type Preview } from './folder-preview.tsx'
import { PushFields, PushKeys } from './push-fields.tsx'
import { changeDraft, folderPath, usePushDraft } from './push-form.ts'
import { usePush } from './use-push.ts'

type PushDialogProps = { readonly folder: string | null; readonly onClose: () => void }

export function PushDialog({ folder: given, onClose }: PushDialogProps) {
  const form = usePushDraft()
  const [preview, setPreview] = useState<Preview | null>(null)
  // A folder that is there already leaves the command to be typed.
  const [isCommandNext] = useState(given !== null || form.folder !== '')
  const home = useAnswer('home', () => core.call('folder.list', { path: null })).answer
  const folder = folderPath(form.folder, home.kind === 'here' ? home.value.path : null)
  const settledFolder = useSettled(folder)
  const push = usePush({ form, folder, onPushed: onClose })
  useEffect(() => {
    if (given !== null) changeDraft({ folder: given })
  }, [given])
  return (
    <Dialog title={<Title folder={folder} isSent={form.isSent} />} onClose={onClose} className="push-dialog">
      <PushFields
        form={form}
        push={push}
        folder={folder}
        isHere={true}
        totalBytes={form.isSent && preview?.folder === settledFolder ? preview.bytes : null}
        isCommandNext={isCommandNext}
        onSubmit={push.push}
        footer={
          <>
            <label className="row check">
              <input type="checkbox" checked={form.isSent} onChange={event => push.change({ isSent: event.target.checked })} />{' '}
              Send the folder
            </label>
            <span className="grow" />
            <Button onPress={onClose}>Cancel</Button>
            <button type="submit" className="button primary" disabled={push.isBusy} aria-busy={push.isBusy}>
              Push <PushKeys />
            </button>
          </>
        }
      >
        <FolderField
          value={form.folder}
          path={folder}
          machine={home.kind === 'here' ? home.value.machine : null}
          problem={push.problem?.field === 'folder' ? push.problem.message : null}
          onChange={text => push.change({ folder: text })}
        />
        {form.isSent && settledFolder !== null && (
          <FolderPreview key={settledFolder} folder={settledFolder} onPreview={setPreview} />
        )}
      </PushFields>
    </Dialog>
  )
}

function Title({ folder, isSent }: { readonly folder: string | null; readonly isSent: boolean }) {
  if (folder === null) return isSent ? 'Push a folder' : 'Run a command'
  return (
    <>
      {isSent ? 'Push' : 'Run in'} <span className="mono">{visible(folder)}</span>
    </>
  )
}
