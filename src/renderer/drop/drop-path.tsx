/** Where browser and core share a machine, a path does the same without a copy of the folder, and keeps links and rights. */
import { type FormEvent, useState } from 'react'
import { toErrorBody } from '../../shared/errors.ts'
import { visibleLines } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { core } from '../core.ts'
import { changeDrop, type DropView } from '../stores/drops.ts'

export function DropPath({ drop }: { readonly drop: DropView }) {
  const [path, setPath] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  if (!isSameMachine()) return null
  const take = async () => {
    try {
      const decision = await core.call('job.preview', { folder: path })
      drop.cancel()
      changeDrop(drop.id, { name: path, folder: path, decision, lost: [], step: { kind: 'whole' } })
    } catch (error) {
      setProblem(visibleLines(toErrorBody(error).message))
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void take()
  }
  return (
    <details className="drop-path">
      <summary>It is on the core’s machine too? Give its path instead</summary>
      <form onSubmit={submit} className="field">
        <span className="hint">A browser does not tell where a folder is, so dropping makes a copy of it. A path does not.</span>
        <span className="row">
          <input
            className="input mono"
            aria-label="Path of the folder"
            placeholder="/home/me/project"
            spellCheck={false}
            value={path}
            onChange={event => setPath(event.target.value)}
          />
          <Button disabled={!path.startsWith('/')} onPress={take}>
            Use it
          </Button>
        </span>
        {problem !== null && (
          <span className="problem" role="alert">
            {problem}
          </span>
        )}
      </form>
    </details>
  )
}

function isSameMachine(): boolean {
  const { hostname } = location
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
