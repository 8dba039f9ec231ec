/** A search through all that processes ever printed, done on their hosts part by part: what was found is here at once. */
import type { Call } from '../../../../shared/contract.ts'
import { type ErrorBody, toErrorBody } from '../../../../shared/errors.ts'
import { countText, percentText } from '../../../../shared/format.ts'
import type { ProcessMatch } from '../../../../shared/process.ts'
import { visible } from '../../../../shared/visible.ts'

export type ProcessQuery = { pattern: string; isRegex: boolean; ignoreCase: boolean }
export type ProcessSearch = {
  matches: readonly ProcessMatch[]
  /** How much of all was searched, 0..1. */
  share: number
  /** `full`: there may be more, yet nobody steps through so many. */
  phase: 'searching' | 'done' | 'full' | 'left'
  error: ErrorBody | null
  /** Nobody could ask them: what is there was not searched. */
  silentHosts: readonly string[]
}

const MOST_MATCHES = 5_000

/** Tells of each part, and at once that `signal` fired. Settles after that. */
export async function searchProcesses(
  call: Call,
  wish: { project: string; processes: readonly string[]; query: ProcessQuery; signal: AbortSignal },
  onState: (state: ProcessSearch) => void,
): Promise<void> {
  const { project, processes, query, signal } = wish
  let state: ProcessSearch = { matches: [], share: 0, phase: 'searching', error: null, silentHosts: [] }
  const tell = (change: Partial<ProcessSearch>) => {
    state = { ...state, ...change }
    onState(state)
  }
  tell({})
  signal.addEventListener('abort', () => state.phase === 'searching' && tell({ phase: 'left' }), { once: true })
  try {
    let cursor: string | null = null
    do {
      const part: Awaited<ReturnType<typeof call<'process.search'>>> = await call('process.search', {
        ...{ project, processes: [...processes], ...query, cursor },
      })
      if (signal.aborted) return
      const matches = [...state.matches, ...part.matches]
      cursor = part.cursor
      const phase = cursor === null ? 'done' : matches.length >= MOST_MATCHES ? 'full' : 'searching'
      const silentHosts = [...new Set([...state.silentHosts, ...part.silentHosts])]
      tell({ matches, share: part.share, phase, silentHosts })
    } while (state.phase === 'searching')
  } catch (error) {
    if (!signal.aborted) tell({ phase: 'left', error: toErrorBody(error) })
  }
}

export function searchText({ matches, share, phase, error, silentHosts }: ProcessSearch, current: number): string {
  if (error) return visible(error.message)
  const place = current < 0 ? '' : `${countText(current + 1)} of `
  const count = `${place}${countText(matches.length)}${phase === 'full' ? '+' : ''}`
  if (phase === 'searching') return `${count}, ${percentText(share)} searched…`
  if (phase === 'left') return `${count}, left at ${percentText(share)}`
  const without = silentHosts.length === 0 ? '' : `, without ${silentHosts.map(visible).join(', ')}`
  return `${matches.length === 0 ? 'nothing found' : count}${without}`
}
