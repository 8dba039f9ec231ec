/** Short notes at the window's edge: what was done, or could not be done. What needs a decision is a dialog or stands in its place. */
import { create } from 'zustand'
import { toErrorBody } from '../../shared/errors.ts'

export type Toast = {
  id: number
  kind: 'done' | 'problem'
  text: string
  /** What one would do next. */
  action?: { label: string; run(): unknown }
}

const SHOWN_MS = 6_000
let lastId = 0

export const useToasts = create<{ toasts: readonly Toast[] }>()(() => ({ toasts: [] }))

/** A problem stays until it is dismissed. What is said already is not said twice, but anew. */
export function showToast(toast: Omit<Toast, 'id'>): void {
  const id = ++lastId
  useToasts.setState(({ toasts }) => {
    const others = toasts.filter(({ kind, text }) => kind !== toast.kind || text !== toast.text)
    return { toasts: [...others.slice(-3), { ...toast, id }] }
  })
  if (toast.kind === 'done') setTimeout(() => dismissToast(id), SHOWN_MS)
}

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter(toast => toast.id !== id) }))
}

/** For what a person asked for and could not be done. */
export function showError(error: unknown): void {
  showToast({ kind: 'problem', text: toErrorBody(error).message })
}
