/** What tables show of a job, the same in each: its folder's end, its command, and figures that go on by themselves. */
import type { JobView } from '../../shared/domain.ts'
import { folderText, isDropped } from '../../shared/drop.ts'
import { bytesText, commandText, jobDurationText } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { useNow } from '../stores/clock.ts'

/** What a cell can show of it: a command may have 128 kB, and a layout of that takes as long as all else. */
const SHOWN_CHARACTERS = 300
const TITLE_CHARACTERS = 2_000

export function JobCommand({ job }: { readonly job: Pick<JobView, 'command'> }) {
  const text = commandText(job.command)
  return (
    <span className="mono cut" dir="ltr" title={visible(text.slice(0, TITLE_CHARACTERS))}>
      {visible(text.slice(0, SHOWN_CHARACTERS))}
    </span>
  )
}

/** The last two parts, by which people know it; the whole is its title. */
export function JobFolder({ folder }: { readonly folder: string | null }) {
  if (folder === null) return <span className="faint">—</span>
  return (
    <span className="dim cut" dir="ltr" title={visible(folder)}>
      {visible(shortFolder(folder))}
    </span>
  )
}

function shortFolder(folder: string): string {
  if (isDropped(folder)) return folderText(folder)
  const parts = folder.split('/').filter(part => part !== '')
  return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : folder
}

/** Only what goes on is drawn anew each second. */
export function JobTime({ job }: { readonly job: JobView }) {
  if (job.startedAt === null) return <span className="faint">—</span>
  const isGoingOn = job.endedAt === null && job.unknownSince === null
  return isGoingOn ? <TickingTime job={job} /> : jobDurationText(job, 0)
}

function TickingTime({ job }: { readonly job: JobView }) {
  return jobDurationText(job, useNow())
}

export function JobMemory({ job }: { readonly job: Pick<JobView, 'peakMemoryBytes'> }) {
  return job.peakMemoryBytes === null ? <span className="faint">—</span> : bytesText(job.peakMemoryBytes)
}
