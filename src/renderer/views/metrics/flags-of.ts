/** What happened, as flags of charts: jobs on all of them, a host's limit where it was reached. Pure. */
import type { JobMark, MetricsMarks, SpikeMark } from '../../../shared/contract.ts'
import type { Flag } from '../../charts/flags.ts'

export type MetricsFlag = Flag & ({ readonly job: JobMark } | { readonly spike: SpikeMark })

/** `names`: the hosts that are compared. What failed before it had a host belongs to each. */
export function flagsOf({ jobs, spikes }: MetricsMarks, names: readonly string[], panel: string): MetricsFlag[] {
  const ofJobs = jobs
    .filter(({ host }) => host === null || names.includes(host))
    .map((job): MetricsFlag => ({ id: `${job.jobId} ${job.kind}`, at: job.at, kind: job.kind, job }))
  const ofSpikes = spikes
    .filter(({ host, limit }) => limit === panel && names.includes(host))
    .map((spike): MetricsFlag => ({ id: `${spike.host} ${spike.limit} ${spike.at}`, at: spike.at, kind: 'spike', spike }))
  return [...ofJobs, ...ofSpikes]
}
