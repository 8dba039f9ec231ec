/** Reads a log more slowly than it could come, and watches what that costs the core in memory. */
import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { createClient } from '../../src/cli/client.ts'
import { makeCoreEnv } from './core-env.ts'
import { STUB_CORE } from './stub-core.ts'

const MEBIBYTE = 1024 * 1024

/** `grownBytes`: the most that the core's memory was above what it had after the first 16 MiB. */
export async function readLogSlowly(mebibytes: number): Promise<{ bytes: number; grownBytes: number }> {
  const env = makeCoreEnv()
  const session = await createClient({ env, program: STUB_CORE }).connect()
  onTestFinished(() => session.close())
  const { pid } = await session.call('core.status', {})
  let bytes = 0
  let baseline = 0
  let most = 0
  let nextStop = 0
  for await (const chunk of await session.openLog({ job: mebibytes.toString(16) })) {
    bytes += chunk.length
    if (bytes < nextStop) continue
    nextStop += MEBIBYTE
    // A call for every MiB: the reader is busy with it, and the core could run ahead.
    await session.call('core.status', {})
    const resident = residentBytes(pid)
    if (bytes < 16 * MEBIBYTE) baseline = resident
    most = Math.max(most, resident)
  }
  return { bytes, grownBytes: most - baseline }
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
