/**
 * The file by which a one-time token reaches a browser: an argument list can be read by every user of this computer, a file of 0600 in a
 * folder of 0700 by its owner alone. It is gone as soon as the token is of no more use.
 */
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SIGN_IN_MS } from '../../../shared/contract.ts'
import { isAlive } from '../../is-alive.ts'

const NAME = /^open-(\d+)-[\w-]+\.html$/

/** @throws {Error} of the file system */
export function writeRedirect(folder: string, name: string, url: string): string {
  const path = join(folder, `open-${process.pid}-${name}.html`)
  writeFileSync(path, page(url), { mode: 0o600, flag: 'wx' })
  return path
}

export function removeRedirect(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // Somebody has changed the folder, or put something else there; what was in it is of use to nobody for longer than five minutes.
  }
}

/** Of cores that were killed, and whatever else is older than any token lives. Another core of ours may use the folder too. */
export function removeOldRedirects(folder: string, now = Date.now()): void {
  for (const name of readdirSync(folder)) {
    const [match, pid] = NAME.exec(name) ?? []
    if (match === undefined) continue
    const path = join(folder, name)
    // Of our own number is one from before us.
    if (Number(pid) === process.pid || !isAlive(Number(pid)) || isOlder(path, now)) removeRedirect(path)
  }
}

/** Without a script, so that it works in every browser; the fragment never leaves the browser. */
function page(address: string): string {
  const url = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}">
<title>Drover</title>
<a href="${url}">Open Drover</a>
</html>
`
}

function isOlder(path: string, now: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && now - stat.mtimeMs > SIGN_IN_MS
}
