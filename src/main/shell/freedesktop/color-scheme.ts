/** Whether the desktop's person likes it dark or light, as its settings portal says (org.freedesktop.appearance). */
import { z } from 'zod'
import type { Bus } from './bus.ts'

const PORTAL = 'org.freedesktop.portal.Desktop'
const PATH = '/org/freedesktop/portal/desktop'
const SETTINGS = 'org.freedesktop.portal.Settings'
const NAMESPACE = 'org.freedesktop.appearance'
const KEY = 'color-scheme'
const LIGHT = 2

export const COLOR_SCHEME_RULE = `type='signal',sender='${PORTAL}',path='${PATH}',interface='${SETTINGS}',member='SettingChanged',arg0='${NAMESPACE}'`

/** Some portals wrap the number once, some twice. */
const Scheme = z.union([z.object({ value: z.number() }), z.object({ value: z.object({ value: z.number() }) })])

/** Null where nobody says; nothing is started to ask it. */
export async function readColorScheme(bus: Pick<Bus, 'ask'>): Promise<'dark' | 'light' | null> {
  const question = { destination: PORTAL, path: PATH, interface: SETTINGS, member: 'Read', signature: 'ss', noStart: true }
  try {
    return schemeOf(await bus.ask({ ...question, body: [NAMESPACE, KEY] }))
  } catch {
    return null // There is no portal, or it has no such setting.
  }
}

/** What a signal says of it; null if it says something else. */
export function colorSchemeIn(signal: { interface: string; member: string; body: unknown[] }): 'dark' | 'light' | null {
  const { interface: from, member, body } = signal
  const isMeant = from === SETTINGS && member === 'SettingChanged' && body[0] === NAMESPACE && body[1] === KEY
  return isMeant ? schemeOf(body[2]) : null
}

/** Who has said nothing of it has a dark panel on most desktops. */
function schemeOf(value: unknown): 'dark' | 'light' | null {
  const parsed = Scheme.safeParse(value)
  if (!parsed.success) return null
  const inner = parsed.data.value
  return (typeof inner === 'number' ? inner : inner.value) === LIGHT ? 'light' : 'dark'
}
