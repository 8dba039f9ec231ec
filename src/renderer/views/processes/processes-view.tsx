/** Projects with their processes, and beside them what those print, in one stream or one alone. */
import './processes.css'
import { FolderOpen } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { counted } from '../../../shared/format.ts'
import type { ProcessView, ProjectHead } from '../../../shared/process.ts'
import { Button } from '../../components/button.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { actOnProcess, type ProcessDeed } from '../../components/process-deeds.ts'
import { isUp } from '../../components/process-state.ts'
import { useCore } from '../../stores/core-store.ts'
import { openDialog } from '../../stores/dialogs.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { showError } from '../../stores/toasts.ts'
import { OutputPane } from './output-pane.tsx'
import { toggleOutput } from './processes-state.ts'
import { ProjectSection } from './project-section.tsx'

const DEEDS: Readonly<Record<string, ProcessDeed>> = { s: 'start', x: 'stop', r: 'restart' }

type ProcessesViewProps = { readonly project: string | null; readonly process: string | null }

export function ProcessesView({ project: wanted, process: label }: ProcessesViewProps) {
  const projects = useCore(state => state.projects)
  const processes = useCore(state => state.processes)
  const isLoaded = useCore(state => state.isLoaded)
  const mayAct = useMayAct()
  const project = projects.find(({ id }) => id === wanted) ?? (wanted === null ? projects[0] : undefined)
  const up = processes.filter(isUp).length
  return (
    <>
      <header>
        <h1>Processes</h1>
        <span className="dim number" role="status">
          {projects.length > 0 && `${up} of ${counted(processes.length, 'process', 'processes')} up`}
        </span>
        <span className="grow" />
        {mayAct && (
          <Button onPress={() => openDialog({ kind: 'open-project' })}>
            <FolderOpen size={14} aria-hidden /> Open a project…
          </Button>
        )}
      </header>
      {!isLoaded && <Waiting what="Loading processes" height={320} />}
      {isLoaded && projects.length === 0 && <NoProject />}
      {isLoaded && projects.length > 0 && (
        <div className={!mayAct ? 'processes alone' : label === null ? 'processes' : 'processes looking'}>
          <ProjectList projects={projects} processes={processes} current={project ?? null} label={label} />
          {mayAct && project && (
            <OutputPane
              key={project.id}
              project={project}
              processes={processes.filter(({ projectId }) => projectId === project.id)}
              label={label}
            />
          )}
          {mayAct && !project && <Empty title="There is no such project any more" />}
        </div>
      )}
    </>
  )
}

type ProjectListProps = {
  readonly projects: readonly ProjectHead[]
  readonly processes: readonly ProcessView[]
  readonly current: ProjectHead | null
  readonly label: string | null
}

/** One stop of the keyboard, among whose processes the arrows move. */
function ProjectList({ projects, processes, current, label }: ProjectListProps) {
  const mayAct = useMayAct()
  const [reached, setReached] = useState<string | null>(null)
  const stop =
    processes.find(({ id }) => id === reached) ??
    processes.find(one => one.projectId === current?.id && one.label === label) ??
    firstOf(projects, processes)
  const pressed = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const picks = [...event.currentTarget.querySelectorAll<HTMLElement>('.process-pick')]
    const at = picks.indexOf(document.activeElement as HTMLElement)
    const process = processes.find(({ id }) => id === picks[at]?.dataset.id)
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: picks.length - 1 }[event.key]
    const deed = DEEDS[event.key]
    if (at < 0 || !process) return
    if (next !== undefined) picks[next]?.focus()
    else if (!mayAct) return
    else if (deed) {
      // A key that is held would do it thirty times a second.
      if (!event.repeat) actOnProcess(deed, process).catch(showError)
    } else if (event.key === ' ') toggleOutput(process, process.projectId === current?.id ? label : null)
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons in it.
    <div
      className="project-list"
      onKeyDown={pressed}
      // A button is pressed when Space is let go.
      onKeyUp={event =>
        event.key === ' ' && event.target instanceof HTMLButtonElement && event.target.dataset.id && event.preventDefault()
      }
    >
      {projects.map(project => (
        <ProjectSection
          key={project.id}
          project={project}
          processes={processes.filter(({ projectId }) => projectId === project.id)}
          label={project.id === current?.id ? label : null}
          isCurrent={project.id === current?.id}
          stop={stop?.id ?? null}
          onReach={setReached}
        />
      ))}
    </div>
  )
}

/** As they stand in the list. */
function firstOf(projects: readonly ProjectHead[], processes: readonly ProcessView[]): ProcessView | undefined {
  const byProject = (id: string) => processes.find(({ projectId }) => projectId === id)
  return projects.map(({ id }) => byProject(id)).find(process => process !== undefined)
}

/** Who has never seen one is told what to do. */
function NoProject() {
  const mayAct = useMayAct()
  return (
    <Empty title="No project yet">
      <span>
        A project is a folder with a Procfile: a line for each process that is to keep running. Its processes go on when this
        window, the core or the link is gone.
      </span>
      <code className="command-box">drover up</code>
      <span>in such a folder starts it.{mayAct && ' Or:'}</span>
      {mayAct && (
        <Button kind="primary" onPress={() => openDialog({ kind: 'open-project' })}>
          <FolderOpen size={14} aria-hidden /> Open a folder…
        </Button>
      )}
    </Empty>
  )
}
