/** What a desktop gives to the core, whichever it is: each room beside this file does it in its own way. */
import type { Display } from '../../shared/contract.ts'

export type WindowRequest = {
  display: Display
  /** Of the page, without anything secret. */
  address: string
  /** A token that signs in once; `onGone` is told when it no longer can. */
  issueToken(onGone: () => void): string
}
/** `openedWith` null: nothing could be started, and `problem` says why and what to do. */
export type WindowResult = { openedWith: string | null; problem: string | null }

/** Made once by the core that it is for. `folder`: a 0700 folder of ours, gone with the login. */
export type MakeShell = (desktop: { env: NodeJS.ProcessEnv; folder: string }) => Shell

export type Shell = {
  openWindow(request: WindowRequest): Promise<WindowResult>
}
