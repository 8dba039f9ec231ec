/**
 * Time as an argument, so that tests need no waiting; and this computer's clock, watched for being set: by a person, or by ntp when a
 * computer has started or woken with a wrong one. What only asks how long something took goes by a clock that nobody can set.
 */
import { uptime } from 'node:os'

export type Clock = { /** Epoch milliseconds. */ now(): number }
export const systemClock: Clock = { now: () => Date.now() }
/** Its milliseconds have no date. Nobody can set it, and it goes on while this computer sleeps. */
export const steadyClock: Clock = { now: () => uptime() * 1000 }

/** A clock that tells how often, and by how much, it was set. */
export type WatchedClock = Clock & {
  /** All steps together: what it shows now less what it would show. */ readonly steppedMs: number
}
/** The clock was set by `byMs`. What it showed until then, since this process began, is from `from` to `to`. */
export type ClockStep = { byMs: number; from: number; to: number }
export type ClockSources = {
  wall(): number
  /** As steadyClock, which costs a little more than the others. */
  steady(): number
  /** One that nobody can set, whether or not it goes on during a sleep. */
  monotonic(): number
}

/** Less is no matter: it is not seen in whole seconds, and hosts tell no more. */
const STEP_MS = 2_000
const FAR_AHEAD_MS = 3_600_000
const UNSETTLED_MS = 24 * 3_600_000

/** Sees at each question whether the clock was set since the last one, and tells of it before it answers. */
export class CoreClock implements WatchedClock {
  readonly #sources: ClockSources
  readonly #listeners: ((step: ClockStep) => void)[] = []
  #startedAt: number
  #wallLessSteady: number
  #wallLessMonotonic: number
  #steppedMs = 0
  #setAheadAt = Number.NEGATIVE_INFINITY

  constructor(sources: ClockSources = SYSTEM) {
    this.#sources = sources
    const wall = sources.wall()
    this.#startedAt = wall
    this.#wallLessSteady = wall - sources.steady()
    this.#wallLessMonotonic = wall - sources.monotonic()
  }

  now(): number {
    const wall = this.#sources.wall()
    const isOff = Math.abs(wall - this.#sources.monotonic() - this.#wallLessMonotonic) > STEP_MS
    if (isOff) this.#lookCloser(wall)
    return wall
  }

  get steppedMs(): number {
    this.now()
    return this.#steppedMs
  }

  /** When this process began, as the clock is set now. */
  get startedAt(): number {
    this.now()
    return this.#startedAt
  }

  /**
   * True for a day after it was set ahead by more than an hour: everything looks older than it is, or did before, and which it is nobody
   * knows. Nothing is to be thrown away for its age by itself then.
   */
  get isUnsettled(): boolean {
    this.now()
    return this.#sources.steady() - this.#setAheadAt < UNSETTLED_MS
  }

  onStep(listener: (step: ClockStep) => void): void {
    this.#listeners.push(listener)
  }

  /** A sleep, or a step. A machine that was held still from outside (a paused VM) cannot tell the one from the other. */
  #lookCloser(wall: number): void {
    const steady = this.#sources.steady()
    const byMs = Math.round(wall - steady - this.#wallLessSteady)
    this.#wallLessMonotonic = wall - this.#sources.monotonic()
    if (Math.abs(byMs) <= STEP_MS) return
    this.#wallLessSteady = wall - steady
    const step = { byMs, from: this.#startedAt, to: wall - byMs }
    this.#startedAt += byMs
    this.#steppedMs += byMs
    if (byMs > FAR_AHEAD_MS) this.#setAheadAt = steady
    for (const listener of this.#listeners) listener(step)
  }
}

/** A time that the clock showed since this process began, as it would be now; any other stays as it is: it was by a clock we do not know. */
export function movedBy({ byMs, from, to }: ClockStep, at: number): number {
  return at >= from && at <= to ? at + byMs : at
}

const SYSTEM: ClockSources = {
  wall: () => Date.now(),
  steady: () => steadyClock.now(),
  monotonic: () => performance.now(),
}
