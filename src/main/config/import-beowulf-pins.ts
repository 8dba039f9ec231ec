/**
 * Reads ~/.beowulf/beowulfdrc: `key = value` a line; `#` begins a comment. Of its keys `sticky.APP = HOST` is what we call a pin; of the
 * others it is said why they are of no use here.
 */
import { Pattern } from '../../shared/contract/placement-methods.ts'
import { badLine } from './named-host.ts'

/** An app and its host, as the file names it. */
export type NamedPin = { app: string; host: string }
export type BeowulfPins = { pins: NamedPin[]; skipped: { name: string; why: string }[] }

const LINE = /^([^\s=]+)\s*=\s*(\S.*)$/
const STICKY = 'sticky.'

/** @throws {AppError} `BAD_CONFIG` with file and line on the first line that says nothing. */
export function beowulfPins(path: string, text: string): BeowulfPins {
  const pins = new Map<string, NamedPin & { place: string }>()
  const skipped: BeowulfPins['skipped'] = []
  for (const [index, line] of text.split('\n').entries()) {
    const said = line.replace(/#.*$/, '').trim()
    if (said === '') continue
    const place = `${path}:${index + 1}`
    const [, key = '', host = ''] = LINE.exec(said) ?? badLine(place, 'not a setting: write key = value')
    const app = key.slice(STICKY.length)
    const first = pins.get(app)
    const why = !key.startsWith(STICKY)
      ? foreign(key)
      : first
        ? `it stands there twice: ${first.place} and ${place}`
        : unfitness(app)
    if (why === null) pins.set(app, { app, host, place })
    else skipped.push({ name: key.slice(0, 100), why })
  }
  return { pins: [...pins.values()].map(({ app, host }) => ({ app, host })), skipped }
}

function foreign(key: string): string {
  return key === 'polling_interval' ? 'hosts are always asked every 2 seconds' : 'Drover has no such setting'
}

/** There a name is only itself; in a rule of ours some characters mean more. */
function unfitness(app: string): string | null {
  if (/[*?]/.test(app)) return 'it has * or ? in it, which would fit other apps as well'
  const issue = Pattern.safeParse(app).error?.issues[0]
  return issue === undefined ? null : `its name ${issue.message}`
}
