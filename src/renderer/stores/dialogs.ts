/** Which dialog is open: one at a time. */
import { create } from 'zustand'

export type OpenDialog =
  | { kind: 'palette' }
  | { kind: 'add-host' }
  | { kind: 'trust'; host: string }
  | { kind: 'unlock'; keyPath: string; host: string }
  | { kind: 'import-hosts' }
  | { kind: 'remove-host'; host: string }
  | { kind: 'keys' }
  /** `folder`: where it begins, absolute on the core's machine. */
  | { kind: 'push'; folder: string | null }

export const useDialogs = create<{ open: OpenDialog | null }>()(() => ({ open: null }))

export function openDialog(open: OpenDialog): void {
  useDialogs.setState({ open })
}

export function closeDialog(): void {
  useDialogs.setState({ open: null })
}
