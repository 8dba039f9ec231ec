/** Where nothing is, or nothing yet: what it means, and what to do next. */
import type { ReactNode } from 'react'

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children}
    </div>
  )
}

/** The place of what is on its way. Nothing for the first moment (see `.skeleton`): most things are there by then. */
export function Skeleton({ height = 14 }: { readonly height?: number }) {
  return <div className="skeleton" style={{ height }} aria-hidden="true" />
}

/** A view, or a part of one, that waits for the core: `what` is read out by a screen reader, and shown by nothing else. */
export function Waiting({ what, height = 120 }: { readonly what: string; readonly height?: number }) {
  return (
    <div role="status" aria-label={what}>
      <Skeleton height={height} />
    </div>
  )
}
