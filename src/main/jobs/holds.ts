/**
 * Places that were given a moment ago to jobs whose rows do not say so yet: between the decision and the row lies a turn of the event
 * loop, and twenty launches at once would all see the same idle host. It owns nothing that a restart could miss.
 */
import type { Reservation } from '../../shared/placement.ts'

type Hold = { host: string; memoryBytes: number | null; heldAtMs: number }

/** A job that has no row by then was never begun. */
const HOLD_MS = 10_000

export class Holds {
  readonly #holds = new Map<string, Hold>()

  take(jobId: string, hold: Hold): void {
    this.#holds.set(jobId, hold)
  }

  /**
   * By host, what is held there and is told by no row. `placed`: the jobs whose rows name their host; `steadyMs`: now, by a clock that
   * nobody can set.
   */
  byHost(placed: ReadonlySet<string>, steadyMs: number): Map<string, Reservation[]> {
    const held = new Map<string, Reservation[]>()
    for (const [jobId, { host, memoryBytes, heldAtMs }] of this.#holds) {
      if (placed.has(jobId) || steadyMs - heldAtMs > HOLD_MS) this.#holds.delete(jobId)
      else {
        const there = held.get(host) ?? []
        held.set(host, there)
        there.push({ ageMs: 0, memoryBytes })
      }
    }
    return held
  }
}
