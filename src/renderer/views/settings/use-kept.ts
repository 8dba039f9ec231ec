/** The last answer that was here, while it is asked again: a form does not vanish under the fingers. */
import { useState } from 'react'
import type { Answer } from '../../components/use-answer.ts'

export function useKept<T>(answer: Answer<T>): T | null {
  const [kept, setKept] = useState<T | null>(null)
  if (answer.kind === 'here' && answer.value !== kept) setKept(answer.value)
  return kept
}
