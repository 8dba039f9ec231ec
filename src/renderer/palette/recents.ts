/** What was chosen in the palette lately, by the entries' ids: kept in this browser, since it is its person's habit. */
const KEY = 'drover.palette'
const MOST = 12

export function recentIds(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter(id => typeof id === 'string').slice(0, MOST) : []
  } catch {
    return [] // Somebody else wrote there: a habit is soon learned again.
  }
}

export function noteRecent(id: string): void {
  localStorage.setItem(KEY, JSON.stringify([id, ...recentIds().filter(one => one !== id)].slice(0, MOST)))
}
