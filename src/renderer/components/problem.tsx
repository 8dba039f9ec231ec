/** An error in the place where it can be acted on: what the core said, and what one would do next. */
import type { ReactNode } from 'react'
import type { ErrorBody } from '../../shared/errors.ts'
import { visibleLines } from '../../shared/visible.ts'

type ProblemProps = { readonly error: Pick<ErrorBody, 'message'>; readonly children?: ReactNode }

export function Problem({ error, children }: ProblemProps) {
  return (
    <div className="problem-box" role="alert">
      <span className="grow">{visibleLines(error.message)}</span>
      {children}
    </div>
  )
}
