/** Whether a process runs, by its number alone: for what another process of ours wrote its number on. */
import { readFileSync } from 'node:fs'

/** One that has ended, and whoever started it has yet to ask how, is not alive; signals do not tell. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // Until its last thread has ended its files are open.
    return fields[0] !== 'Z' || fields[17] !== '1'
  } catch {
    return true // Where there is no /proc only the signal tells.
  }
}
