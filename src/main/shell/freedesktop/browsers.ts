/** Which programs can show the window, best first: one that gives a web page a window of its own, else whatever browser the person has. */
import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Display } from '../../../shared/contract.ts'

export type Candidate = { name: string; program: string; args: string[] }

const APP_BROWSERS = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'brave-browser',
  'microsoft-edge',
] as const

/** `page` is a file:// address. `path` is the PATH to look in. */
export function candidates(page: string, path: string, { BROWSER = '' }: Display): Candidate[] {
  const folders = path.split(':').filter(isAbsolute)
  const found = (name: string, args: string[]): Candidate[] => {
    const program = isAbsolute(name) ? runnable(name) : folders.map(folder => runnable(join(folder, name))).find(Boolean)
    return program ? [{ name: name.slice(name.lastIndexOf('/') + 1), program, args }] : []
  }
  const app = APP_BROWSERS.flatMap(name => found(name, [`--app=${page}`])).slice(0, 1)
  // As BROWSER is read by others: several are parted by colons, and %s stands for the page. No shell reads it.
  const own = BROWSER.split(':').flatMap(line => {
    const [name = '', ...words] = line.split(/\s+/).filter(Boolean)
    const args = words.map(word => word.replaceAll('%s', page))
    return name === '' ? [] : found(name, words.some(word => word.includes('%s')) ? args : [...args, page])
  })
  return [...app, ...own, ...found('xdg-open', [page])]
}

function runnable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile() ? path : undefined
  } catch {
    return undefined
  }
}
