/** The desktop we are on, as the environment names it. */
import type { DISPLAY_VARIABLES, Display } from '../shared/contract.ts'

/** The contract's list; its file would bring zod with it. */
const VARIABLES = [
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'XDG_CURRENT_DESKTOP',
  'DBUS_SESSION_BUS_ADDRESS',
  'BROWSER',
  'PULSE_SERVER',
] as const satisfies typeof DISPLAY_VARIABLES

/** Null without a display: a shell over ssh has none. */
export function displayOf(env: NodeJS.ProcessEnv): Display | null {
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return null
  return Object.fromEntries(VARIABLES.flatMap(name => (env[name] ? [[name, env[name]]] : [])))
}
