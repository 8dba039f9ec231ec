/** A mark of this browser, by which the core finds what it dropped before: a page is not told the path of a folder. */
const KEY = 'drover.drop-origin'

export function dropOrigin(): string {
  const known = localStorage.getItem(KEY)
  if (known !== null && /^[0-9a-f]{32}$/.test(known)) return known
  // randomUUID is not there on pages that came over the network without encryption.
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
  localStorage.setItem(KEY, made)
  return made
}
