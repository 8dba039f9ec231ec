/** Processes of ours that outlive the core, known again by more than their number: PIDs come again, with another start time or boot. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

export const ProcessMark = z.strictObject({
  pid: z.int().min(2),
  /** In clock ticks since the boot. */
  startTime: z.string().regex(/^\d{1,20}$/),
  bootId: z.string().max(100),
})
export type ProcessMark = z.infer<typeof ProcessMark>

/** Null where there is no such process. */
export function markOf(pid: number): ProcessMark | null {
  const stat = statOf(pid)
  return stat === null ? null : { pid, startTime: stat.startTime, bootId: bootId() }
}

export function isRunning(mark: ProcessMark): boolean {
  const stat = statOf(mark.pid)
  return stat !== null && stat.state !== 'Z' && stat.startTime === mark.startTime && mark.bootId === bootId()
}

/** Sends the signal to that very process, or to nobody. */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals): void {
  if (!isRunning(mark)) return
  try {
    process.kill(mark.pid, signal)
  } catch {
    // It has ended at this moment.
  }
}

function statOf(pid: number): { state: string; startTime: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state, startTime] = [fields[0], fields[19]]
    return state === undefined || startTime === undefined ? null : { state, startTime }
  } catch {
    return null // There is no such process, or no /proc.
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return '' // Not Linux: nothing is known again there.
  }
}
