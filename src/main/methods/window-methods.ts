/** What clients may ask of the window: to be shown on a display, or the address with which a person can open it. */
import { type Display, type Methods, SIGN_IN_MS } from '../../shared/contract.ts'

export type WindowParts = {
  web: {
    open(): Promise<string>
    issueToken(onGone?: () => void): string
    signOut(): void
  }
  /** Undefined where this core has no way to show anything. */
  openWindow(request: { display: Display; address: string; issueToken(onGone: () => void): string }): Promise<{
    openedWith: string | null
    problem: string | null
  }>
}

export function windowMethods({ web, openWindow }: WindowParts): Pick<Methods, 'window.open' | 'web.signOut'> {
  return {
    'window.open': async ({ display }) => {
      const address = await web.open()
      const isThere = Boolean(display?.DISPLAY || display?.WAYLAND_DISPLAY)
      const issueToken = (onGone: () => void) => web.issueToken(onGone)
      const shown = display && isThere ? await openWindow({ display, address, issueToken }) : { openedWith: null, problem: null }
      const url = shown.openedWith === null ? `${address}/#token=${web.issueToken()}` : null
      return { address, url, validMs: SIGN_IN_MS, ...shown }
    },
    'web.signOut': async () => {
      web.signOut()
      return null
    },
  }
}
