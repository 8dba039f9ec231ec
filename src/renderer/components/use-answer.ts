/** What the core answers to a question of a view's: on its way, here, or why not. The answer to a question no longer asked is dropped. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { whileLookedAt } from '../looked-at.ts'
import { useCore } from '../stores/core-store.ts'

export type Answer<T> = { kind: 'waiting' } | { kind: 'here'; value: T } | { kind: 'failed'; error: ErrorBody }

/**
 * Asks anew when `key` changes, which names what is asked; null asks nothing. `again` asks the same once more. While there is no core to
 * ask it waits, and when one is back it asks anew: what was known then may be true no more. `last` is the last good answer to this
 * question, also while it is asked again, or in vain. With `everyMs` it is asked again and again, as long as somebody looks.
 */
export function useAnswer<T>(
  key: string | null,
  ask: () => Promise<T>,
  { everyMs }: { everyMs?: number } = {},
): { answer: Answer<T>; last: T | null; again(): void } {
  const [known, setKnown] = useState<{ of: string | null; answer: Answer<T>; last: T | null }>(NOTHING)
  const [round, setRound] = useState(0)
  const isConnected = useCore(state => state.link.kind === 'connected')
  const latest = useRef(ask)
  latest.current = ask
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round is a wish to ask the same again
  useEffect(() => {
    if (key === null || !isConnected) return
    let isWanted = true
    const settle = (answer: Answer<T>) => {
      if (!isWanted) return
      setKnown(before => {
        const last = answer.kind === 'here' ? answer.value : before.of === key ? before.last : null
        return { of: key, answer, last }
      })
    }
    latest.current().then(
      value => settle({ kind: 'here', value }),
      (error: unknown) => settle({ kind: 'failed', error: toErrorBody(error) }),
    )
    return () => {
      isWanted = false
    }
  }, [key, round, isConnected])
  const again = useCallback(() => setRound(count => count + 1), [])
  useEffect(() => {
    if (key === null || everyMs === undefined) return
    return whileLookedAt(everyMs, again)
  }, [key, everyMs, again])
  const { answer, last } = known.of === key ? known : NOTHING
  return { answer, last, again }
}

const NOTHING = { of: null, answer: { kind: 'waiting' }, last: null } as const
