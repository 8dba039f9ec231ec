/** Whether anybody listens at a unix socket, asked of the kernel: it costs a read, and nobody is disturbed. */
import { readFileSync } from 'node:fs'

/** True as well where it cannot be told, as on another system than Linux. */
export function isListening(socketPath: string): boolean {
  const table = socketTable()
  return table === null || table.some(path => path === socketPath)
}

function socketTable(): string[] | null {
  try {
    const lines = readFileSync('/proc/net/unix', 'latin1').split('\n')
    // Its flags, in the fourth column, tell one that is listened at.
    return lines.flatMap(line => {
      const [, , , flags, , , , path] = line.split(' ').filter(Boolean)
      return path !== undefined && flags === '00010000' ? path : []
    })
  } catch {
    return null
  }
}
