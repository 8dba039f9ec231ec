/** Brings files of a job to the core's machine: what, to where; how far it is; and what is in the way is asked about. */
import { type KeyboardEvent, useEffect, useState } from 'react'
import type { JobView } from '../../../../shared/domain.ts'
import { isDropped } from '../../../../shared/drop.ts'
import { counted } from '../../../../shared/format.ts'
import { visible } from '../../../../shared/visible.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { Field } from '../../../components/field.tsx'
import { Problem } from '../../../components/problem.tsx'
import { shareText } from '../sync-text.ts'
import { Pull, type PullState } from './pull.ts'

type PullDialogProps = { readonly job: JobView; readonly pattern: string; readonly onClose: () => void }

export function PullDialog({ job, pattern: firstPattern, onClose }: PullDialogProps) {
  const [pattern, setPattern] = useState(firstPattern)
  const [destination, setDestination] = useState(job.folder === null || isDropped(job.folder) ? '' : job.folder)
  const [state, setState] = useState<PullState>({ kind: 'asking' })
  const [pull] = useState(() => new Pull(job.id, setState))
  useEffect(() => () => pull.forget(), [pull])
  const begin = (overwrite: boolean) => pull.begin({ pattern, destination, overwrite })
  const close = () => {
    if (state.kind === 'running') void pull.cancel()
    onClose()
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && isReady) void begin(false)
  }
  const isRunning = state.kind === 'running'
  const isReady = pattern !== '' && destination.startsWith('/') && !isRunning
  return (
    <Dialog title="Pull files" onClose={close}>
      <Field label="What" hint={`A file, a folder or a pattern, in the job’s folder on ${visible(job.host ?? 'its host')}`}>
        {parts => (
          <input
            {...parts}
            className="input mono"
            value={pattern}
            disabled={isRunning}
            placeholder="out/*.bin"
            onChange={event => setPattern(event.target.value)}
            onKeyDown={pressed}
          />
        )}
      </Field>
      <Field label="To which folder" hint="On the machine on which Drover’s core runs; a whole path">
        {parts => (
          <input
            {...parts}
            className="input mono"
            value={destination}
            disabled={isRunning}
            onChange={event => setDestination(event.target.value)}
            onKeyDown={pressed}
          />
        )}
      </Field>
      <PullStanding state={state} />
      <footer>
        {state.kind === 'done' ? (
          <Button kind="primary" onPress={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onPress={close}>Cancel</Button>
            {state.kind === 'in-the-way' && (
              <Button kind="danger" onPress={() => begin(true)}>
                Overwrite {counted(state.count, 'file')}
              </Button>
            )}
            <Button kind="primary" disabled={!isReady} onPress={() => begin(false)}>
              Pull
            </Button>
          </>
        )}
      </footer>
    </Dialog>
  )
}

function PullStanding({ state }: { readonly state: PullState }) {
  switch (state.kind) {
    case 'asking':
      return null
    case 'running':
      return (
        <p role="status" className="number">
          {state.isWaiting
            ? 'Waiting for the host…'
            : `Pulling ${counted(state.filesDone, 'file')}, ${shareText(state.bytesDone, state.bytesTotal)}…`}
        </p>
      )
    case 'in-the-way':
      return (
        <div role="alert">
          <p>{counted(state.count, 'file')} would be overwritten. Nothing was changed.</p>
          <ul className="mono in-the-way">
            {state.files.map(file => (
              <li key={file}>{visible(file)}</li>
            ))}
          </ul>
        </div>
      )
    case 'failed':
      return <Problem error={state} />
    case 'done':
      return (
        <div role="status">
          <p>Brought {counted(state.files.length, 'match', 'matches')}:</p>
          <ul className="mono in-the-way">
            {state.files.slice(0, 20).map(file => (
              <li key={file}>{visible(file)}</li>
            ))}
          </ul>
        </div>
      )
  }
}
