/** The window: opened on a desktop or in a browser, and signed out of. */
import { z } from 'zod'
import { MAX_PATH, nothing, output, owner, Text } from './fields.ts'

/** What tells a program on which desktop, and with which browser, to show itself. */
export const DISPLAY_VARIABLES = [
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'XDG_CURRENT_DESKTOP',
  'DBUS_SESSION_BUS_ADDRESS',
  'BROWSER',
  /** Where its sound server is, if not at the usual place. */
  'PULSE_SERVER',
] as const
export const DisplayInput = z.partialRecord(
  z.enum(DISPLAY_VARIABLES),
  Text.max(MAX_PATH, `is longer than ${MAX_PATH} characters`),
)

/** What a window needs of the desktop that it is to appear on. */
export type Display = z.infer<typeof DisplayInput>
/** How long an address with a one-time token can be used. */
export const SIGN_IN_MS = 5 * 60_000
export type OpenedWindow = {
  /** Of the window for browsers, without anything secret. Null while it is served to none, as when Drover's own was opened. */
  address: string | null
  /** For the person to open: it signs in once, within `validMs`. Null when a window was opened. */
  url: string | null
  validMs: number
  /** Only this computer reaches that address. Else others do, over a way that is not encrypted. */
  isLocal: boolean
  /** The program that shows the window. */
  openedWith: string | null
  /** The page in it has signed in already. */
  isShown: boolean
  /** Why no window could be opened on the display that was given, and what to do. */
  problem: string | null
}

const Route = z.string().regex(/^\/[A-Za-z0-9/._-]{0,200}$/, 'is a path in the window, as /jobs/ID')

export const windowMethods = {
  /** Opens the window in a browser on the display, or gives the address with which a person can do so. */
  'window.open': {
    allow: owner,
    input: z.strictObject({
      display: DisplayInput.nullable(),
      /** Where in the window, as `/jobs/ID`. */
      route: Route.default('/'),
    }),
    output: output<OpenedWindow>(),
  },
  /** An address that signs in a browser to look and do nothing else. Refused while `web.dashboard` of the config is off. */
  'web.dashboard': {
    allow: owner,
    input: z.strictObject({ route: Route.default('/metrics') }),
    output: output<{ address: string; url: string; validMs: number; isLocal: boolean }>(),
  },
  /** The person has seen how these jobs ended: the tray says no more of them. */
  'window.seen': { allow: owner, input: z.strictObject({ jobIds: z.array(z.uuid()).min(1).max(2_000) }), output: output<null>() },
  /** Every browser that is signed in, or could be with an address already given out, is shut out. */
  'web.signOut': { allow: owner, input: nothing, output: output<null>() },
} as const
