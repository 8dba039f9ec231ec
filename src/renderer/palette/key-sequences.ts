/** Which keys do what, anywhere in the window but in a field. Pure: keys and times in, an action out. */

export type KeyAction =
  | 'overview'
  | 'apps'
  | 'jobs'
  | 'processes'
  | 'metrics'
  | 'hosts'
  | 'settings'
  | 'palette'
  | 'push'
  | 'keys'

export const KEYS: readonly { keys: readonly string[]; action: KeyAction; text: string }[] = [
  { keys: ['/'], action: 'palette', text: 'Find and do anything' },
  { keys: ['n'], action: 'push', text: 'Push a folder' },
  { keys: ['g', 'o'], action: 'overview', text: 'Overview' },
  { keys: ['g', 'a'], action: 'apps', text: 'Apps' },
  { keys: ['g', 'j'], action: 'jobs', text: 'Jobs' },
  { keys: ['g', 'p'], action: 'processes', text: 'Processes' },
  { keys: ['g', 'm'], action: 'metrics', text: 'Metrics' },
  { keys: ['g', 'h'], action: 'hosts', text: 'Hosts' },
  { keys: ['g', 's'], action: 'settings', text: 'Settings' },
  { keys: ['?'], action: 'keys', text: 'This list' },
]

export type Typed = { keys: readonly string[]; at: number }
export const NOTHING_TYPED: Typed = { keys: [], at: 0 }
/** Later, a second key is a first one. */
const SEQUENCE_MS = 1_500

/** What the next key makes of those before it. */
export function typeKey(before: Typed, key: string, at: number): { typed: Typed; action: KeyAction | null } {
  const begun = at - before.at <= SEQUENCE_MS ? before.keys : []
  for (const keys of begun.length === 0 ? [[key]] : [[...begun, key], [key]]) {
    const fitting = KEYS.filter(entry => keys.every((one, index) => entry.keys[index] === one))
    const done = fitting.find(entry => entry.keys.length === keys.length)
    if (done) return { typed: NOTHING_TYPED, action: done.action }
    if (fitting.length > 0) return { typed: { keys, at }, action: null }
  }
  return { typed: NOTHING_TYPED, action: null }
}
