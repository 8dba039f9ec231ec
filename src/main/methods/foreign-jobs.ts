/** Jobs on our hosts that another computer of the same person started: shown as such, never touched. */
import type { JobView } from '../../shared/domain.ts'
import type { AgentJob } from '../hosts/agent.ts'
import type { Hosts } from '../hosts/hosts.ts'

/** `silent`: names of the hosts that were not heard, so that nobody takes theirs for none. */
export type ForeignJobs = { jobs: JobView[]; silent: string[] }

/** A host tells of 10,000 jobs in two seconds; one that is busy besides takes longer, and one that is lost unnoticed never answers. */
const ANSWER_MS = 15_000

export async function foreignJobs(hosts: Hosts, owner: string, answerMs: number = ANSWER_MS): Promise<ForeignJobs> {
  const links = hosts.all()
  const answers = await Promise.all(links.map(({ live }) => (live ? answerInTime(live.agent.list(), answerMs) : null)))
  const viewsOf = (jobs: AgentJob[] | null | undefined, host: string) =>
    (jobs ?? []).filter(job => job.owner !== owner).map(job => foreignView(job, host))
  return {
    jobs: links.flatMap(({ name }, index) => viewsOf(answers[index], name)),
    silent: links.filter((_, index) => !answers[index]).map(({ name }) => name),
  }
}

/** Null if it has not come, for whatever reason: the host's own state tells that. */
async function answerInTime(answer: Promise<AgentJob[]>, answerMs: number): Promise<AgentJob[] | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), answerMs)
  try {
    return await Promise.race([answer.catch(() => null), late])
  } finally {
    clearTimeout(timer)
  }
}

function foreignView(job: AgentJob, host: string): JobView {
  const isEnded = job.state === 'ended' || job.state === 'lost'
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
    outcome: !isEnded ? null : job.state === 'lost' ? 'lost' : job.isStopped ? 'stopped' : job.signal ? 'signalled' : 'exited',
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
