/** Which hosts are compared. Each has a slot, and with it a colour, that it keeps however many come and go beside it. Pure. */
import { MOST_LINES } from '../../charts/line.ts'

/** The name in each slot; null for a free one. */
export type Slots = readonly (string | null)[]

/** The first hosts, until a person chooses. */
export function firstSlots(names: readonly string[]): Slots {
  return names.slice(0, MOST_LINES)
}

/** Takes it out, or into the first free slot; with all slots taken nothing changes. */
export function toggled(slots: Slots, name: string): Slots {
  const at = slots.indexOf(name)
  if (at >= 0) return slots.with(at, null)
  const free = slots.indexOf(null)
  if (free >= 0) return slots.with(free, name)
  return slots.length < MOST_LINES ? [...slots, name] : slots
}

export function isFull(slots: Slots): boolean {
  return chosenOf(slots).length >= MOST_LINES
}

export function chosenOf(slots: Slots): string[] {
  return slots.filter(name => name !== null)
}

/** What a page wrote down earlier; null for what is none. */
export function parseSlots(value: unknown): Slots | null {
  if (!Array.isArray(value) || value.length > MOST_LINES) return null
  return value.every(name => name === null || typeof name === 'string') ? value : null
}
