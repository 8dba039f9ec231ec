/**
 * crash: kill -9 of a process without a pause → its next run's program has begun, as that itself notes. Nothing but the host takes part;
 * both ends read one clock.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { jobSpec } from '../test/helpers/agent-job.ts'
import { processSpec } from '../test/helpers/agent-process.ts'
import { signalAll } from '../test/helpers/processes.ts'
import { waitFor } from '../test/helpers/wait.ts'
import { onAgentGround } from './agent-ground.ts'
import { againstAim, type BenchRow, median, range } from './bench.ts'
import { epochMicroseconds } from './measure.ts'

export const names = ['crash']

const AIM_MS = 50
const RUNS = 40
/** Notes who it is and when it began, whole or not at all. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that expands this.
const PROCESS = 'echo "$$ ${EPOCHREALTIME/./}" >"$1.new"; mv "$1.new" "$1"; exec sleep 100000'

export async function bench(): Promise<BenchRow[]> {
  const figures = await onAgentGround(async ({ agent, dir }) => {
    const stampFile = join(dir, 'stamp')
    await agent.start(jobSpec({ argv: ['bash', '-c', PROCESS, 'bash', stampFile] }, { process: processSpec() }))
    let before = await nextStamp(stampFile, 0)
    const delaysMs: number[] = []
    for (let run = 0; run < RUNS; run++) {
      const killedAt = epochMicroseconds()
      signalAll([before.pid], 'SIGKILL')
      before = await nextStamp(stampFile, before.pid)
      delaysMs.push((before.at - killedAt) / 1_000)
    }
    return delaysMs
  })
  const row = { name: 'crash', unit: 'ms', better: 'lower', aim: AIM_MS } as const
  return [againstAim({ ...row, ours: median(figures), n: RUNS, spread: range(figures) })]
}

function nextStamp(file: string, pidBefore: number): Promise<{ pid: number; at: number }> {
  return waitFor(
    () => {
      const [pid = 0, at = 0] = readFileSync(file, 'utf8').split(' ').map(Number)
      return pid !== pidBefore && { pid, at }
    },
    { what: 'the next run' },
  )
}
