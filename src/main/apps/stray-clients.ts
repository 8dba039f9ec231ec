/** `waypipe client`s of a core that was killed before it could note them: nobody will ever draw by them. Ended when the next core begins. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { markOf, signalProcess } from './process-mark.ts'
import { CLIENT_SOCKET } from './waypipe-client.ts'

/** `known`: the sockets of those that are noted. */
export function endStrayClients(runtimeDir: string, known: ReadonlySet<string>): void {
  const sockets = socketsIn(runtimeDir).filter(path => !known.has(path))
  if (sockets.length === 0) return
  for (const pid of pids()) {
    const mark = markOf(pid)
    const line = commandLineOf(pid)
    // By its mark: the number may be another's by now.
    if (mark && line.startsWith('waypipe/') && sockets.some(path => line.includes(`/${path}/`))) signalProcess(mark, 'SIGTERM')
  }
  for (const path of sockets) rmSync(path, { force: true })
}

function socketsIn(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap(name => (CLIENT_SOCKET.test(name) ? [join(folder, name)] : []))
  } catch {
    return [] // There is no such folder yet.
  }
}

function pids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return [] // Not Linux: they end with the login.
  }
}

/** With a slash between its words: waypipe cuts the path in its own at the last one. */
function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', '/')
  } catch {
    return '' // It has ended.
  }
}
