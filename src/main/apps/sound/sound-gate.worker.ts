/**
 * The gate as a process of its own: it outlives the core, as what draws does, so that sound does. Its words are where it listens, where the
 * sound server is, and what the host is called. It ends when nobody came for a day, or when its socket is gone.
 */
import { existsSync, rmSync } from 'node:fs'
import { openGate } from './gate.ts'

const DAY_MS = 24 * 3600 * 1000
const LOOK_EVERY_MS = 60_000

const [listenPath = '', serverPath = '', host = ''] = process.argv.slice(2)
process.umask(0o177)
rmSync(listenPath, { force: true })
const end = (): never => process.exit(0)
openGate({ listenPath, serverPath, host, onIdle: end, idleMs: DAY_MS }).on('error', error => {
  console.error(`nobody can come in at ${listenPath}: ${error.message}`)
  process.exit(1)
})
// As with the whole runtime folder at a logout.
setInterval(() => existsSync(listenPath) || end(), LOOK_EVERY_MS)
