/** Asks before something is done that loses something. What it could not do is said in the same place. */
import { type ReactNode, useState } from 'react'
import { type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { Button, type ButtonKind } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'

type QuestionProps = {
  readonly title: ReactNode
  readonly yes: string
  readonly no?: string
  readonly kind?: ButtonKind
  readonly isDisabled?: boolean
  /** The question is gone when this has settled well. */
  readonly onYes: () => unknown
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Question({
  title,
  yes,
  no = 'Cancel',
  kind = 'danger',
  isDisabled = false,
  onYes,
  onClose,
  children,
}: QuestionProps) {
  const [error, setError] = useState<ErrorBody | null>(null)
  const act = async () => {
    setError(null)
    try {
      await onYes()
      onClose()
    } catch (reason) {
      setError(toErrorBody(reason))
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {error && <Problem error={error} />}
      <footer>
        <Button onPress={onClose}>{no}</Button>
        <Button kind={kind} disabled={isDisabled} onPress={act}>
          {yes}
        </Button>
      </footer>
    </Dialog>
  )
}
