/**
 * Makes all pictures of the README and the docs, `npm run screenshots`: the built product in a real terminal, browser and panel, with hosts
 * behind real sshd. What they show is what was on the screen. It takes some minutes, since lines of load need time to be lived through.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { shootDesktop } from './screenshots/desktop.ts'
import { openFlock } from './screenshots/flock.ts'
import { shootTerminal } from './screenshots/terminal.ts'
import { shootWindow } from './screenshots/window.ts'

const FOLDER = join(import.meta.dirname, '../docs/screenshots')
const MOST_BYTES = 2_500_000

mkdirSync(FOLDER, { recursive: true })
await shootTerminal(FOLDER)
const flock = await openFlock()
try {
  await shootDesktop(flock, FOLDER)
  await shootWindow(flock, FOLDER)
} finally {
  await flock.close()
}
const bytes = readdirSync(FOLDER).reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0)
if (bytes > MOST_BYTES) throw new Error(`${FOLDER} has ${bytes} bytes: more than ${MOST_BYTES} is too much for a repository`)
process.exit(0)
