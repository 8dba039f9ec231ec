/** What clients may ask of the window: to be shown on a display, or the address with which a person can open it. */
import { type Display, type Methods, SIGN_IN_MS } from '../../shared/contract.ts'
import { signInUrl } from '../../shared/sign-in.ts'

export type WindowParts = {
  web: {
    open(): Promise<string>
    issueToken(onGone?: () => void): string
    signOut(): void
  }
  openWindow(request: { display: Display; address: string; route: string; issueToken(onGone: () => void): string }): Promise<{
    openedWith: string | null
    isShown: boolean
    problem: string | null
  }>
}

const NOT_SHOWN = { openedWith: null, isShown: false, problem: null }

export function windowMethods({ web, openWindow }: WindowParts): Pick<Methods, 'window.open' | 'web.signOut'> {
  return {
    'window.open': async ({ display, route }) => {
      const address = await web.open()
      const isThere = Boolean(display?.DISPLAY || display?.WAYLAND_DISPLAY)
      const issueToken = (onGone: () => void) => web.issueToken(onGone)
      const shown = display && isThere ? await openWindow({ display, address, route, issueToken }) : NOT_SHOWN
      const url = shown.openedWith === null ? signInUrl({ address, token: web.issueToken(), route }) : null
      return { address, url, validMs: SIGN_IN_MS, ...shown }
    },
    'web.signOut': async () => {
      web.signOut()
      return null
    },
  }
}
