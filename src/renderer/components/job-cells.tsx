/** What tables show of a job, the same in each: its folder's end, its command, and figures that go on by themselves. */
import type { JobView } from '../../shared/domain.ts'
import { folderText, isDropped } from '../../shared/drop.ts'
import { bytesText, commandText, jobDurationText } from '../../shared/format.ts'
import { useNow } from '../stores/clock.ts'
import { Cut } from './cut.tsx'

export function JobCommand({ job }: { readonly job: Pick<JobView, 'command'> }) {
  return <Cut className="mono" text={commandText(job.command)} />
}

/** The last two parts, by which people know it. */
export function JobFolder({ folder }: { readonly folder: string | null }) {
  return folder === null ? <None /> : <Cut className="dim" text={shortFolder(folder)} title={folder} />
}

export function JobHost({ job }: { readonly job: Pick<JobView, 'host'> }) {
  return job.host === null ? <None /> : <Cut text={job.host} />
}

/** Its last two parts: the whole is its title. */
export function shortFolder(folder: string): string {
  if (isDropped(folder)) return folderText(folder)
  const parts = folder.split('/').filter(part => part !== '')
  return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : folder
}

/** Only what goes on is drawn anew each second. */
export function JobTime({ job }: { readonly job: JobView }) {
  if (job.startedAt === null) return <None />
  const isGoingOn = job.endedAt === null && job.unknownSince === null
  return isGoingOn ? <TickingTime job={job} /> : jobDurationText(job, 0)
}

function TickingTime({ job }: { readonly job: JobView }) {
  return jobDurationText(job, useNow())
}

export function JobMemory({ job }: { readonly job: Pick<JobView, 'peakMemoryBytes'> }) {
  return job.peakMemoryBytes === null ? <None /> : bytesText(job.peakMemoryBytes)
}

function None() {
  return <span className="faint">—</span>
}
