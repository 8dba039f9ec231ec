/** Which dialog is open: one at a time. */
import { create } from 'zustand'
import type { RuleView } from '../../shared/contract.ts'
import type { PinWish } from '../dialogs/rule/rule-form.ts'

export type OpenDialog =
  | { kind: 'palette' }
  | { kind: 'add-host' }
  | { kind: 'trust'; host: string }
  | { kind: 'unlock'; keyPath: string; host: string }
  | { kind: 'import-hosts' }
  | { kind: 'remove-host'; host: string }
  | { kind: 'keys' }
  /** Null: a new one. `at`: its place among the rules. */
  | { kind: 'rule'; rule: { at: number; rule: RuleView } | null }
  /** What is to be always on that host. */
  | { kind: 'pin'; wish: PinWish }
  /** `folder`: where it begins, absolute on the core's machine. */
  | { kind: 'push'; folder: string | null }
  /** A folder with a Procfile. */
  | { kind: 'open-project' }
  /** Of a folder that was dropped: see stores/drops.ts. */
  | { kind: 'push-drop'; dropId: number }

export const useDialogs = create<{ open: OpenDialog | null }>()(() => ({ open: null }))

export function openDialog(open: OpenDialog): void {
  useDialogs.setState({ open })
}

export function closeDialog(): void {
  useDialogs.setState({ open: null })
}
