/** Reads the words that only verbs of processes take: formations, and points in the past. */
import { UsageError } from '../errors.ts'
import { parseDurationMs } from '../values.ts'

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/
const TIME_OF_DAY = /^\d{2}:\d{2}(?::\d{2})?$/

/** Epoch milliseconds. `10m` is that long ago; a day is its beginning, and what has no zone is here. */
export function parseSince(text: string, now: number): number {
  if (/^[\d.]+[a-z]|^\d+$/.test(text)) return now - parseDurationMs(text, '--since')
  const at = TIME_OF_DAY.test(text) ? timeToday(text, now) : moment(text)
  if (Number.isNaN(at)) {
    throw new UsageError(`--since: "${text}" is no point in time`, 'For example: 10m, 2h, 09:30, 2030-12-31 or 2030-12-31T18:00')
  }
  if (at > now) throw new UsageError(`--since: ${text} is yet to come`)
  return at
}

function timeToday(text: string, now: number): number {
  const today = new Date(now)
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN
  return new Date(today.getFullYear(), today.getMonth(), today.getDate(), hours, minutes, seconds).getTime()
}

function moment(text: string): number {
  const [, day, time = '00:00', zone = ''] = MOMENT.exec(text) ?? []
  if (day === undefined) return Number.NaN
  // The 31st of February would be a day in March.
  const utc = new Date(`${day}T00:00Z`)
  if (Number.isNaN(utc.getTime()) || utc.toISOString().slice(0, 10) !== day) return Number.NaN
  return new Date(`${day}T${time}${zone}`).getTime()
}

/** `web=2,worker=1` */
export function parseFormation(words: readonly string[], shown: string): Record<string, number> {
  const formation: Record<string, number> = {}
  for (const word of words.flatMap(list => list.split(',')).filter(Boolean)) {
    const [, name, count] = /^([A-Za-z0-9_-]{1,63})=(\d{1,3})$/.exec(word) ?? []
    if (name === undefined || name === '__proto__')
      throw new UsageError(`${shown}: "${word}" does not say how many of what`, 'For example: web=2,worker=1')
    if (Number(count) > 100) throw new UsageError(`${shown}: ${count} is more than 100 instances of one process`)
    formation[name] = Number(count)
  }
  return formation
}
