/** The hours of each day in which a person wants to hear nothing, by the clock on his wall. They may go over midnight. Pure. */

/** Minutes since midnight; `to` is the first minute that is not quiet any more. */
export type QuietHours = { fromMinute: number; toMinute: number }

const DAY = 24 * 60

/** From a time to itself is never. */
export function isQuiet({ fromMinute, toMinute }: QuietHours, minute: number): boolean {
  return fromMinute <= toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute
}

/** In minutes of the wall's clock, which may be set meanwhile: ask again. */
export function untilQuietEnds({ toMinute }: QuietHours, minute: number): number {
  return (toMinute - minute + DAY) % DAY
}

/** `22:30` as a minute of the day. @throws {TypeError} for what is none. */
export function minuteOf(text: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined) throw new TypeError(`${text} is no time of day`)
  return Number(hours) * 60 + Number(minutes)
}
