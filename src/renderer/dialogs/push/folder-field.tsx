/** The folder's path on the core's machine: folders pushed before, and those that are there while one types. */
import { useId, useMemo } from 'react'
import { visible } from '../../../shared/visible.ts'
import { Field } from '../../components/field.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { useSettled } from '../../components/use-settled.ts'
import { core } from '../../core.ts'
import { ChooseFolder } from '../../drop/choose-folder.tsx'
import { useCore } from '../../stores/core-store.ts'
import { knownFolders, parentOf } from './push-form.ts'

type FolderFieldProps = {
  readonly value: string
  /** What it means; null while it is no path. */
  readonly path: string | null
  /** The core's; null while it is not known. */
  readonly machine: string | null
  readonly problem: string | null
  /** One that a browser gives without its path is of use too. */
  readonly canSend?: boolean
  readonly onChange: (text: string) => void
}

export function FolderField({ value, path, machine, problem, canSend = true, onChange }: FolderFieldProps) {
  const jobs = useCore(state => state.jobs)
  const pushed = useMemo(() => knownFolders(jobs), [jobs])
  // Behind a slash what is in the folder is offered; before it what stands beside it.
  const place = useSettled(path === null ? null : value.endsWith('/') ? path : parentOf(path), 150)
  const { answer } = useAnswer(place, () => core.call('folder.list', { path: place }))
  const below = answer.kind === 'here' ? answer.value.folders.map(name => `${place === '/' ? '' : place}/${name}`) : []
  const list = useId()
  return (
    <Field label={machine === null ? 'Folder' : `Folder on ${visible(machine)}`} problem={problem}>
      {parts => (
        <div className="row">
          <input
            {...parts}
            className="input mono"
            value={value}
            list={list}
            placeholder="~/projects/app"
            spellCheck={false}
            onChange={event => onChange(event.target.value)}
          />
          {(canSend || window.drover) && <ChooseFolder onPath={onChange} />}
          <datalist id={list}>
            {[...new Set([...pushed, ...below])].map(folder => (
              <option key={folder} value={folder} />
            ))}
          </datalist>
        </div>
      )}
    </Field>
  )
}
