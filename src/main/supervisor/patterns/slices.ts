/**
 * Shares the core's thread among searches that take long. What patterns make of new output is worked out a slice at a time, and of all slices
 * one in each turn of the event loop: so whoever else waits is served between any two, however many outputs are searched.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Matcher, OnFound } from './matcher.ts'

/** States looked at, which is some milliseconds; and what is too little to wait for a turn. */
const SLICE_WORK = 10_000
const LITTLE_WORK = 200

export class Slices {
  #last: Promise<void> = Promise.resolve()

  /** Takes all of these bytes. */
  async scan(matcher: Matcher, bytes: Uint8Array, onFound: OnFound): Promise<void> {
    for (let at = matcher.scan(bytes, onFound, 0, LITTLE_WORK); at < bytes.length; ) {
      await this.#turn()
      at = matcher.scan(bytes, onFound, at, SLICE_WORK)
    }
  }

  /** In the order in which they were asked for. */
  #turn(): Promise<void> {
    this.#last = this.#last.then(() => nextTurn())
    return this.#last
  }
}
