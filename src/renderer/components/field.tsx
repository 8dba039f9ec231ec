/** A field of a form: its label, what it is for, and what is wrong with it, tied together for a screen reader. */
import { type ReactNode, useId } from 'react'
import { visibleLines } from '../../shared/visible.ts'

type FieldProps = {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly problem?: string | null | undefined
  readonly children: (parts: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode
}

export function Field({ label, hint, problem = null, children }: FieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {children({ id, 'aria-describedby': `${id}-hint`, 'aria-invalid': problem !== null })}
      <span id={`${id}-hint`} className={problem === null ? 'hint' : 'problem'} role={problem === null ? undefined : 'alert'}>
        {problem === null ? hint : visibleLines(problem)}
      </span>
    </div>
  )
}
