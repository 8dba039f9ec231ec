/** Jobs on our hosts that another computer of the same person started: shown as such, never touched. */
import type { JobView } from '../../shared/domain.ts'
import type { AgentJob } from '../hosts/agent.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { Hosts } from '../hosts/hosts.ts'
import { within } from '../within.ts'

/** `silent`: names of the hosts that were not heard, so that nobody takes theirs for none. */
export type ForeignJobs = { jobs: JobView[]; silent: string[] }

/**
 * A host tells of 10,000 jobs in two seconds; one that is busy besides takes longer, and is waited for as long as it gives signs of life:
 * it is sampled every two seconds. One that stands still is not.
 */
const PATIENCE = { lookMs: 3_000, looks: 5 }

export async function foreignJobs(hosts: Hosts, owner: string, patience = PATIENCE): Promise<ForeignJobs> {
  const links = hosts.all()
  const answers = await Promise.all(links.map(link => answerOf(link, patience)))
  const viewsOf = (jobs: AgentJob[] | null | undefined, host: string) =>
    (jobs ?? []).filter(job => job.owner !== owner).map(job => foreignView(job, host))
  return {
    jobs: links.flatMap(({ name }, index) => viewsOf(answers[index], name)),
    silent: links.filter((_, index) => !answers[index]).map(({ name }) => name),
  }
}

/** Null if it has not come, for whatever reason: the host's own state tells that. */
async function answerOf(link: HostLink, { lookMs, looks }: typeof PATIENCE): Promise<AgentJob[] | null> {
  const answer: Promise<AgentJob[] | null | undefined> = link.live?.agent.list().catch(() => null) ?? Promise.resolve(null)
  for (let look = 0; look < looks; look++) {
    const { sample } = link
    const said = await within(answer, lookMs, () => undefined)
    if (said !== undefined || link.sample === sample) return said ?? null
  }
  return null
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
    pid: isEnded ? null : (job.appPid ?? job.pid),
    placement: null,
    progress: null,
    pull: [],
    pullResults: [],
    process: null,
    isForeign: true,
  }
}

function outcomeOf({ state, isStopped, signal }: AgentJob): JobView['outcome'] {
  if (state === 'starting' || state === 'running') return null
  if (state !== 'ended') return state
  if (isStopped) return 'stopped'
  return signal ? 'signalled' : 'exited'
}
