/** What clients may ask of the window: to be shown on a display, or the address with which a person can open it. */
import { type Display, type Methods, SIGN_IN_MS } from '../../shared/contract.ts'
import { signInUrl } from '../../shared/sign-in.ts'

export type WindowParts = {
  web: {
    /** Null while nobody can open it. */
    address(): string | null
    open(): Promise<string>
    issueToken(onGone?: () => void): string
    signOut(): void
  }
  seen(jobIds: readonly string[]): void
  openWindow(request: {
    display: Display
    serve(): Promise<string>
    route: string
    issueToken(onGone: () => void): string
  }): Promise<{ openedWith: string | null; isShown: boolean; problem: string | null }>
}

const NOT_SHOWN = { openedWith: null, isShown: false, problem: null }

export function windowMethods({
  web,
  seen,
  openWindow,
}: WindowParts): Pick<Methods, 'window.open' | 'window.seen' | 'web.signOut'> {
  const serve = () => web.open()
  const issueToken = (onGone: () => void) => web.issueToken(onGone)
  return {
    'window.open': async ({ display, route }) => {
      const shown = display ? await openWindow({ display, serve, route, issueToken }) : NOT_SHOWN
      if (shown.openedWith !== null) return { address: web.address(), url: null, validMs: SIGN_IN_MS, ...shown }
      const address = await serve()
      return { address, url: signInUrl({ address, token: web.issueToken(), route }), validMs: SIGN_IN_MS, ...shown }
    },
    'window.seen': async ({ jobIds }) => {
      seen(jobIds)
      return null
    },
    'web.signOut': async () => {
      web.signOut()
      return null
    },
  }
}
