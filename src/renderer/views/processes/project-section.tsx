/** A project: what can be done with all of it, what is wrong with its files, and its processes. */
import { Minus, Play, Plus, RotateCcw, Square } from 'lucide-react'
import { useState } from 'react'
import { toErrorBody } from '../../../shared/errors.ts'
import { counted } from '../../../shared/format.ts'
import type { ProcessView, ProjectHead } from '../../../shared/process.ts'
import type { ProjectProblem } from '../../../shared/project.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Cut } from '../../components/cut.tsx'
import { shortFolder } from '../../components/job-cells.tsx'
import { actOnProcesses, bringUp, scaleTo, takeDown } from '../../components/process-deeds.ts'
import { isUp } from '../../components/process-state.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { routeHash } from '../../stores/route.ts'
import { ALL, isChosen, NONE } from './choice.ts'
import { FileProblems } from './file-problems.tsx'
import { ProcessRow } from './process-row.tsx'
import { choose, useChoice } from './processes-state.ts'
import { ProjectMenu } from './project-menu.tsx'

type ProjectSectionProps = {
  readonly project: ProjectHead
  readonly processes: readonly ProcessView[]
  /** Of the one whose output is looked at alone. */
  readonly label: string | null
  readonly isCurrent: boolean
  /** Where the keyboard stops. */
  readonly stop: string | null
  readonly onReach: (id: string) => void
}

export function ProjectSection({ project, processes, label, isCurrent, stop, onReach }: ProjectSectionProps) {
  const mayAct = useMayAct()
  const choice = useChoice(project.id)
  const [isScaling, setIsScaling] = useState(false)
  const { id, name, folder } = project
  /** Until something else is known of the project. */
  const [refused, setRefused] = useState<{ of: ProjectHead; problems: readonly ProjectProblem[] } | null>(null)
  const start = async () => {
    const problems = await upOrProblems(folder)
    setRefused(problems && { of: project, problems })
  }
  const shown = visible(name)
  const isWanted = processes.some(process => process.isWanted)
  return (
    <section className={isCurrent ? 'project current' : 'project'} aria-label={`Project ${shown}`}>
      <header>
        <a className="project-name" href={routeHash({ view: 'processes', project: id, process: null })} aria-current={isCurrent}>
          <h2 className="cut">{shown}</h2>
          <Cut className="dim" text={shortFolder(folder)} title={folder} />
        </a>
        <span className="dim number nowrap" title={counted(processes.length, 'process', 'processes')}>
          {processes.filter(isUp).length}/{processes.length}
        </span>
        {mayAct && (
          <span className="project-deeds">
            <Button
              kind="quiet"
              aria-label={`Start all of ${shown}`}
              title="Reads the files anew and starts all, as drover up"
              onPress={start}
            >
              <Play size={13} />
            </Button>
            <Button
              kind="quiet"
              aria-label={`Restart all of ${shown}`}
              title="Restart all"
              disabled={!isWanted}
              onPress={() => actOnProcesses('restart', id)}
            >
              <RotateCcw size={13} />
            </Button>
            <Button
              kind="quiet"
              aria-label={`Stop all of ${shown}`}
              title="Stops all, those that others depend on last, as drover down"
              disabled={!isWanted}
              onPress={() => takeDown(project)}
            >
              <Square size={12} />
            </Button>
            <ProjectMenu project={project} onScale={() => setIsScaling(true)} />
          </span>
        )}
      </header>
      <FileProblems problems={refused?.of === project ? refused.problems : project.problems} />
      {isScaling && <Formation project={project} processes={processes} onDone={() => setIsScaling(false)} />}
      {mayAct && processes.length > 1 && (
        <p className="toggle-all dim">
          Output of
          <button type="button" className="link" onClick={() => choose(id, ALL)}>
            all
          </button>
          <button type="button" className="link" onClick={() => choose(id, NONE)}>
            none
          </button>
        </p>
      )}
      {processes.length === 0 && <p className="dim">Nothing of its Procfile is to run.</p>}
      <ul>
        {processes.map(process => (
          <ProcessRow
            key={process.id}
            process={process}
            isAlone={process.label === label}
            isShown={label === null ? isChosen(choice, process.label) : process.label === label}
            alone={label}
            isStop={process.id === stop}
            onReach={onReach}
          />
        ))}
      </ul>
    </section>
  )
}

/** What is wrong with its files, if that is why it was refused; null: it is up. */
async function upOrProblems(folder: string): Promise<readonly ProjectProblem[] | null> {
  try {
    await bringUp(folder)
    return null
  } catch (error) {
    const { code, details } = toErrorBody(error)
    if (code === 'BAD_CONFIG' && Array.isArray(details.problems)) return details.problems
    throw error
  }
}

type FormationProps = {
  readonly project: ProjectHead
  readonly processes: readonly ProcessView[]
  readonly onDone: () => void
}

/** How many instances of what. */
function Formation({ project, processes, onDone }: FormationProps) {
  const counts = new Map(Object.keys(project.formation).map(name => [name, 0]))
  for (const { name, isLeaving } of processes) counts.set(name, (counts.get(name) ?? 0) + (isLeaving ? 0 : 1))
  return (
    <div className="formation">
      {[...counts].map(([name, count]) => (
        <span key={name} className="row">
          <Cut className="mono grow" text={name} />
          <Button
            kind="quiet"
            aria-label={`One ${name} less`}
            disabled={count === 0}
            onPress={() => scaleTo(project, name, count - 1)}
          >
            <Minus size={12} />
          </Button>
          <output className="number" aria-label={`Instances of ${name}`}>
            {count}
          </output>
          <Button
            kind="quiet"
            aria-label={`One ${name} more`}
            disabled={count >= 100}
            onPress={() => scaleTo(project, name, count + 1)}
          >
            <Plus size={12} />
          </Button>
        </span>
      ))}
      <Button className="formation-done" onPress={onDone}>
        Done
      </Button>
    </div>
  )
}
