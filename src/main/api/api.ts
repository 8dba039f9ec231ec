/** What every transport serves: the methods, the events and the streams, for one kind of caller. */
import type { Methods, Principal } from '../../shared/contract.ts'
import type { EventBus } from './events.ts'
import type { StreamSource } from './streams.ts'

export type Api = {
  readonly methods: Methods
  /** Who calls through this transport: the unix socket's folder lets in its owner only. */
  readonly principal: Principal
  readonly bus: EventBus
  readonly streams: StreamSource
  /** What is served at /metrics. */
  readonly metricsText?: () => string
  /** Told of what should not happen: a method that throws something else than an AppError. */
  readonly reportError?: (error: unknown, during: string) => void
}
