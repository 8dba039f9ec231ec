/** The failure patterns of a project: those that a person added can be taken away here, those of its files in the files. */
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { FailurePattern, PatternAction, ProjectHead } from '../../../shared/process.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { core } from '../../core.ts'
import { useCore } from '../../stores/core-store.ts'
import { MarkDialog } from './mark-dialog.tsx'
import { usePatterns } from './use-patterns.ts'

export function PatternsDialog({ project, onClose }: { readonly project: ProjectHead; readonly onClose: () => void }) {
  const { answer, again } = usePatterns(project.id)
  const processes = useCore(state => state.processes)
  const [isAdding, setIsAdding] = useState(false)
  if (isAdding)
    return (
      <MarkDialog
        project={project}
        processes={processes.filter(({ projectId }) => projectId === project.id)}
        start={{ text: '', process: null }}
        onClose={() => setIsAdding(false)}
      />
    )
  return (
    <Dialog title={`Failure patterns of ${visible(project.name)}`} onClose={onClose}>
      {answer.kind === 'waiting' && <Waiting what="Asking for the patterns" height={80} />}
      {answer.kind === 'failed' && <Problem error={answer.error} onAgain={again} />}
      {answer.kind === 'here' && answer.value.length === 0 && (
        <p className="dim">None yet. A process that prints a failure pattern is stopped and shown as broken.</p>
      )}
      {answer.kind === 'here' && answer.value.length > 0 && (
        <ul className="plain-list patterns">
          {answer.value.map(pattern => (
            <Pattern key={pattern.id} pattern={pattern} />
          ))}
        </ul>
      )}
      <footer>
        <Button onPress={() => setIsAdding(true)}>Add…</Button>
        <Button onPress={onClose}>Close</Button>
      </footer>
    </Dialog>
  )
}

function Pattern({
  pattern: { id, projectId, pattern, isRegex, process, action, source },
}: {
  readonly pattern: FailurePattern
}) {
  return (
    <li className="row">
      <span className="grow">
        <span className="mono pattern-text">{visible(pattern)}</span>
        <span className="dim">
          {process ?? 'all processes'}
          {isRegex && ', regular expression'}, {actionText(action)}
        </span>
      </span>
      {source === 'file' ? (
        <span className="tag none">in its files</span>
      ) : (
        <Button
          kind="quiet"
          aria-label={`Remove ${visible(pattern)}`}
          onPress={() => core.call('pattern.remove', { project: projectId, patternId: id })}
        >
          <Trash2 size={13} />
        </Button>
      )}
    </li>
  )
}

function actionText(action: PatternAction): string {
  switch (action.type) {
    case 'stop':
      return 'stops it'
    case 'restart':
      return 'restarts it'
    case 'tell':
      return 'only tells'
    case 'command':
      return `runs ${visible(action.line)}`
  }
}
