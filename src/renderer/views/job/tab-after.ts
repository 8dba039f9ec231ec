/** The tab that a key leads to from another one; null: it leads nowhere. */
export function tabAfter<T extends string>(tabs: readonly T[], shown: T, key: string): T | null {
  const at = tabs.indexOf(shown)
  if (key === 'ArrowRight') return tabs[(at + 1) % tabs.length] ?? null
  if (key === 'ArrowLeft') return tabs.at(at - 1) ?? null
  if (key === 'Home') return tabs[0] ?? null
  return key === 'End' ? (tabs.at(-1) ?? null) : null
}
