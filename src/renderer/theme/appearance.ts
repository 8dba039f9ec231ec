/** Dark, light, or as the system has it: this browser's own choice, taken before the first paint. */
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'dark' | 'light'
export const THEMES: readonly Theme[] = ['system', 'dark', 'light']

const KEY = 'drover.theme'
const listeners = new Set<() => void>()

/** For the page's entry. */
export function applyTheme(): void {
  const theme = currentTheme()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, theme)
  changed()
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme)
}

function currentTheme(): Theme {
  const kept = localStorage.getItem(KEY)
  return THEMES.find(theme => theme === kept) ?? 'system'
}

function changed(): void {
  applyTheme()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  // Another window of this browser chose.
  addEventListener('storage', changed)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) removeEventListener('storage', changed)
  }
}
