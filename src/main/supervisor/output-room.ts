/** Builds what has to do with the output of processes: the streams, the search of all of it, and the watch for failure patterns. */
import type { Methods } from '../../shared/contract.ts'
import type { JobView } from '../../shared/domain.ts'
import type { BrokenBy, FailurePattern } from '../../shared/process.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { ByteSource } from '../jobs/job-output.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { ProcessRow } from '../store/project-table.ts'
import { openMerged } from './output/merged.ts'
import { OutputHub } from './output/output-hub.ts'
import { timed } from './output/print-times.ts'
import { searchOutput } from './output/search.ts'
import { Waiters } from './output/waiters.ts'
import { PatternWatch } from './patterns/watch.ts'
import type { ProcessBook } from './process-book.ts'

export type OutputRoomOptions = {
  book: ProcessBook
  jobs: Jobs
  /** Null for a host that is not there any more. */
  link(hostName: string): HostLink | null
  onHit(processId: string, hit: { pattern: FailurePattern; by: BrokenBy }): void
  onError(error: unknown): void
  now(): number
}
/** Whose output, merged: as `output` of the client's messages says. */
export type OutputRequest = {
  project: string
  processes: readonly string[]
  lines: number
  since: number | null
  follow: boolean
}
export type OutputRoom = {
  hub: OutputHub
  /** @throws {AppError} `NOT_FOUND` */
  openOutput(request: OutputRequest): ByteSource
  search: Methods['process.search']
  /** To be called with every change of a project, and once for each at the start. */
  changed(projectId: string): void
  /** Settles when it is known from where on failure patterns hold. */
  patternsKnown(): Promise<void>
  close(): void
}

export function openOutputRoom({ book, jobs, link, onHit, onError, now }: OutputRoomOptions): OutputRoom {
  const hub = new OutputHub({ jobs })
  const waiters = new Waiters()
  /** As they stood when they were last looked at. */
  const seen = new Map<string, ProcessRow>()
  const sought = new Map<string, readonly FailurePattern[]>()
  const runsOf = (processId: string): JobView[] =>
    jobs
      .runsOf(processId)
      .map(({ id }) => jobs.get(id))
      .toReversed()
  const patterns = new PatternWatch({
    ...{ hub, runsOf, onHit, onError, now },
    changed: (processId, signal) => waiters.wait(processId, signal),
    save: (processId, searched) => book.note(processId, { searched }),
  })

  function watchFor(row: ProcessRow, all: readonly FailurePattern[]): void {
    const { name, label } = row.definition
    patterns.follow(
      row,
      all.filter(({ process }) => process === null || process === name || process === label),
    )
  }

  /** Gives whether they are others than before. */
  function areOthers(projectId: string, all: readonly FailurePattern[]): boolean {
    const before = sought.get(projectId)
    sought.set(projectId, all)
    return before?.length !== all.length || all.some((pattern, index) => pattern !== before[index])
  }

  return {
    hub,
    openOutput: ({ project: ref, processes, ...options }) => {
      const project = book.project(ref)
      book.chosen(project.id, processes) // Who names none that is there hears of it now.
      const source = {
        processes: () =>
          book
            .rowsOf(project.id)
            .filter(
              ({ definition: { name, label } }) =>
                processes.length === 0 || processes.includes(name) || processes.includes(label),
            )
            .map(({ id, definition }) => ({ id, label: definition.label })),
        runsOf,
        changed: (processId: string | null, signal: AbortSignal) => waiters.wait(processId ?? project.id, signal),
      }
      return openMerged({ hub, source, now, ...options })
    },
    search: async ({ project, processes, ...query }) => {
      const rows = book.chosen(book.project(project).id, processes)
      const runs = rows.flatMap(({ id, definition }) => runsOf(id).map(job => ({ process: definition.label, job })))
      const found = await searchOutput(query, { runs, live: name => link(name)?.live ?? null })
      return { ...found, matches: await timed(hub, found.matches, { now }) }
    },
    changed: projectId => {
      const all = book.patternsOf(projectId)
      const hasOthers = areOthers(projectId, all)
      let isAnother = false
      for (const row of book.rowsOf(projectId)) {
        const before = seen.get(row.id)
        seen.set(row.id, row)
        if (!before) isAnother = true
        if (!before || hasOthers) watchFor(row, all)
        if (before !== row) waiters.wake(row.id)
      }
      for (const [id, row] of seen) {
        if (row.projectId !== projectId || book.find(id)) continue
        seen.delete(id)
        patterns.forget(id)
        waiters.wake(id)
      }
      if (isAnother) waiters.wake(projectId)
    },
    patternsKnown: () => patterns.known(),
    close: () => {
      patterns.close()
      hub.close()
    },
  }
}
