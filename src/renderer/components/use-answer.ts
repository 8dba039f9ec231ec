/** What the core answers to a question of a view's: on its way, here, or why not. The answer to a question no longer asked is dropped. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../shared/errors.ts'

export type Answer<T> = { kind: 'waiting' } | { kind: 'here'; value: T } | { kind: 'failed'; error: ErrorBody }

/** Asks anew when `key` changes, which names what is asked; null asks nothing. `again` asks the same once more. */
export function useAnswer<T>(key: string | null, ask: () => Promise<T>): { answer: Answer<T>; again(): void } {
  const [answer, setAnswer] = useState<{ of: string | null; answer: Answer<T> }>({ of: null, answer: { kind: 'waiting' } })
  const [round, setRound] = useState(0)
  const latest = useRef(ask)
  latest.current = ask
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round is a wish to ask the same again
  useEffect(() => {
    if (key === null) return
    let isWanted = true
    const settle = (settled: Answer<T>) => isWanted && setAnswer({ of: key, answer: settled })
    latest.current().then(
      value => settle({ kind: 'here', value }),
      (error: unknown) => settle({ kind: 'failed', error: toErrorBody(error) }),
    )
    return () => {
      isWanted = false
    }
  }, [key, round])
  const again = useCallback(() => setRound(count => count + 1), [])
  return { answer: answer.of === key ? answer.answer : { kind: 'waiting' }, again }
}
