/** What was dropped is pushed one after the other: the next has its turn as soon as no dialog is open. */
import { useEffect } from 'react'
import { closeDialog, openDialog, useDialogs } from '../stores/dialogs.ts'
import { shiftPath, useDrops } from '../stores/drops.ts'

export function useTurns(): void {
  const isFree = useDialogs(state => state.open === null)
  const isAsking = useDrops(state => state.question !== null)
  const dropId = useDrops(state => state.drops[0]?.id)
  const path = useDrops(state => state.paths[0])
  useEffect(() => {
    if (!isFree || isAsking) return
    if (dropId !== undefined) return openDialog({ kind: 'push-drop', dropId })
    if (path === undefined) return
    shiftPath()
    openDialog({ kind: 'push', folder: path })
  }, [isFree, isAsking, dropId, path])
}

/** Whoever drops something wants to push it now, unless he is at it already. */
export function makeWay(): void {
  if (useDialogs.getState().open?.kind !== 'push-drop') closeDialog()
}
