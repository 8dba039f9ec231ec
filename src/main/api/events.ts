/**
 * What happened, told to whoever listens. Events only tell: nobody's decision waits for a listener, and no listener can fail the teller.
 * The last RING_EVENTS are kept, or as many as RING_BYTES hold, so a client reads at its own pace by sequence number and a slow one costs
 * no memory of its own.
 */
import type { CoreEvent, EventBody } from '../../shared/domain.ts'
import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'

const RING_EVENTS = 10_000
/** An event of a job holds its command, which may have 128 kB. */
const RING_BYTES = 16 * 1024 * 1024

export type EventListener = (event: CoreEvent) => void
export type EventBusOptions = {
  clock?: Clock
  ringEvents?: number
  ringBytes?: number
  /** Told of a listener's mistake. */
  onError?: (error: unknown) => void
}

export class EventBus {
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #capacity: number
  /** The event with sequence number n stands at n % capacity. */
  readonly #ring: ({ event: CoreEvent; bytes: number } | undefined)[] = []
  readonly #ringBytes: number
  #bytes = 0
  /** Sequence number of the first event that is kept. */
  #oldest = 1
  /** Each with the job for which alone it listens, if so. */
  readonly #listeners = new Map<EventListener, string | undefined>()
  #seq = 0
  #toldSeq = 0
  #isTelling = false

  constructor(options: EventBusOptions = {}) {
    const { clock = systemClock, ringEvents = RING_EVENTS, ringBytes = RING_BYTES, onError = () => undefined } = options
    this.#clock = clock
    this.#capacity = ringEvents
    this.#ringBytes = ringBytes
    this.#onError = onError
  }

  /** Sequence number of the newest event; 0 before the first. */
  get seq(): number {
    return this.#seq
  }

  /** The time that its events bear. */
  get now(): number {
    return this.#clock.now()
  }

  emit(body: EventBody): CoreEvent {
    const event: CoreEvent = { ...body, seq: ++this.#seq, at: this.#clock.now() }
    this.#keep(event)
    this.#tellAll()
    return event
  }

  /**
   * Tells `listener` of every event from now on, or at once of those after `afterSeq` and then of new ones.
   * `missed`: not all of those are there any more, or `afterSeq` is of another run of the core; the listener must take a snapshot.
   * `forJob`: of all that, it is this job that is followed.
   */
  subscribe(
    listener: EventListener,
    afterSeq = this.#seq,
    forJob?: string,
  ): { seq: number; missed: boolean; unsubscribe(): void } {
    const { events, missed } = this.read(afterSeq)
    for (const event of events) this.#tell(listener, event)
    // A wrapper of its own, so that one function may subscribe twice.
    const own: EventListener = event => listener(event)
    this.#listeners.set(own, forJob)
    return { seq: this.#seq, missed, unsubscribe: () => this.#listeners.delete(own) }
  }

  /** Whether somebody listens for the sake of this job alone. */
  isFollowed(jobId: string): boolean {
    for (const forJob of this.#listeners.values()) if (forJob === jobId) return true
    return false
  }

  /** Up to `limit` kept events after `afterSeq`, oldest first. `missed` as for `subscribe`: then there are none. */
  read(afterSeq: number, limit = this.#capacity): { events: CoreEvent[]; missed: boolean } {
    if (afterSeq > this.#seq || afterSeq < this.#oldest - 1) return { events: [], missed: true }
    const events: CoreEvent[] = []
    for (let seq = afterSeq + 1; seq <= this.#seq && events.length < limit; seq++) {
      const kept = this.#ring[seq % this.#capacity]
      if (kept) events.push(kept.event)
    }
    return { events, missed: false }
  }

  /** The newest is kept whatever it weighs, or nobody would be told of it. */
  #keep(event: CoreEvent): void {
    const bytes = weigh(event)
    while (this.#oldest < event.seq && (this.#seq - this.#oldest >= this.#capacity || this.#bytes + bytes > this.#ringBytes)) {
      const place = this.#oldest++ % this.#capacity
      this.#bytes -= this.#ring[place]?.bytes ?? 0
      this.#ring[place] = undefined
    }
    this.#ring[event.seq % this.#capacity] = { event, bytes }
    this.#bytes += bytes
  }

  /** An event that a listener emits waits until all have heard the one before it, so everybody hears them in order. */
  #tellAll(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    while (this.#toldSeq < this.#seq) {
      const kept = this.#ring[++this.#toldSeq % this.#capacity]
      if (kept) for (const listener of this.#listeners.keys()) this.#tell(listener, kept.event)
    }
    this.#isTelling = false
  }

  #tell(listener: EventListener, event: CoreEvent): void {
    try {
      listener(event)
    } catch (error) {
      this.#onError(error)
    }
  }
}

/** Roughly what it takes in memory. */
function weigh(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce<number>((sum, part) => sum + 8 + weigh(part), 16)
}
