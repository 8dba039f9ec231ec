/** Failure patterns in words. */
import type { FailurePattern, PatternAction } from '../../shared/process.ts'
import { visible } from '../../shared/visible.ts'

export function actionText(action: PatternAction): string {
  return action.type === 'command' ? `run: ${action.line}` : action.type
}

/** `"panic:" in web: stop` */
export function patternText({ pattern, isRegex, process, action }: FailurePattern): string {
  const what = isRegex ? `/${visible(pattern)}/` : `"${visible(pattern)}"`
  return `${what} in ${visible(process ?? 'all processes')}: ${visible(actionText(action))}`
}
