/**
 * The events of one WebSocket, taken from the bus at the client's pace. While the client does not read they stay in the bus's ring,
 * which all clients share; one that falls further behind than the ring is told that it missed some.
 */
import type { CoreEvent } from '../../shared/domain.ts'
import type { ServerMessage } from '../../shared/frames.ts'
import type { EventBus } from './events.ts'

export type FeedRequest = { id: number; afterSeq: number | undefined; jobId: string | undefined }
export type FeedOptions = { bus: EventBus; isFull(): boolean; tell(message: ServerMessage): void }

export class EventFeed {
  readonly #options: FeedOptions
  #request: FeedRequest | undefined
  #unsubscribe: (() => void) | undefined
  #seq = 0

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** A socket has one feed: starting it again replaces what was asked before, and goes on where that stood. */
  start(request: FeedRequest): void {
    const { bus } = this.#options
    const now = this.#request ? this.#seq : bus.seq
    this.stop()
    this.#request = request
    this.#begin(request.afterSeq ?? now)
    this.#unsubscribe = bus.subscribe(() => this.goOn(), bus.seq, request.jobId).unsubscribe
    this.goOn()
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#request = undefined
  }

  /** Sends what is there, until the client has enough. */
  goOn(): void {
    const { bus, isFull, tell } = this.#options
    while (this.#request && this.#seq < bus.seq && !isFull()) {
      const { events, missed } = bus.read(this.#seq, 1)
      if (missed) this.#begin(this.#seq)
      for (const event of events) {
        this.#seq = event.seq
        if (concerns(event, this.#request.jobId)) tell({ type: 'event', event })
      }
    }
  }

  /** From after `seq`, or from now on if that is no longer to be had. */
  #begin(seq: number): void {
    const { bus, tell } = this.#options
    if (!this.#request) return
    const { missed } = bus.read(seq, 1)
    this.#seq = missed ? bus.seq : seq
    tell({ type: 'events', id: this.#request.id, seq: this.#seq, missed })
  }
}

function concerns(event: CoreEvent, jobId: string | undefined): boolean {
  if (jobId === undefined) return true
  if (event.type === 'job.changed') return event.job.id === jobId
  return 'jobId' in event && event.jobId === jobId
}
