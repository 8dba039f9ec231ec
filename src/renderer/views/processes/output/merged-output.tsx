/** The output of some processes in one stream: searched, followed, cleared, copied; and what is marked in it as a failure. */
import '../../../terminal/ansi.css'
import '../../job/log/log.css'
import './output.css'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { ProcessView, ProjectHead } from '../../../../shared/process.ts'
import { Button } from '../../../components/button.tsx'
import { Empty, Waiting } from '../../../components/empty.tsx'
import { Problem } from '../../../components/problem.tsx'
import { core } from '../../../core.ts'
import { useCore } from '../../../stores/core-store.ts'
import { showToast } from '../../../stores/toasts.ts'
import { MarkDialog } from '../mark-dialog.tsx'
import { LineMenu, type LineMenuPlace } from './line-menu.tsx'
import type { Place } from './output-buffer.ts'
import { useOutputKeys } from './output-keys.ts'
import { OutputLines } from './output-lines.tsx'
import { OutputModel } from './output-model.ts'
import { OutputTools } from './output-tools.tsx'
import { type OldPlace, PlaceView } from './place-view.tsx'

type MergedOutputProps = {
  readonly project: ProjectHead
  readonly processes: readonly ProcessView[]
  /** Null: of all, and those that come. */
  readonly labels: readonly string[] | null
  readonly jumpTo?: Place | null
}

export function MergedOutput({ project, processes, labels, jumpTo = null }: MergedOutputProps) {
  const model = useOutputModel(project.id, labels, processes.length)
  const state = useSyncExternalStore(model.subscribe, model.state)
  const [marked, setMarked] = useState<Place | null>(null)
  const [old, setOld] = useState<OldPlace | null>(null)
  const [menu, setMenu] = useState<LineMenuPlace | null>(null)
  const [marking, setMarking] = useState<{ text: string; process: string | null } | null>(null)
  const search = useRef<HTMLInputElement>(null)
  const reached = useRef<number | null>(null)
  const goTo = (place: OldPlace) => {
    const row = state.rows.find(place)
    setMarked(place)
    setOld(row === null ? place : null)
    if (row === null) return
    reached.current = row
    model.show(row)
  }
  const failure = (step: 1 | -1) => {
    const broken = processes.flatMap(({ brokenBy }) => brokenBy ?? [])
    const { rows } = state
    const from = state.isFollowing || reached.current === null ? (step === 1 ? rows.first - 1 : rows.end) : reached.current
    const found = rows.failureFrom(from, step, broken)
    if (found === null) {
      showToast({ kind: 'done', text: `No failure ${step === 1 ? 'further down' : 'further up'} in what is here` })
      return
    }
    reached.current = found
    setOld(null)
    const row = rows.at(found)
    setMarked(row?.type === 'line' ? row : null)
    model.show(found)
  }
  const follow = () => {
    setOld(null)
    model.follow()
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is gone to once, when its output is here.
  useEffect(() => {
    const process = processes.find(({ brokenBy }) => brokenBy?.jobId === jumpTo?.jobId)
    if (jumpTo && process && state.isLoaded) goTo({ ...jumpTo, process: process.label, run: process.run })
  }, [jumpTo, state.isLoaded])
  useOutputKeys({
    search: () => search.current?.focus(),
    follow,
    failure,
    leave: () => {
      setOld(null)
      return old !== null
    },
  })
  const { rows, isLoaded, error } = state
  const isEmpty = rows.end === rows.first
  return (
    <section className="log merged" aria-label="Output">
      <OutputTools
        project={project}
        labels={labels}
        model={model}
        searchField={search}
        onGoTo={goTo}
        onFailure={failure}
        onMark={() => setMarking({ text: selectedText(), process: labels?.length === 1 ? (labels[0] ?? null) : null })}
      />
      {error && <Problem error={error} onAgain={() => model.again()} />}
      {!isLoaded && !error && <Waiting what="Reading the output" />}
      {old !== null && <PlaceView key={`${old.jobId} ${old.byte}`} place={old} onClose={() => setOld(null)} />}
      {old === null && isLoaded && isEmpty && <NothingHere labels={labels} state={state} model={model} />}
      {old === null && !isEmpty && (
        <OutputLines
          state={state}
          model={model}
          processes={processes}
          labels={labels}
          marked={marked}
          onReach={row => {
            reached.current = row
          }}
          onMenu={setMenu}
        />
      )}
      {menu && (
        <LineMenu
          place={menu}
          onMark={() => setMarking({ text: menu.text, process: menu.process })}
          onClose={() => setMenu(null)}
        />
      )}
      {marking && <MarkDialog project={project} processes={processes} start={marking} onClose={() => setMarking(null)} />}
    </section>
  )
}

type NothingHereProps = {
  readonly labels: readonly string[] | null
  readonly state: ReturnType<OutputModel['state']>
  readonly model: OutputModel
}

function NothingHere({ labels, state, model }: NothingHereProps) {
  if (labels?.length === 0) return <Empty title="No process is chosen">Tick one on the left, or choose all.</Empty>
  if (state.clearedAt === null) return <Empty title="Nothing printed yet" />
  return (
    <Empty title="Cleared: what is printed from now on comes here">
      <Button onPress={() => model.showCleared()}>Show what was before</Button>
    </Empty>
  )
}

/** The first line of what is selected. */
function selectedText(): string {
  return (
    (getSelection()?.toString() ?? '')
      .split('\n')
      .find(line => line.trim() !== '')
      ?.trim() ?? ''
  )
}

function useOutputModel(project: string, labels: readonly string[] | null, total: number): OutputModel {
  const model = useMemo(
    () =>
      new OutputModel({
        open: ({ processes, lines, since }) =>
          core.openOutput({
            project,
            processes: [...(processes ?? [])],
            lines,
            since: since === null ? null : Math.floor(since),
            follow: true,
          }),
        nextFrame: callback => void requestAnimationFrame(callback),
      }),
    [project],
  )
  const key = labels === null ? null : labels.join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same labels are another list each time; how many there are matters when it begins.
  useEffect(() => {
    model.choose(labels, labels?.length ?? total)
    return () => model.close()
  }, [model, key])
  const isConnected = useCore(({ link }) => link.kind === 'connected')
  useEffect(() => {
    if (isConnected) model.again()
  }, [isConnected, model])
  return model
}
