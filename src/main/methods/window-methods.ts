/** What clients may ask of the window: to be shown on a display, or the address with which a person can open it, to do all or only to look. */
import { type Display, type Methods, SIGN_IN_MS, type WebRole } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { signInUrl } from '../../shared/sign-in.ts'

export type WindowParts = {
  web: {
    /** Null while nobody can open it. */
    address(): string | null
    open(): Promise<string>
    issueToken(role: WebRole, onGone?: () => void): string
    signOut(): void
    hasDashboard(): boolean
    /** Whether it is configured to be reached by this computer alone. */
    isLocal(): boolean
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
}: WindowParts): Pick<Methods, 'window.open' | 'window.seen' | 'web.dashboard' | 'web.signOut'> {
  const serve = () => web.open()
  const issueToken = (onGone: () => void) => web.issueToken('owner', onGone)
  const about = () => ({ validMs: SIGN_IN_MS, isLocal: web.isLocal() })
  return {
    'window.open': async ({ display, route }) => {
      const shown = display ? await openWindow({ display, serve, route, issueToken }) : NOT_SHOWN
      if (shown.openedWith !== null) return { address: web.address(), url: null, ...about(), ...shown }
      const address = await serve()
      return { address, url: signInUrl({ address, token: web.issueToken('owner'), route }), ...about(), ...shown }
    },
    'web.dashboard': async ({ route }) => {
      if (!web.hasDashboard())
        throw new AppError('CONFLICT', 'The dashboard is switched off. Switch it on with: drover config set web.dashboard true')
      const address = await serve()
      return { address, url: signInUrl({ address, token: web.issueToken('readonly'), route }), ...about() }
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
