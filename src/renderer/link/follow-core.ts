/** Keeps the store as the core is: takes a snapshot after each connecting, and gathers events to one change a frame. */
import type { CoreEvent } from '../../shared/domain.ts'
import { toErrorBody } from '../../shared/errors.ts'
import { coreNow, setCoreTime } from '../stores/clock.ts'
import { applyEvents, applyLinkState, applyProblem, applySeries, applySnapshot } from '../stores/core-store.ts'
import { type Connect, CoreLink } from './core-link.ts'

/** Of the jobs that have ended, so many come with a snapshot. */
const SNAPSHOT_ENDED = 1_000
/** A page that is not seen gets no frames, and is kept up all the same. */
const HIDDEN_MS = 1_000

/** Told of every event once it is in the store: notices, pulls under way. */
export type EventListener = (event: CoreEvent) => void
const listeners = new Set<EventListener>()

/** Returns its undo. */
export function onCoreEvent(listener: EventListener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function followCore(connect: Connect): CoreLink {
  /** Waiting for the snapshot they are newer than, or for the next frame. */
  let waiting: CoreEvent[] = []
  let isSnapshotUnderWay = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (isSnapshotUnderWay) return
    const events = waiting
    waiting = []
    applyEvents(events)
    for (const event of events) for (const listener of listeners) listener(event)
  }
  const scheduleFlush = () => {
    if (timer !== undefined) return
    timer = setTimeout(flush, HIDDEN_MS)
    requestAnimationFrame(flush)
  }

  async function takeSnapshot(): Promise<void> {
    isSnapshotUnderWay = true
    try {
      const [status, { jobs }, { projects }] = await Promise.all([
        link.call('core.status', {}),
        link.call('job.list', { ended: SNAPSHOT_ENDED, limit: 100_000 }),
        link.call('project.list', {}),
      ])
      applySnapshot({ status, hosts: status.hosts, jobs, projects, endedAsked: SNAPSHOT_ENDED })
      void takeSeries()
    } catch (error) {
      // Where the link broke meanwhile the next one brings its own snapshot.
      const body = toErrorBody(error)
      if (body.code !== 'CORE_UNREACHABLE') applyProblem({ error: body, again: takeSnapshot })
    } finally {
      isSnapshotUnderWay = false
      scheduleFlush()
    }
  }

  /** After the rest: without the lines of the past minutes the window can be used all the same. */
  async function takeSeries(): Promise<void> {
    try {
      applySeries((await link.call('host.samples', {})).hosts)
    } catch {
      // As above: the next snapshot brings them.
    }
  }

  const link = new CoreLink({
    connect,
    now: coreNow,
    listener: {
      connected: () => {
        waiting = []
        void takeSnapshot()
      },
      event: event => {
        waiting.push(event)
        scheduleFlush()
      },
      missed: () => void takeSnapshot(),
      time: setCoreTime,
      state: applyLinkState,
    },
  })
  link.start()
  return link
}
