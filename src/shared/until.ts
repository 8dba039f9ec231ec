/** Points in time as people write them in rules: a day, or a day and a time of it. */

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?$/

/** Epoch milliseconds; null for what is no date. A day holds to its end, as this computer counts days; a time without a zone is here. */
export function parseUntil(text: string): number | null {
  const [, year, month, day] = DAY.exec(text) ?? []
  if (year !== undefined) {
    const start = new Date(Number(year), Number(month) - 1, Number(day))
    // The 31st of February would be a day in March.
    if (start.getMonth() !== Number(month) - 1 || start.getDate() !== Number(day)) return null
    return new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1).getTime()
  }
  if (!MOMENT.test(text)) return null
  const at = new Date(text.replace(' ', 'T')).getTime()
  return Number.isFinite(at) ? at : null
}

/** In words that `parseUntil` reads back to the second: `2030-12-31T18:00:00Z`. */
export function untilText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}
