/**
 * Folders that were dropped on this window: those that are on their way to the core, from the first name to the last byte, and those of
 * which the path is known. Each has its turn in the push dialog, the oldest first: see drop/use-turns.ts.
 */
import { create } from 'zustand'
import type { DropDecision } from '../../shared/contract.ts'
import type { ErrorBody } from '../../shared/errors.ts'
import type { DropStep } from '../drop/send-drop.ts'
import type { Thing } from '../drop/things.ts'

export type DropView = {
  id: number
  name: string
  startedAt: number
  /** What is done at this moment; `whole` and `failed` are its ends. */
  step: DropStep | { kind: 'whole' } | { kind: 'failed'; error: ErrorBody }
  /** On the core's machine; null until the core has a place for it. */
  folder: string | null
  /** Null until it was decided what is sent. */
  decision: DropDecision | null
  /** What could not be read, or changed each time it was: it is not in the folder. */
  lost: readonly string[]
  /** Push was pressed before all of it was here. */
  isAwaited: boolean
  cancel(): void
  /** Begins once more, after it failed. */
  retry(): void
}

type DropsState = {
  /** Oldest first. */
  drops: readonly DropView[]
  /** Dropped folders of the core's machine, by their paths. */
  paths: readonly string[]
  /** Several things were dropped: what is to be done with them? */
  question: readonly Thing[] | null
}

export const useDrops = create<DropsState>()(() => ({ drops: [], paths: [], question: null }))

/** Undefined once a person is done with it. */
export function useDrop(id: number): DropView | undefined {
  return useDrops(state => state.drops.find(drop => drop.id === id))
}

export function addDrop(drop: DropView): void {
  useDrops.setState(({ drops }) => ({ drops: [...drops, drop] }))
}

export function changeDrop(id: number, change: Partial<DropView>): void {
  useDrops.setState(({ drops }) => ({ drops: drops.map(drop => (drop.id === id ? { ...drop, ...change } : drop)) }))
}

/** It is done with. What is still under way is cancelled; what has come of it stays for the next time. */
export function dismissDrop(id: number): void {
  const drop = useDrops.getState().drops.find(one => one.id === id)
  useDrops.setState(({ drops }) => ({ drops: drops.filter(one => one.id !== id) }))
  drop?.cancel()
}

export function addPath(path: string): void {
  useDrops.setState(({ paths }) => ({ paths: [...paths, path] }))
}

/** The first of the paths has its turn. */
export function shiftPath(): void {
  useDrops.setState(({ paths }) => ({ paths: paths.slice(1) }))
}

export function askAbout(question: readonly Thing[] | null): void {
  useDrops.setState({ question })
}
