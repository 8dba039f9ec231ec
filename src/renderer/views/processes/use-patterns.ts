/** The failure patterns of a project, also as they change. */
import { useEffect } from 'react'
import type { FailurePattern } from '../../../shared/process.ts'
import { type Answer, useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { onCoreEvent } from '../../link/follow-core.ts'

export function usePatterns(project: string): { answer: Answer<readonly FailurePattern[]>; again(): void } {
  const { answer, again } = useAnswer(project, async () => (await core.call('pattern.list', { project })).patterns)
  useEffect(
    () =>
      onCoreEvent(event => {
        if (event.type === 'pattern.changed' && event.projectId === project) again()
      }),
    [project, again],
  )
  return { answer, again }
}
