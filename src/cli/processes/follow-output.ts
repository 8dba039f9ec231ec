/**
 * Reads the merged output of processes, piece by piece. A core that goes away meanwhile is waited for, and the output goes on where it
 * stopped: what comes twice is left out.
 */

import type { OutputEntry } from '../../shared/process.ts'
import type { CoreSession, OutputOf } from '../core-client.ts'
import { delay } from '../delay.ts'
import { CORE_TRIES, isCoreLoss } from '../repeatable.ts'
import { outputEntries } from './output-entries.ts'

const RETRY_MS = 500
/** Times in logs may be a little off. */
const OVERLAP_MS = 60_000
export const ALL_LINES = 1_000_000_000

export type Take = (entries: readonly OutputEntry[]) => Promise<void> | void

/** `opened` is told once, when from then on nothing is missed. */
export type Reading = { take: Take; opened?: () => void; signal?: AbortSignal }

/** Settles when there is no more, or `signal` fires. */
export async function readOutput(session: CoreSession, output: OutputOf, { take, opened, signal }: Reading): Promise<void> {
  const seen = new SeenOutput()
  const openedAt = Date.now()
  let from = output
  for (let losses = 0; !signal?.aborted; ) {
    try {
      const stream = await session.openOutput(from)
      losses = 0
      opened?.()
      const close = () => stream.close()
      signal?.addEventListener('abort', close)
      if (signal?.aborted) close()
      try {
        for await (const entries of outputEntries(stream)) {
          const fresh = entries.filter(entry => seen.isNew(entry))
          if (fresh.length > 0) await take(fresh)
        }
      } finally {
        signal?.removeEventListener('abort', close)
      }
      return
    } catch (error) {
      if (!isCoreLoss(error) || session.isGone || ++losses === CORE_TRIES) throw error
      await delay(RETRY_MS)
      from = { ...output, lines: ALL_LINES, since: Math.max(output.since ?? 0, (seen.lastAt || openedAt) - OVERLAP_MS) }
    }
  }
}

/** Which entries have been seen: of each run those up to a byte, its beginning and its end. */
export class SeenOutput {
  readonly #bytes = new Map<string, number>()
  readonly #told = new Set<string>()
  #hasHistory = false
  lastAt = 0

  isNew(entry: OutputEntry): boolean {
    switch (entry.type) {
      case 'now': {
        const isFirst = !this.#hasHistory
        this.#hasHistory = true
        return isFirst
      }
      case 'away':
        return true
      case 'run':
      case 'ended': {
        const told = `${entry.type} ${entry.jobId}`
        const isNew = !this.#told.has(told)
        this.#told.add(told)
        return isNew
      }
      default: {
        if (entry.type === 'line') this.lastAt = Math.max(this.lastAt, entry.at ?? 0)
        if (entry.byte <= (this.#bytes.get(entry.jobId) ?? -1)) return false
        this.#bytes.set(entry.jobId, entry.byte)
        return true
      }
    }
  }
}
