/**
 * job-end: from the end of a job on its host to the event at a connected client. The job notes the time as the last thing it does, so
 * what its shell takes to end counts as well; both ends read one clock.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '../src/cli/client.ts'
import type { CoreSession } from '../src/cli/core-client.ts'
import type { JobView } from '../src/shared/domain.ts'
import { within } from '../test/helpers/wait.ts'
import { againstAim, type BenchRow, percentile, range } from './bench.ts'
import { epochMicroseconds } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['job-end']

const AIM_MS = 20
const RUNS = 40
/** Long enough for its start to be told, so that nothing else is under way at its end. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that expands this.
const JOB = 'sleep 0.2; echo "${EPOCHREALTIME/./}" >"$1"'

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, async ({ product: { env, home } }) => {
    const session = await createClient({ env, start: false }).connect()
    try {
      const stampFile = join(home.dir, 'stamp')
      const row = (name: string, figures: number[]) =>
        againstAim({
          ...{ name, unit: 'ms (p95)', better: 'lower', aim: AIM_MS, n: RUNS },
          ours: percentile(figures, 0.95),
          spread: range(figures),
        })
      const plain = await endings(session, { stampFile, terminal: null })
      const terminal = await endings(session, { stampFile, terminal: { columns: 80, rows: 24 } })
      return [row('job-end', plain), row('job-end:terminal', terminal)]
    } finally {
      session.close()
    }
  })
}

type Terminal = { columns: number; rows: number } | null

async function endings(session: CoreSession, job: { stampFile: string; terminal: Terminal }): Promise<number[]> {
  const delaysMs: number[] = []
  for (let run = 0; run < RUNS; run++) delaysMs.push(await ending(session, job))
  return delaysMs
}

async function ending(session: CoreSession, { stampFile, terminal }: { stampFile: string; terminal: Terminal }): Promise<number> {
  const ended = Promise.withResolvers<{ job: JobView; at: number }>()
  const jobId = crypto.randomUUID()
  const stop = await session.onEvent(
    event => {
      const at = epochMicroseconds()
      if (event.type === 'job.changed' && event.job.state === 'ended') ended.resolve({ job: event.job, at })
    },
    { jobId },
  )
  const command = { argv: ['bash', '-c', JOB, 'bash', stampFile] }
  await session.call('job.push', { jobId, command, folder: null, sync: false, host: 'h1', env: {}, pull: [], terminal })
  const { job, at } = await within(ended.promise, { timeoutMs: 30_000, what: 'the end of a job' })
  stop()
  if (job.exitCode !== 0) throw new Error(`The job ended with ${job.exitCode}: ${job.reason}`)
  return (at - Number(readFileSync(stampFile, 'utf8'))) / 1_000
}
