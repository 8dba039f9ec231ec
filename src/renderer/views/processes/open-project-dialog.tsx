/** A folder with a Procfile becomes a project: what its files say is shown before anything starts. */
import './processes.css'
import { type FormEvent, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../../shared/errors.ts'
import { counted } from '../../../shared/format.ts'
import type { CheckedProject } from '../../../shared/process.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Cut } from '../../components/cut.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { bringUp } from '../../components/process-deeds.ts'
import { useAnswer } from '../../components/use-answer.ts'
import { useSettled } from '../../components/use-settled.ts'
import { core } from '../../core.ts'
import { FolderField } from '../../dialogs/push/folder-field.tsx'
import { folderPath } from '../../dialogs/push/push-form.ts'
import { navigate } from '../../stores/route.ts'
import { FileProblems } from './file-problems.tsx'

const SHOWN = 100
/** Who mends a file sees at once that it is mended. */
const LOOK_MS = 2_000

export function OpenProjectDialog({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('')
  const [refusal, setRefusal] = useState<ErrorBody | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const home = useAnswer('home', () => core.call('folder.list', { path: null })).answer
  const folder = folderPath(text, home.kind === 'here' ? home.value.path : null)
  const settled = useSettled(folder)
  const { answer } = useAnswer(settled, () => core.call('project.check', { folder: settled ?? '' }), {
    everyMs: LOOK_MS,
  })
  const checked = answer.kind === 'here' && settled === folder ? answer.value : null
  const project = checked?.project ?? null
  const up = async (event: FormEvent) => {
    event.preventDefault()
    if (project === null || folder === null || isBusy) return
    setIsBusy(true)
    setRefusal(null)
    try {
      const id = await bringUp(folder)
      navigate({ view: 'processes', project: id, process: null })
      onClose()
    } catch (error) {
      setRefusal(toErrorBody(error))
      setIsBusy(false)
    }
  }
  return (
    <Dialog title="Open a project" onClose={onClose} className="push-dialog">
      <form className="stack open-project" onSubmit={up} autoComplete="off">
        <FolderField
          value={text}
          path={folder}
          machine={home.kind === 'here' ? home.value.machine : null}
          problem={answer.kind === 'failed' && settled === folder ? answer.error.message : null}
          canSend={false}
          onChange={next => {
            setRefusal(null)
            setText(next)
          }}
        />
        {folder === null && <p className="dim">A folder with a Procfile: a line for each process that is to keep running.</p>}
        {settled !== null && answer.kind === 'waiting' && <Waiting what="Reading its files" height={80} />}
        {checked && <FileProblems problems={checked.problems} />}
        {project && <Preview project={project} />}
        {refusal && <Problem error={refusal} />}
        <footer>
          <Button onPress={onClose}>Cancel</Button>
          <button type="submit" className="button primary" disabled={project === null || isBusy} aria-busy={isBusy}>
            {project === null ? 'Start' : `Start ${counted(project.instances.length, 'process', 'processes')}`}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

function Preview({ project: { instances } }: { readonly project: CheckedProject }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by the keyboard.
    <section className="project-preview" tabIndex={0} aria-label="What is to run">
      <table className="table">
        <thead>
          <tr>
            <th>Process</th>
            <th className="filling">Command</th>
            <th>Host</th>
            <th className="figure">Port</th>
          </tr>
        </thead>
        <tbody>
          {instances.slice(0, SHOWN).map(({ label, command, port, options }) => (
            <tr key={label}>
              <td className="mono">{label}</td>
              <td className="filling">
                <Cut className="mono" text={command} />
              </td>
              <td>{visible(options.host)}</td>
              <td className="figure">{port ?? '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {instances.length > SHOWN && <p className="table-note">and {counted(instances.length - SHOWN, 'more', 'more')}</p>}
    </section>
  )
}
