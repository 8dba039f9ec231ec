/** What is done with a project now and then. */
import { MoreHorizontal } from 'lucide-react'
import { type FocusEvent, useEffect, useRef, useState } from 'react'
import type { ProjectHead } from '../../../shared/process.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { moveFocus } from '../../components/menu-keys.ts'
import { forgetProject } from '../../components/process-deeds.ts'
import { Question } from '../../components/question.tsx'
import { PatternsDialog } from './patterns-dialog.tsx'

type ProjectMenuProps = { readonly project: ProjectHead; readonly onScale: () => void }

export function ProjectMenu({ project, onScale }: ProjectMenuProps) {
  const [isOpen, setIsOpen] = useState(false)
  const [dialog, setDialog] = useState<'patterns' | 'forget' | null>(null)
  const place = useRef<HTMLSpanElement>(null)
  const name = visible(project.name)
  useEffect(() => {
    if (isOpen) place.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus()
  }, [isOpen])
  const close = () => {
    setIsOpen(false)
    place.current?.querySelector<HTMLElement>('[aria-haspopup]')?.focus()
  }
  const item = (text: string, act: () => void) => (
    <button
      type="button"
      role="menuitem"
      onClick={() => {
        close()
        act()
      }}
    >
      {text}
    </button>
  )
  const left = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setIsOpen(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches where the focus of its own parts goes.
    <span className="project-menu" ref={place} onBlur={left} onKeyDown={event => isOpen && moveFocus(event, close)}>
      <Button
        kind="quiet"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={`More for ${name}`}
        onPress={() => setIsOpen(!isOpen)}
      >
        <MoreHorizontal size={14} />
      </Button>
      {isOpen && (
        <div className="menu" role="menu" aria-label={`${name}: what to do`}>
          {item('Scale…', onScale)}
          {item('Failure patterns…', () => setDialog('patterns'))}
          {item('Forget this project…', () => setDialog('forget'))}
        </div>
      )}
      {dialog === 'patterns' && <PatternsDialog project={project} onClose={() => setDialog(null)} />}
      {dialog === 'forget' && (
        <Question title={`Forget ${name}?`} yes="Forget" onYes={() => forgetProject(project)} onClose={() => setDialog(null)}>
          <p>
            Its processes leave this list, and their logs go from the hosts. Nothing of it may run. The folder stays as it is.
          </p>
        </Question>
      )}
    </span>
  )
}
