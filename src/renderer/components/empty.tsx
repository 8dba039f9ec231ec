/** Where nothing is: what it means, and what to do next. */
import type { ReactNode } from 'react'

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children}
    </div>
  )
}

/** The place of what is on its way. Nothing for the first moment: most things are there by then. */
export function Skeleton({ height = 14 }: { readonly height?: number }) {
  return <div className="skeleton" style={{ height }} aria-hidden="true" />
}
