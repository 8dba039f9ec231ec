/** A search through a whole log, done on its host part by part: what was found is here at once, and it can be left at any time. */
import type { Call } from '../../../../shared/contract.ts'
import type { LogMatch } from '../../../../shared/domain.ts'
import { type ErrorBody, toErrorBody } from '../../../../shared/errors.ts'

export type Query = { pattern: string; isRegex: boolean; ignoreCase: boolean }
export type SearchState = {
  matches: readonly LogMatch[]
  searchedTo: number
  logBytes: number
  /** `full`: there may be more, yet nobody steps through so many. */
  phase: 'searching' | 'done' | 'full' | 'left'
  error: ErrorBody | null
}

const MOST_MATCHES = 5_000

/** Tells of each part, and at once that `signal` fired: the part that is under way then may be long on its way. Settles after that. */
export async function searchLog(
  call: Call,
  { job, query, signal, onState }: { job: string; query: Query; signal: AbortSignal; onState(state: SearchState): void },
): Promise<void> {
  let state: SearchState = { matches: [], searchedTo: 0, logBytes: 0, phase: 'searching', error: null }
  const tell = (change: Partial<SearchState>) => {
    state = { ...state, ...change }
    onState(state)
  }
  tell({})
  signal.addEventListener('abort', () => state.phase === 'searching' && tell({ phase: 'left' }), { once: true })
  try {
    while (state.phase === 'searching') {
      const part = await call('job.search', { job, ...query, fromByte: state.searchedTo })
      if (signal.aborted) return
      const matches = [...state.matches, ...part.matches]
      const isDone = part.searchedTo >= part.logBytes
      const phase = isDone ? 'done' : matches.length >= MOST_MATCHES ? 'full' : 'searching'
      tell({ matches, searchedTo: part.searchedTo, logBytes: part.logBytes, phase })
    }
  } catch (error) {
    if (!signal.aborted) tell({ phase: 'left', error: toErrorBody(error) })
  }
}

/** The first match from a place on; null if there is none. Throws the core's error, or that `signal` fired. */
export async function findNext(
  call: Call,
  { job, query, fromByte, signal }: { job: string; query: Query; fromByte: number; signal: AbortSignal },
): Promise<LogMatch | null> {
  for (let from = fromByte; ; ) {
    const { matches, searchedTo, logBytes } = await call('job.search', { job, ...query, fromByte: from, limit: 1 })
    signal.throwIfAborted()
    if (matches[0]) return matches[0]
    if (searchedTo >= logBytes) return null
    from = searchedTo
  }
}

/** Which match one steps to from `current`: round and round. */
export function stepTo(count: number, current: number, step: 1 | -1): number {
  return count === 0 ? -1 : (current + step + count) % count
}

/** The first match at a place or behind it, else the first of all. */
export function nearest(matches: readonly LogMatch[], byte: number): number {
  return Math.max(
    0,
    matches.findIndex(match => match.byte >= byte),
  )
}
