/** An error in the place where it can be acted on: what the core said, and what one would do next. */
import type { ReactNode } from 'react'
import type { ErrorBody } from '../../shared/errors.ts'
import { visibleLines } from '../../shared/visible.ts'
import { Button } from './button.tsx'

type ProblemProps = {
  readonly error: Pick<ErrorBody, 'message'>
  /** For what may go well the next time. */
  readonly onAgain?: () => unknown
  readonly children?: ReactNode
}

export function Problem({ error, onAgain, children }: ProblemProps) {
  return (
    <div className="notice bad problem" role="alert">
      <span className="grow">{visibleLines(error.message)}</span>
      {children}
      {onAgain && <Button onPress={onAgain}>Try again</Button>}
    </div>
  )
}
