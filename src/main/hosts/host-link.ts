/**
 * The one link to one host: dials it, brings its agent up, samples it every 2 s (which is also the keep-alive), notices its loss
 * and dials again. Everything that needs the host goes through `ready()`; nobody else keeps a transport.
 */
import type { HostSample, HostState } from '../../shared/domain.ts'
import { AppError, NEEDS_PERSON } from '../../shared/errors.ts'
import { steadyClock } from '../clock.ts'
import { within } from '../within.ts'
import type { Agent, AgentJobSample } from './agent.ts'
import type { Transport } from './transport.ts'

export const SAMPLE_EVERY_MS = 2_000
/** Whole job trees are read less often: it costs the host more. */
const JOB_SAMPLE_EVERY_SAMPLES = 5
/** A sample not answered in this time means the host is lost: together with the period it stays below 15 s. */
const SAMPLE_TIMEOUT_MS = 10_000

export type Live = { transport: Transport; agent: Agent }
export type LinkStatus = {
  state: HostState
  since: number
  error: AppError | null
  retryAt: number | null
  transportReason: string | null
}
export type LinkListener = {
  /** `state`, `error` or `retryAt` changed. */
  changed?(link: HostLink): void
  /** The agent answers: before anything that waits in `ready()` goes on. */
  connected?(link: HostLink, live: Live): void
  lost?(link: HostLink): void
  sampled?(link: HostLink, sample: HostSample): void
  jobsSampled?(link: HostLink, samples: AgentJobSample[]): void
}
export type LinkOptions = {
  name: string
  connection: string
  open(): Promise<Live & { reason: string | null }>
  now(): number
  /** One that nobody can set, and that goes on while this computer sleeps: steadyClock by default. */
  steadyNow?(): number
  /** Delay before attempt number `attempt` (from 0), in milliseconds. */
  backoffMs(attempt: number): number
  listener: LinkListener
}

export class HostLink {
  readonly name: string
  readonly connection: string
  readonly #options: LinkOptions
  #status: LinkStatus
  #live: Live | null = null
  #sample: HostSample | null = null
  #sampledAt = 0
  #asking: { live: Live; sample: Promise<HostSample> } | null = null
  #attempt: Promise<Live> | null = null
  #failures = 0
  #awaySince: number | null = null
  #timer: NodeJS.Timeout | null = null
  /** Of the sampling that counts: one that was begun before it, and is answered later, goes no further. */
  #sampling = 0
  #isClosed = false
  readonly #firstNews = Promise.withResolvers<void>()
  /** Settles with the first sample, or when it is first known that there is none to be had. */
  readonly settled = this.#firstNews.promise

  constructor(options: LinkOptions) {
    this.name = options.name
    this.connection = options.connection
    this.#options = options
    this.#status = { state: 'offline', since: options.now(), error: null, retryAt: null, transportReason: null }
  }

  get status(): LinkStatus {
    return this.#status
  }
  get live(): Live | null {
    return this.#live
  }
  get sample(): HostSample | null {
    return this.#sample
  }
  /** When `sample` came, by the steady clock: whatever is done to the others, it is neither fresh nor stale by that. */
  get sampledAtSteadyMs(): number {
    return this.#sampledAt
  }

  /**
   * The live host, dialling at once if it is not connected.
   *
   * @throws {AppError} why it cannot be reached.
   */
  async ready(): Promise<Live> {
    return this.#live ?? this.connect()
  }

  /** Dials now, whatever the back-off says; joins an attempt under way. */
  connect(): Promise<Live> {
    if (this.#isClosed) return Promise.reject(new AppError('HOST_UNREACHABLE', `${this.name} was removed`))
    if (this.#live) return Promise.resolve(this.#live)
    if (!this.#attempt) {
      this.#clearTimer()
      this.#attempt = this.#dial().finally(() => {
        this.#attempt = null
      })
    }
    return this.#attempt
  }

  /** Keeps the link up from now on: failures are tried again, quietly. */
  start(): void {
    this.connect().catch(() => undefined) // The status tells; #dial has planned the next attempt.
  }

  /** What stood in its way may be gone: an attempt that began before that and fails is followed by another. */
  tryAnew(): void {
    const begun = this.#attempt
    if (begun) begun.catch(() => this.start())
    else this.start()
  }

  /** Asks at once whether the host is still there, or dials again at once. */
  wake(): void {
    if (this.#live) {
      this.#clearTimer()
      this.#startSampling(this.#live)
    } else if (this.#status.state === 'offline') {
      this.#failures = 0
      this.start()
    }
  }

  /** Asks for a sample at once, or joins the question under way. False if there is none in `timeoutMs`. */
  async askSample(timeoutMs: number): Promise<boolean> {
    const live = this.#live
    if (!live) return false
    if (this.#asking?.live !== live) {
      this.#clearTimer()
      this.#startSampling(live)
    }
    // One question at a time: two answers a millisecond apart would say nothing of the load between them.
    const answered = this.#asking?.sample.then(() => true) ?? Promise.resolve(false)
    // Whether the host is lost is for the sampling to say, which has more patience.
    return await within(answered, timeoutMs, () => false).catch(() => false)
  }

