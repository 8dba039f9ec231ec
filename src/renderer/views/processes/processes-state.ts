/** How this browser shows processes: whose output, with times or without. It outlives a restart. */
import { create } from 'zustand'
import type { ProcessView } from '../../../shared/process.ts'
import { navigate } from '../../stores/route.ts'
import { ALL, type Choice, NONE, parseChoice, toggled } from './choice.ts'

const KEY = 'drover.processes'
/** Of so many projects the choice is kept. */
const KEPT = 50

type ProcessesState = {
  /** By the project's id. */
  choices: Readonly<Record<string, Choice>>
  hasTimes: boolean
}

export const useProcessesState = create<ProcessesState>()(restored)

export function useChoice(project: string): Choice {
  return useProcessesState(state => state.choices[project] ?? ALL)
}

/** Shows their output, merged. */
export function choose(project: string, choice: Choice): void {
  useProcessesState.setState(({ choices }) => {
    const { [project]: _, ...others } = choices
    return { choices: Object.fromEntries([...Object.entries(others).slice(1 - KEPT), [project, choice]]) }
  })
  keep()
  navigate({ view: 'processes', project, process: null })
}

/** `alone`: the label of the one that is looked at alone, and is the choice until another joins it. */
export function toggleOutput({ projectId, label }: ProcessView, alone: string | null): void {
  const before = alone === null ? (useProcessesState.getState().choices[projectId] ?? ALL) : toggled(NONE, alone)
  choose(projectId, toggled(before, label))
}

export function showTimes(hasTimes: boolean): void {
  useProcessesState.setState({ hasTimes })
  keep()
}

function keep(): void {
  localStorage.setItem(KEY, JSON.stringify(useProcessesState.getState()))
}

/** What another version wrote there, or nobody, is as if nothing were. */
function restored(): ProcessesState {
  try {
    const { choices, hasTimes } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<ProcessesState>
    const read = Object.entries(choices ?? {}).map(([project, choice]) => [project, parseChoice(choice)])
    return { choices: Object.fromEntries(read), hasTimes: hasTimes === true }
  } catch {
    return { choices: {}, hasTimes: false }
  }
}
