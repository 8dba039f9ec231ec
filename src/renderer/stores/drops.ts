/**
 * Folders that were dropped on this page, from the first name to the last byte. Whoever shows a folder of the core's machine asks here
 * whether it is still on its way: `useDropOf`.
 */
import { create } from 'zustand'
import type { DropDecision, PushPreview } from '../../shared/contract.ts'
import type { ErrorBody } from '../../shared/errors.ts'
import type { DropStep } from '../drop/send-drop.ts'
import type { Thing } from '../drop/things.ts'

export type DropView = {
  id: number
  name: string
  startedAt: number
  /** What is done at this moment; `whole` and `failed` are its ends. */
  step: DropStep | { kind: 'whole' } | { kind: 'failed'; error: ErrorBody }
  /** On the core's machine; null until it was decided what is sent. */
  folder: string | null
  decision: DropDecision | PushPreview | null
  /** What could not be read, or changed each time it was: it is not in the folder. */
  lost: readonly string[]
  cancel(): void
}

type DropsState = {
  /** Oldest first: the first is shown. */
  drops: readonly DropView[]
  /** Several things were dropped: what is to be done with them? */
  question: readonly Thing[] | null
}

export const useDrops = create<DropsState>()(() => ({ drops: [], question: null }))

/** The drop that fills this folder; undefined for any other, and once a person is done with it. */
export function useDropOf(folder: string | null): DropView | undefined {
  return useDrops(state => (folder === null ? undefined : state.drops.find(drop => drop.folder === folder)))
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

export function askAbout(question: readonly Thing[] | null): void {
  useDrops.setState({ question })
}
