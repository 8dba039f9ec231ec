/** The marks of a time axis: round times in this place's own time, days and months where they begin. Pure. */
import type { Span } from './span.ts'

export type Tick = { readonly at: number; readonly text: string }

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Steps within a day divide it evenly, so that they fall on the same times of every day. */
const IN_DAY = [
  ...[5, 10, 15, 30].map(count => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(count => count * MINUTE),
  ...[1, 2, 3, 6, 12].map(count => count * HOUR),
]
const DAYS = [1, 2, 7, 14]
const MONTHS = [1, 2, 3, 6, 12]
const MONTH = 30 * DAY

/** At most `most` of them. `locale`: of the browser, unless a test says otherwise. */
export function timeTicks(span: Span, most: number, locale?: string): Tick[] {
  const stepMs = (span.to - span.from) / Math.max(1, most)
  const inDay = IN_DAY.find(ms => ms >= stepMs)
  if (inDay !== undefined) return ticksInDays(span, inDay, locale)
  const days = DAYS.find(count => count * DAY >= stepMs)
  if (days !== undefined) return ticksOfDays(span, days, locale)
  return ticksOfMonths(span, MONTHS.find(count => count * MONTH >= stepMs) ?? 12, locale)
}

/** By the clock on the wall, also where that was set for summer. */
function ticksInDays(span: Span, stepMs: number, locale?: string): Tick[] {
  const ticks: Tick[] = []
  for (let day = midnight(span.from, 0); day <= span.to; day = midnight(day, 1)) {
    const [year, month, date] = partsOf(day)
    for (let ms = 0; ms < DAY; ms += stepMs) {
      const at = new Date(year, month, date, 0, 0, 0, ms).getTime()
      if (at > span.to) break
      if (at >= span.from && at > (ticks.at(-1)?.at ?? 0))
        ticks.push({ at, text: ms === 0 ? dayText(at, locale) : clockText(at, stepMs < MINUTE, locale) })
    }
  }
  return ticks
}

function ticksOfDays(span: Span, step: number, locale?: string): Tick[] {
  const ticks: Tick[] = []
  // Weeks begin on Mondays.
  const weekday = (new Date(span.from).getDay() + 6) % 7
  let day = midnight(span.from, step % 7 === 0 ? -weekday : 0)
  for (; day <= span.to; day = midnight(day, step)) if (day >= span.from) ticks.push({ at: day, text: dayText(day, locale) })
  return ticks
}

function ticksOfMonths(span: Span, step: number, locale?: string): Tick[] {
  const ticks: Tick[] = []
  const [year, first] = partsOf(span.from)
  for (let month = first - (first % step); ; month += step) {
    const date = new Date(year, month, 1)
    const at = date.getTime()
    if (at > span.to) return ticks
    const name = date.getMonth() === 0 ? String(date.getFullYear()) : formatted(at, MONTH_NAME, locale)
    if (at >= span.from) ticks.push({ at, text: name })
  }
}

/** A moment of a chart in words: as exact as its points lie apart. */
export function momentText(at: number, stepMs: number, locale?: string): string {
  const isDated = stepMs >= MINUTE
  return `${isDated ? `${dayText(at, locale)}, ` : ''}${clockText(at, !isDated, locale)}`
}

function clockText(at: number, hasSeconds: boolean, locale?: string): string {
  return formatted(at, hasSeconds ? SECONDS : MINUTES, locale)
}

function dayText(at: number, locale?: string): string {
  return formatted(at, DAY_OF_MONTH, locale)
}

const MINUTES = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const SECONDS = { ...MINUTES, second: '2-digit' } as const
const DAY_OF_MONTH = { day: 'numeric', month: 'short' } as const
const MONTH_NAME = { month: 'short' } as const
const formats = new Map<object, Map<string, Intl.DateTimeFormat>>()

/** To make a format takes a hundred times as long as to use it, and a chart that goes on uses it at every step. */
function formatted(at: number, options: Intl.DateTimeFormatOptions, locale: string | undefined): string {
  const date = new Date(at)
  const known = formats.get(options) ?? new Map<string, Intl.DateTimeFormat>()
  formats.set(options, known)
  // A format has the zone in which it was made; a computer may be taken to another.
  const key = `${locale} ${date.getTimezoneOffset()}`
  const format = known.get(key) ?? new Intl.DateTimeFormat(locale, options)
  known.set(key, format)
  return format.format(date)
}

function midnight(at: number, days: number): number {
  const [year, month, date] = partsOf(at)
  return new Date(year, month, date + days).getTime()
}

function partsOf(at: number): [year: number, month: number, date: number] {
  const date = new Date(at)
  return [date.getFullYear(), date.getMonth(), date.getDate()]
}
