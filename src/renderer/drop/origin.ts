/** A mark of this browser, by which the core finds what it dropped before: a page is not told the path of a folder. */
import { newId } from '../../shared/ids.ts'

const KEY = 'drover.drop-origin'

export function dropOrigin(): string {
  const known = localStorage.getItem(KEY)
  if (known !== null && /^[0-9a-f]{32}$/.test(known)) return known
  const made = newId().replaceAll('-', '')
  localStorage.setItem(KEY, made)
  return made
}
