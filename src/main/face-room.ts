/** Builds the ways in for core.ts: the socket, the web address, servers of projects and the socket for clients of beowulf. */
import type { Methods, Principal } from '../shared/contract.ts'
import type { Api } from './api/api.ts'
import { type BeowulfAnswers, BeowulfSocket } from './api/beowulf.ts'
import type { EventBus } from './api/events.ts'
import type { MetricsTokens } from './api/metrics-tokens.ts'
import { ProjectServers } from './api/rest/project-servers.ts'
import { ApiServer } from './api/server.ts'
import type { StreamSource } from './api/streams.ts'
import { Web } from './api/web.ts'
import type { CoreClock } from './clock.ts'
import type { Config } from './config/schema.ts'
import type { LogFile } from './log.ts'
import type { Store } from './store/store.ts'

export type FaceRoomOptions = {
  methods: Methods
  /** Of whoever reaches the socket at all. */
  principal: Principal
  bus: EventBus
  streams: StreamSource
  metricsText(): string
  beowulf: BeowulfAnswers
  beowulfSocket: string
  tokens: MetricsTokens
  store: Store
  config(): Config
  clock: CoreClock
  reportError(error: unknown, during?: string): void
  log: LogFile
}
export type FaceRoom = {
  api: Api
  web: Web
  servers: ProjectServers
  /** The config may be another than before. */
  follow(): void
  /** `onGone`: the socket was taken away, and with it the way in. */
  listen(socketPath: string, onGone: () => void): Promise<void>
  /** Opens what was open with the core before. */
  resume(): Promise<void>
  close(): Promise<void>
}

export function openFaceRoom(options: FaceRoomOptions): FaceRoom {
  const { methods, principal, bus, streams, metricsText, tokens, store, config, clock, reportError, log } = options
  const api: Api = { methods, principal, bus, streams, metricsText, reportError }
  const server = new ApiServer(api)
  const web = new Web({
    api,
    tokens,
    store: store.web,
    place: () => config().web,
    isMetricsOpen: () => config().metrics.open,
    hasDashboard: () => config().web.dashboard,
    startedAt: clock.startedAt,
    clock,
    log: log.room('web'),
  })
  const servers = new ProjectServers({
    ...{ methods, bus, clock, reportError },
    openOutput: streams.openOutput,
    store: store.servers,
    log: log.room('servers'),
  })
  const beowulf = new BeowulfSocket(options.beowulfSocket, options.beowulf)

  return {
    api,
    web,
    servers,
    follow: () => {
      web.follow().catch(error => log.room('web').warning('the window is not served', { error: String(error) }))
      beowulf.follow(config().beowulfDaemon).catch(error => {
        log.room('api').warning('clients of beowulf are not answered', { error: String(error) })
      })
    },
    listen: (socketPath, onGone) =>
      server.listen(socketPath, () => {
        server.abandon()
        onGone()
      }),
    resume: async () => {
      await web.resume()
      await servers.resume()
    },
    close: async () => {
      await Promise.all([server.close(), web.close(), servers.closeAll(), beowulf.close()])
    },
  }
}
