/** What a desktop gives to the core, whichever it is: each room beside this file does it in its own way. */
import type { Display } from '../../shared/contract.ts'
import type { Notice, NoticeAction } from './notice.ts'
import type { TrayAction, TrayView } from './tray-model.ts'

export type WindowRequest = {
  display: Display
  /** Of the page for browsers, without anything secret. It is served from when this is first asked for. */
  serve(): Promise<string>
  /** Where in the window, as `/jobs/ID`. */
  route: string
  /** A token that signs in once; `onGone` is told when it no longer can. */
  issueToken(onGone: () => void): string
}
export type WindowResult = {
  /** Null: nothing could be started, and `problem` says why and what to do. */
  openedWith: string | null
  /** The page has signed in: it is there. One that is slow to start has not yet. */
  isShown: boolean
  problem: string | null
}

export type ShellOptions = {
  env: NodeJS.ProcessEnv
  /** A 0700 folder of ours, gone with the login. */
  folder: string
  /** Of the person's desktop, as far as it is known. */
  display(): Display
  /** A notification was answered. */
  onAction(action: NoticeAction, notice: Notice): void
  /** Somebody has chosen this in the tray. */
  onTray(action: TrayAction): void
  /** This computer was asleep: connections that look alive may be dead. */
  onWake(): void
  log(message: string, details: Record<string, string>): void
}
/** Made once by the core that it is for. */
export type MakeShell = (options: ShellOptions) => Shell

export type Shell = {
  openWindow(request: WindowRequest): Promise<WindowResult>
  /** Shows it if it can. */
  notify(notice: Notice): void
  /** Whether there is a desktop to show it on, as far as is known. */
  readonly mayNotify: boolean
  /** Whether there is a desktop that a tray could be on, as far as is known. */
  readonly mayHaveTray: boolean
  /** What the tray shows from now on, if there is one; null: nothing. */
  showTray(view: TrayView | null): void
  /** What `display` gives may be another desktop than before. */
  desktopChanged(): void
  /** Whether a login to the desktop is to start Drover, from now on. @throws {AppError} if that cannot be written. */
  startAtLogin(isWanted: boolean): void
  close(): void
}
