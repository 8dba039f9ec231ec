/** Pushing a folder and a command: what is sent, what is run, where and why there, what comes back. */
import './push.css'
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { toErrorBody } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Field } from '../../components/field.tsx'
import { Problem } from '../../components/problem.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { useSettled } from '../../components/use-settled.ts'
import { core } from '../../core.ts'
import { navigate } from '../../stores/route.ts'
import { CommandField } from './command-field.tsx'
import { FolderField } from './folder-field.tsx'
import { FolderPreview, type Preview } from './folder-preview.tsx'
import { HostField } from './host-field.tsx'
import { changeDraft, clearDraft, folderPath, type PushProblem, problemOf, pushInput, usePushDraft } from './push-form.ts'

type PushDialogProps = { readonly folder: string | null; readonly onClose: () => void }

export function PushDialog({ folder: given, onClose }: PushDialogProps) {
  const form = usePushDraft()
  const [problem, setProblem] = useState<PushProblem | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  // One a dialog: pressed again after a lost answer, it is the same job.
  const [jobId] = useState(newId)
  const [preview, setPreview] = useState<Preview | null>(null)
  const commandInput = useRef<HTMLInputElement>(null)
  const home = useAnswer('home', () => core.call('folder.list', { path: null })).answer
  const homePath = home.kind === 'here' ? home.value.path : null
  const folder = folderPath(form.folder, homePath)
  const settledFolder = useSettled(folder)
  useEffect(() => {
    if (given !== null) changeDraft({ folder: given })
    // A folder that is there already leaves the command to be typed.
    if (usePushDraft.getState().folder !== '') commandInput.current?.focus()
  }, [given])
  const problemAt = (field: PushProblem['field']) => (problem?.field === field ? problem.message : null)
  const change: typeof changeDraft = part => {
    setProblem(null)
    changeDraft(part)
  }
  const push = async () => {
    const made = pushInput(form, { home: homePath, jobId })
    if ('problem' in made) return setProblem(made.problem)
    setIsBusy(true)
    setProblem(null)
    try {
      const { job } = await core.call('job.push', made.input)
      clearDraft()
      onClose()
      navigate({ view: 'job', id: job.id, tab: null })
    } catch (error) {
      setProblem(problemOf(toErrorBody(error), folder))
      setIsBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isBusy) void push()
  }
  const pushByKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
  }
  return (
    <Dialog title={<Title folder={folder} isSent={form.isSent} />} onClose={onClose} className="push-dialog">
      <form className="stack" onSubmit={submit} onKeyDown={pushByKey} autoComplete="off">
        <FolderField
          value={form.folder}
          path={folder}
          machine={home.kind === 'here' ? home.value.machine : null}
          problem={problemAt('folder')}
          onChange={text => change({ folder: text })}
        />
        {form.isSent && settledFolder !== null && (
          <FolderPreview key={settledFolder} folder={settledFolder} onPreview={setPreview} />
        )}
        <CommandField
          input={commandInput}
          value={form.command}
          folder={settledFolder}
          problem={problemAt('command')}
          onChange={text => change({ command: text })}
        />
        <HostField
          value={form.host}
          command={form.command}
          folder={settledFolder}
          totalBytes={form.isSent && preview?.folder === settledFolder ? preview.bytes : null}
          problem={problemAt('host')}
          onChange={host => change({ host })}
        />
        <Field label="Bring back when done" problem={problemAt('pull')}>
          {parts => (
            <input
              {...parts}
              className="input mono"
              value={form.pull}
              placeholder="build/app, *.log"
              spellCheck={false}
              onChange={event => change({ pull: event.target.value })}
            />
          )}
        </Field>
        <details open={form.env !== '' || undefined}>
          <summary>More</summary>
          <Field label="Environment" hint="NAME=value, one a line; set for this job only" problem={problemAt('env')}>
            {parts => (
              <textarea
                {...parts}
                className="input mono lines"
                value={form.env}
                spellCheck={false}
                onChange={event => change({ env: event.target.value })}
              />
            )}
          </Field>
        </details>
        {problem?.field === null && <Problem error={problem} />}
        <footer>
          <label className="row check">
            <input type="checkbox" checked={form.isSent} onChange={event => change({ isSent: event.target.checked })} /> Send the
            folder
          </label>
          <label className="row check">
            <input type="checkbox" checked={form.hasTerminal} onChange={event => change({ hasTerminal: event.target.checked })} />{' '}
            With a terminal
          </label>
          <span className="grow" />
          <Button onPress={onClose}>Cancel</Button>
          <button type="submit" className="button primary" disabled={isBusy} aria-busy={isBusy}>
            Push <kbd>{navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'} ↵</kbd>
          </button>
        </footer>
      </form>
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
