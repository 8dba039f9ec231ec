/** The failure patterns of a project, also as they change. */
import { useEffect, useState } from 'react'
import type { FailurePattern } from '../../../shared/process.ts'
import { type Answer, useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { onCoreEvent } from '../../link/follow-core.ts'

export function usePatterns(project: string): { answer: Answer<readonly FailurePattern[]>; again(): void } {
  const { answer, again } = useAnswer(project, () => core.call('pattern.list', { project }))
  const [newer, setNewer] = useState<readonly FailurePattern[] | null>(null)
  useEffect(
    () => onCoreEvent(event => event.type === 'pattern.changed' && event.projectId === project && setNewer(event.patterns)),
    [project],
  )
  if (newer !== null) return { answer: { kind: 'here', value: newer }, again }
  return { answer: answer.kind === 'here' ? { kind: 'here', value: answer.value.patterns } : answer, again }
}
