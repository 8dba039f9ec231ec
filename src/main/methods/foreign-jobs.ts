/** Jobs on our hosts that another computer of the same person started: shown as such, never touched. */
import type { JobView } from '../../shared/domain.ts'
import type { AgentJob } from '../hosts/agent.ts'
import type { Hosts } from '../hosts/hosts.ts'

/** Our own jobs are known without asking: nobody waits longer than this to see those of others. */
const ANSWER_MS = 2_000

export async function foreignJobs(hosts: Hosts, owner: string): Promise<JobView[]> {
  const asked = hosts.all().map(async link => {
    const jobs = link.live ? await answerInTime(link.live.agent.list()) : []
    return jobs.filter(job => job.owner !== owner).map(job => foreignView(job, link.name))
  })
  return (await Promise.all(asked)).flat()
}

/** A host that is busy, or lost just now, shows nothing of others. */
async function answerInTime(answer: Promise<AgentJob[]>): Promise<AgentJob[]> {
  const { promise: late, resolve } = Promise.withResolvers<AgentJob[]>()
  const timer = setTimeout(() => resolve([]), ANSWER_MS)
  try {
    return await Promise.race([answer.catch(() => []), late])
  } finally {
    clearTimeout(timer)
  }
}

function foreignView(job: AgentJob, host: string): JobView {
  const isEnded = job.state !== 'starting' && job.state !== 'running'
  return {
    id: job.id,
    kind: 'push',
    host,
    command: { line: job.command },
    folder: job.folder || null,
    isSynced: false,
    workdir: job.workdir,
    hasTerminal: job.hasTerminal,
    state: isEnded ? 'ended' : job.state === 'starting' ? 'starting' : 'running',
    outcome: outcomeOf(job),
    exitCode: job.exitCode,
    signal: job.signal,
    reason: job.reason,
    unknownSince: null,
    createdAt: job.startedAt ?? 0,
    startedAt: job.startedAt,
    endedAt: job.endedAt,
    logBytes: job.logBytes,
    memoryBytes: null,
    peakMemoryBytes: null,
    cpuMs: null,
    placement: null,
    progress: null,
    pull: [],
    pullResults: [],
    isForeign: true,
  }
}

function outcomeOf({ state, isStopped, signal }: AgentJob): JobView['outcome'] {
  if (state === 'starting' || state === 'running') return null
  if (state !== 'ended') return state
  if (isStopped) return 'stopped'
  return signal ? 'signalled' : 'exited'
}
