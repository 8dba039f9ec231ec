/** How each part is held to electron.d.ts: what it has must be as there. An emitter's own methods are Node's on both sides. */
import type { EventEmitter } from 'node:events'

export type Part<T> = Partial<Omit<T, keyof EventEmitter>>

/** An event that its listeners can keep from having its effect. */
export type Preventable = { defaultPrevented: boolean; preventDefault(): void }

export function preventable<T extends object>(more: T): T & Preventable {
  const event = {
    ...more,
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true
    },
  }
  return event
}
