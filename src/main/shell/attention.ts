/**
 * What a person should look at, as far as this core has heard of it: jobs that went wrong, until they were seen, and hosts that only a
 * person can mend, until somebody did. For the tray; the window has its own list, which knows of what was before.
 */
import type { HostView, JobView } from '../../shared/domain.ts'
import { NEEDS_PERSON } from '../../shared/errors.ts'
import { commandText } from '../../shared/format.ts'
import type { ProcessView } from '../../shared/process.ts'
import { visible } from '../../shared/visible.ts'
import { processRoute } from './process-notice.ts'
import type { Need } from './tray-model.ts'

/** As many as anybody would look through. */
const MAX_NEEDS = 200
const MAX_COMMAND = 36

export class Attention {
  /** Oldest first. */
  readonly #needs = new Map<string, Need>()
  /** Hosts that were dismissed: they need a person still, but he knows. */
  readonly #known = new Set<string>()

  /** Newest first. */
  get needs(): Need[] {
    return [...this.#needs.values()].toReversed()
  }

  /** `outcome` as it is told: stopped and cancelled is what somebody wanted. */
  jobEnded({ id, command, host, outcome, exitCode }: Pick<JobView, 'id' | 'command' | 'host' | 'outcome' | 'exitCode'>): void {
    if (outcome === null || outcome === 'stopped' || outcome === 'cancelled') return
    if (outcome === 'exited' && exitCode === 0) return
    const text = commandText(command)
    const short = text.length > MAX_COMMAND ? `${text.slice(0, MAX_COMMAND - 1)}…` : text
    const label = `${visible(short)} failed${host === null ? '' : ` on ${host}`}`
    this.#add({ id: `job:${id}`, label, route: `/jobs/${id}`, jobId: id })
  }

  /** @returns whether anything has changed by it. */
  hostChanged({ name, state, error }: Pick<HostView, 'name' | 'state' | 'error'>): boolean {
    const id = `host:${name}`
    if (state !== 'connected' && error !== null && NEEDS_PERSON.has(error.code)) {
      if (this.#known.has(id) || this.#needs.has(id)) return false
      this.#add({ id, label: `${name} cannot be used`, route: `/hosts/${name}`, jobId: null })
      return true
    }
    // While it is tried again nothing is known yet.
    if (state === 'connecting') return false
    this.#known.delete(id)
    return this.#needs.delete(id)
  }

  /** @returns whether anything has changed by it. */
  processMoved(process: Pick<ProcessView, 'id' | 'projectId' | 'label' | 'lastState'>, needsPerson: boolean): boolean {
    const id = `process:${process.id}`
    if (!needsPerson) return this.#needs.delete(id)
    if (this.#needs.has(id)) return false
    this.#add({ id, label: `${process.label} is ${process.lastState}`, route: processRoute(process), jobId: null })
    return true
  }

  hostRemoved(name: string): void {
    this.#needs.delete(`host:${name}`)
    this.#known.delete(`host:${name}`)
  }

  /** They were seen. @returns whether there was any of them. */
  dismiss(ids: readonly string[]): boolean {
    let has = false
    for (const id of ids) {
      if (!this.#needs.delete(id)) continue
      has = true
      if (id.startsWith('host:')) this.#known.add(id)
    }
    return has
  }

  #add(need: Need): void {
    this.#needs.delete(need.id) // Set again below: what went wrong last stands last.
    this.#needs.set(need.id, need)
    for (const old of [...this.#needs.keys()].slice(0, -MAX_NEEDS)) this.#needs.delete(old)
  }
}