  /** Our clock was set: what was noted by it is still as long ago, or as far ahead. */
  clockSet(byMs: number): void {
    const { since, retryAt } = this.#status
    this.#status = { ...this.#status, since: since + byMs, retryAt: retryAt === null ? null : retryAt + byMs }
    if (this.#awaySince !== null) this.#awaySince += byMs
    if (this.#sample) this.#sample = { ...this.#sample, at: this.#sample.at + byMs }
    this.#options.listener.changed?.(this)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#clearTimer()
    const live = this.#live ?? (await this.#attempt?.catch(() => null)) ?? null
    this.#live = null
    live?.agent.close()
    await live?.transport.close()
  }

  async #dial(): Promise<Live> {
    // Why it was away is all that is known of it until it is connected, or away for another reason.
    this.#set({ state: 'connecting', retryAt: null })
    try {
      const { transport, agent, reason } = await this.#options.open()
      if (this.#isClosed) {
        agent.close()
        await transport.close()
        throw new AppError('HOST_UNREACHABLE', `${this.name} was removed`)
      }
      const live = { transport, agent }
      this.#live = live
      this.#failures = 0
      Promise.race([transport.lost, agent.lost]).then(error => this.#lose(live, error))
      this.#options.listener.connected?.(this, live)
      this.#set({ state: 'connected', error: null, retryAt: null, transportReason: reason })
      this.#startSampling(live)
      return live
    } catch (cause) {
      const error = toHostError(this.name, cause)
      this.#fail(error)
      throw error
    }
  }

  #lose(live: Live, cause: unknown): void {
    if (this.#live !== live) return
    this.#live = null
    this.#sample = null
    live.agent.close()
    live.transport.close().catch(() => undefined) // It is gone already; there is nothing to save.
    this.#options.listener.lost?.(this)
    this.#fail(toHostError(this.name, cause))
  }

  #fail(error: AppError): void {
    this.#firstNews.resolve()
    if (this.#isClosed) return
    if (NEEDS_PERSON.has(error.code)) {
      this.#set({ state: 'refused', error, retryAt: null })
      return
    }
    const delayMs = this.#options.backoffMs(this.#failures++)
    this.#set({ state: 'offline', error, retryAt: this.#options.now() + delayMs })
    this.#timer = setTimeout(() => this.start(), delayMs)
  }

  #startSampling(live: Live): void {
    this.#sampling += 1
    void this.#sampleLoop(live, { count: 0, sampling: this.#sampling })
  }

  async #sampleLoop(live: Live, { count, sampling }: { count: number; sampling: number }): Promise<void> {
    if (this.#live !== live) return
    try {
      const sample = await within(this.#ask(live), SAMPLE_TIMEOUT_MS, () => {
        throw new AppError('HOST_UNREACHABLE', `${this.name} did not answer for ${SAMPLE_TIMEOUT_MS / 1000} s`)
      })
      if (this.#live !== live || this.#sampling !== sampling) return
      this.#sample = sample
      this.#sampledAt = this.#steadyNow()
      this.#firstNews.resolve()
      this.#options.listener.sampled?.(this, sample)
      if (count % JOB_SAMPLE_EVERY_SAMPLES === JOB_SAMPLE_EVERY_SAMPLES - 1) this.#sampleJobs(live)
      this.#timer = setTimeout(() => this.#sampleLoop(live, { count: count + 1, sampling }), SAMPLE_EVERY_MS)
    } catch (error) {
      this.#lose(live, error)
    }
  }

  #ask(live: Live): Promise<HostSample> {
    const asking = { live, sample: live.agent.sample() }
    const done = () => {
      if (this.#asking === asking) this.#asking = null
    }
    this.#asking = asking
    asking.sample.then(done, done)
    return asking.sample
  }

  #steadyNow(): number {
    return this.#options.steadyNow?.() ?? steadyClock.now()
  }

  #sampleJobs(live: Live): void {
    const { listener } = this.#options
    if (!listener.jobsSampled) return
    live.agent.jobSamples().then(
      samples => this.#live === live && listener.jobsSampled?.(this, samples),
      () => undefined, // A host too busy to count its jobs is no failure; its loss is noticed by the samples.
    )
  }

  #set(change: Partial<LinkStatus>): void {
    const since = this.#sinceOf(change.state ?? this.#status.state)
    this.#status = { ...this.#status, ...change, since }
    this.#options.listener.changed?.(this)
  }

  /** A host that is tried in vain has been away all along: since it was lost, not since the last try. */
  #sinceOf(state: HostState): number {
    const { state: before, since } = this.#status
    if (state === 'connected') this.#awaySince = null
    else if (state !== 'connecting') this.#awaySince ??= before === 'offline' ? since : this.#options.now()
    return this.#awaySince ?? (state === before ? since : this.#options.now())
  }

  #clearTimer(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}

function toHostError(name: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  return new AppError('HOST_UNREACHABLE', `${name}: ${message}`, { cause })
}
