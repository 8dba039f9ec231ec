/**
 * The web address as the core has it: nothing listens until a window is first opened. A core that follows one that was killed listens
 * again at the same place as long as somebody is signed in, so that an open page finds its core back.
 */
import { fileURLToPath } from 'node:url'
import type { WebRole } from '../../shared/contract.ts'
import { type Clock, steadyClock } from '../clock.ts'
import type { Log } from '../log.ts'
import { isLoopback } from '../loopback.ts'
import { rendererUrl } from '../resources.ts'
import type { WebPort } from '../store/web-table.ts'
import type { Api } from './api.ts'
import { AttemptLimit } from './attempt-limit.ts'
import type { MetricsTokens } from './metrics-tokens.ts'
import { PageFiles } from './page-files.ts'
import { type SessionStore, WebAccess } from './web-access.ts'
import { type Listening, urlOf } from './web-guard.ts'
import { WebServer } from './web-server.ts'

export type PortMemory = {
  port(): WebPort | null
  setPort(port: WebPort): void
}
export type WebOptions = {
  api: Api
  /** As long as there is one, it listens. */
  tokens: Pick<MetricsTokens, 'accepts' | 'isEmpty'>
  store: SessionStore & PortMemory
  /** Where to listen, as configured at that moment. */
  place(): Listening
  /** Whether any program of this computer may read /metrics: then it listens always. */
  isMetricsOpen?: () => boolean
  /** Whether anybody may be let in to look alone, as configured at that moment. */
  hasDashboard(): boolean
  startedAt: number
  clock: Clock
  log: Log
}

/** How often it is looked for what is too old. */
const SWEEP_MS = 10_000

export class Web {
  readonly #options: WebOptions
  readonly #access: WebAccess
  readonly #tries: AttemptLimit
  #page: PageFiles | undefined
  #serving: Promise<{ server: WebServer; at: Listening; place: Listening }> | null = null
  #address: string | null = null
  #sweep: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: WebOptions) {
    const { clock, store, log } = options
    this.#options = options
    this.#access = new WebAccess({ clock, steady: steadyClock, store, onEnd: sessions => this.#shutOut(sessions) })
    this.#tries = new AttemptLimit({
      clock: steadyClock,
      onPause: () => log.warning('too many wrong tries to sign in; others wait for a minute'),
    })
  }

  /** As a browser asks for it, without anything secret; null while nobody can. */
  get address(): string | null {
    return this.#address
  }

  /** To be called when the core starts: listens if a page may be waiting for it. Never fails the core. */
  async resume(): Promise<void> {
    if (!this.#access.hasSessions && !this.#isScraped) return
    await this.open().catch(error => this.#options.log.warning('the window is not served', { error: String(error) }))
  }

  /** Listens, if it does not yet. @throws {AppError} `BAD_CONFIG` if it cannot where it is configured to. */
  async open(): Promise<string> {
    this.#serving ??= this.#listen().catch(error => {
      this.#serving = null
      throw error
    })
    return urlOf((await this.#serving).at)
  }

  /** The config may name another place now. Pages at the old one are lost: they are told to come again, and nobody is there. */
  async follow(): Promise<void> {
    const { place: wanted, hasDashboard } = this.#options
    if (!hasDashboard()) this.#access.shutOut('readonly')
    if (this.#isClosed) return
    if (!this.#serving && this.#isScraped) return await this.resume()
    const serving = await this.#serving
    if (!serving || this.#isClosed) return
    const { address, port } = wanted()
    if (serving.place.address === address && serving.place.port === port) return
    await this.#stop()
    await this.open()
  }

  /** `onGone` is called once, when the token was used or no longer can be. */
  issueToken(role: WebRole, onGone?: () => void): string {
    return this.#access.issueToken(role, onGone)
  }

  signOut(): void {
    this.#access.signOut()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#access.close()
    await this.#stop()
  }

  /** Somebody may come for /metrics at any time, and has no way to ask for the address first. */
  get #isScraped(): boolean {
    return !this.#options.tokens.isEmpty || this.#options.isMetricsOpen?.() === true
  }

  async #listen() {
    const { api, tokens, store, place, startedAt, log, isMetricsOpen = () => false } = this.#options
    const wanted = place()
    const remembered = store.port()
    const before = remembered?.configured === wanted.port ? [remembered.port] : []
    this.#page ??= new PageFiles(fileURLToPath(rendererUrl))
    const server = new WebServer({
      api,
      access: this.#access,
      tokens,
      tries: this.#tries,
      page: this.#page,
      isMetricsOpen,
      startedAt,
    })
    const at = await server.listen(wanted.address, [...before, wanted.port, 0])
    if (this.#isClosed) {
      await server.close()
      return { server, at, place: wanted }
    }
    // A page of before looks for us at its own port, where somebody else may have listened meanwhile and been told its secret.
    if (remembered && remembered.port !== at.port) this.#access.endSessions()
    store.setPort({ configured: wanted.port, port: at.port })
    this.#address = urlOf(at)
    log.info('the window is served', { address: this.#address })
    if (!isLoopback(at.address)) log.warning('other computers can reach the window, over a way that is not encrypted')
    this.#sweep = setInterval(() => {
      for (const session of server.sessionsInUse) this.#access.use(session)
      this.#access.expire()
    }, SWEEP_MS).unref()
    return { server, at, place: wanted }
  }

  async #stop(): Promise<void> {
    const serving = this.#serving
    this.#serving = null
    this.#address = null
    clearInterval(this.#sweep)
    // One that could not be begun was told of where it was asked for.
    await serving?.then(
      ({ server }) => server.close(),
      () => undefined,
    )
  }

  /** A moment later: whoever asked for it, perhaps on one of these sockets, is to have the answer. */
  #shutOut(sessions: readonly string[]): void {
    setImmediate(() => void this.#serving?.then(({ server }) => server.shutOut(sessions)).catch(() => undefined))
  }
}
