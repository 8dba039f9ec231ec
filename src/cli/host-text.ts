/** What is said of a host: why it cannot be used, and what to do about it. */
import type { HostView } from '../shared/domain.ts'
import { fromErrorBody } from '../shared/errors.ts'
import { visibleLines } from '../shared/visible.ts'
import { adviceFor } from './errors.ts'

export function reasonAndAdvice(host: Pick<HostView, 'error'>): string[] {
  if (host.error === null) return []
  const error = fromErrorBody(host.error)
  return [error.message, ...adviceFor(error)].map(visibleLines)
}
