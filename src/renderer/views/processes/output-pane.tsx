/** Beside the list: the merged output of those that are chosen; or one process with its output, its terminal and its runs. */
import { X } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { ProcessView, ProjectHead } from '../../../shared/process.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Cut } from '../../components/cut.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { isUp } from '../../components/process-state.ts'
import { ProcessTag } from '../../components/state-tags.tsx'
import { navigate, routeHash } from '../../stores/route.ts'
import { tabAfter } from '../job/tab-after.ts'
import { useJob } from '../job/use-job.ts'
import { chosenLabels } from './choice.ts'
import { MergedOutput } from './output/merged-output.tsx'
import { useOutputKeys } from './output/output-keys.ts'
import { ProcessFailure } from './process-failure.tsx'
import { ProcessRuns } from './process-runs.tsx'
import { useChoice } from './processes-state.ts'

const TerminalView = lazy(async () => ({ default: (await import('../../terminal/terminal-view.tsx')).TerminalView }))

type OutputPaneProps = {
  readonly project: ProjectHead
  readonly processes: readonly ProcessView[]
  readonly label: string | null
}

export function OutputPane({ project, processes, label }: OutputPaneProps) {
  const choice = useChoice(project.id)
  const one = processes.find(process => process.label === label)
  const all = processes.map(process => process.label)
  const back = () => navigate({ view: 'processes', project: project.id, process: null })
  if (label !== null && !one)
    return (
      <Empty title={`${visible(project.name)} has no ${visible(label)}`}>
        <Button onPress={back}>All of its output</Button>
      </Empty>
    )
  if (one) return <OneProcess key={one.id} project={project} process={one} processes={processes} onBack={back} />
  return (
    <section className="output-pane" aria-label={`Output of ${visible(project.name)}`}>
      <MergedOutput project={project} processes={processes} labels={chosenLabels(choice, all)} />
    </section>
  )
}

const TABS = ['output', 'terminal', 'runs'] as const
type Tab = (typeof TABS)[number]

type OneProcessProps = {
  readonly project: ProjectHead
  readonly process: ProcessView
  readonly processes: readonly ProcessView[]
  readonly onBack: () => void
}

function OneProcess({ project, process, processes, onBack }: OneProcessProps) {
  const { label, jobId, command } = process
  const [wanted, setWanted] = useState<Tab>('output')
  const [jumpTo, setJumpTo] = useState<{ jobId: string; byte: number } | null>(null)
  const setTab = (next: Tab) => {
    setWanted(next)
    setJumpTo(null)
  }
  useOutputKeys({
    leave: () => {
      onBack()
      return true
    },
  })
  const tabs = TABS.filter(name => name !== 'terminal' || (process.hasTerminal && isUp(process) && jobId !== null))
  const tab = tabs.includes(wanted) ? wanted : 'output'
  return (
    <section className="output-pane" aria-label={`Process ${label}`}>
      <header className="row one-process">
        <strong className="mono">{label}</strong>
        <ProcessTag process={process} />
        <Cut className="mono dim grow" text={command} />
        {jobId !== null && (
          <a className="link" href={routeHash({ view: 'job', id: jobId, tab: null })}>
            Its job
          </a>
        )}
        <Button kind="quiet" title="All that are chosen (Esc)" aria-label="Back to the merged output" onPress={onBack}>
          <X size={14} />
        </Button>
      </header>
      <ProcessFailure
        process={process}
        onShow={place => {
          setTab('output')
          setJumpTo({ ...place })
        }}
      />
      <div
        className="tabs"
        role="tablist"
        aria-label={`Of ${label}`}
        onKeyDown={event => {
          const next = tabAfter(tabs, tab, event.key)
          if (next === null) return
          event.preventDefault()
          setTab(next)
          event.currentTarget.querySelector<HTMLElement>(`#process-${next}`)?.focus()
        }}
      >
        {tabs.map(name => (
          <button
            key={name}
            id={`process-${name}`}
            type="button"
            role="tab"
            aria-selected={name === tab}
            aria-controls="process-panel"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {name.charAt(0).toUpperCase() + name.slice(1)}
          </button>
        ))}
      </div>
      <div className="process-panel" role="tabpanel" id="process-panel" aria-labelledby={`process-${tab}`}>
        {tab === 'output' && <MergedOutput project={project} processes={processes} labels={[label]} jumpTo={jumpTo} />}
        {tab === 'terminal' && jobId !== null && <Terminal key={jobId} jobId={jobId} onLeave={() => setTab('output')} />}
        {tab === 'runs' && <ProcessRuns process={process} />}
      </div>
    </section>
  )
}

function Terminal({ jobId, onLeave }: { readonly jobId: string; readonly onLeave: () => void }) {
  const found = useJob(jobId)
  const waiting = <Waiting what="Opening the terminal" height={200} />
  if (found.kind === 'nowhere') return <Empty title="Its run is gone" />
  if (found.kind === 'asking') return waiting
  return (
    <Suspense fallback={waiting}>
      <TerminalView job={found.job} onLeave={onLeave} />
    </Suspense>
  )
}
