/** Starts a process of ours that is to outlive the core: in a session of its own, and up when `isUp` says so. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { markOf, type ProcessMark } from './process-mark.ts'

const READY_MS = 5_000
const POLL_MS = 3

/** Null for one that does not come up in five seconds, which is killed, or that ends before. @throws {Error} if it cannot be started. */
export async function startOutliving(
  file: string,
  args: readonly string[],
  { isUp, ...how }: { env: NodeJS.ProcessEnv; cwd?: string; isUp(): boolean },
): Promise<ProcessMark | null> {
  const child = spawn(file, args, { ...how, detached: true, stdio: 'ignore' })
  await once(child, 'spawn')
  child.unref()
  const mark = markOf(child.pid ?? 0)
  const deadline = performance.now() + READY_MS
  while (mark === null || !isUp()) {
    if (child.exitCode !== null || mark === null || performance.now() > deadline) {
      child.kill('SIGKILL')
      return null
    }
    await delay(POLL_MS)
  }
  return mark
}
