/** Buttons and links that look like them. One that takes time says so, and cannot be pressed twice. */
import { type ButtonHTMLAttributes, useState } from 'react'
import { showError } from '../stores/toasts.ts'

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet'

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick'> & {
  kind?: ButtonKind
  /** What it rejects with is shown, unless the caller catches it. */
  onPress: () => unknown
}

export function Button({ kind = 'plain', onPress, disabled, className = '', children, ...rest }: ButtonProps) {
  const [isBusy, setIsBusy] = useState(false)
  const press = async () => {
    const result = onPress()
    if (!(result instanceof Promise)) return
    setIsBusy(true)
    await result.catch(showError)
    setIsBusy(false)
  }
  return (
    <button
      type="button"
      className={`button ${kind} ${className}`}
      disabled={disabled || isBusy}
      aria-busy={isBusy}
      onClick={() => void press()}
      {...rest}
    >
      {children}
    </button>
  )
}
