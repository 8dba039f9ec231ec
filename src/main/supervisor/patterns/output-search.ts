/** Searches one run's output, part by part as it is read, and tells of each hit with what stands around it. Decides nothing. */
import type { LogPart } from '../output/host-logs.ts'
import { Hit, type HitContext, KEPT_BYTES } from './hit.ts'
import { Matcher, type PatternSet } from './matcher.ts'
import type { Slices } from './slices.ts'

const NOTHING = Buffer.alloc(0)

export type SearchOptions = {
  /** `pattern`: its place in the set. False: nobody wants to know for now; it is asked again with the next part. */
  wants(pattern: number): boolean
  found(pattern: number, context: HitContext): void
}

export class OutputSearch {
  readonly #options: SearchOptions
  readonly #slices: Slices
  #matcher: Matcher
  /** The last that was searched, and where it begins. */
  #tail: Buffer = NOTHING
  #byte = 0
  #open: Hit[] = []
  /** Patterns that nobody wants to know of: they may be in every line. */
  #muted: Uint8Array

  constructor(set: PatternSet, slices: Slices, options: SearchOptions) {
    this.#slices = slices
    this.#matcher = new Matcher(set)
    this.#muted = new Uint8Array(set.patterns.length)
    this.#options = options
  }

  /** From where a search that goes on for this one finds what is not told yet, and nothing that is, as far as lines are known. */
  get goesOnAt(): number {
    const lineByte = this.#byte + this.#tail.lastIndexOf(0x0a) + 1
    return Math.min(lineByte, ...this.#open.map(({ byte }) => byte))
  }

  /** From the next byte on these are searched for. What of them the line so far begins with counts. */
  use(set: PatternSet): void {
    this.#matcher = new Matcher(set)
    this.#muted = new Uint8Array(set.patterns.length)
    this.#matcher.scan(this.#tail.subarray(this.#tail.lastIndexOf(0x0a) + 1), () => undefined)
  }

  async take({ byte, bytes }: LogPart): Promise<void> {
    if (byte !== this.#byte + this.#tail.length) {
      this.#endHits()
      this.#tail = NOTHING
      this.#byte = byte
    }
    for (const hit of [...this.#open]) hit.add(bytes)
    this.#muted.fill(0)
    const known = this.#tail.length
    await this.#slices.scan(this.#matcher, bytes, (pattern, end) => this.#found(pattern, bytes, end))
    const kept = Math.min(KEPT_BYTES, known + bytes.length)
    this.#byte += known + bytes.length - kept
    // A copy: the part's memory is its reader's to let go of.
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(Math.max(0, bytes.length - kept))]).subarray(-kept)
  }

  /** The output has ended. */
  end(): void {
    this.#matcher.finish(pattern => this.#found(pattern, NOTHING, 0))
    this.#endHits()
  }

  #endHits(): void {
    for (const hit of [...this.#open]) hit.end()
  }

  #found(pattern: number, bytes: Buffer, at: number): void {
    if (this.#muted[pattern] === 1) return
    this.#muted[pattern] = 1
    if (!this.#options.wants(pattern)) return
    const known = this.#tail.length
    const place = { bytes: Buffer.concat([this.#tail, bytes.subarray(0, at + KEPT_BYTES)]), byte: this.#byte, at: known + at }
    const hit: Hit = new Hit(place, context => {
      this.#open = this.#open.filter(one => one !== hit)
      this.#options.found(pattern, context)
    })
    if (!hit.isDone) this.#open.push(hit)
  }
}
