/** Reads the merged output of a project into a ring, for as long as its server stands. */
import { setTimeout as delay } from 'node:timers/promises'
import type { OutputEntry } from '../../../shared/process.ts'
import { eachChunk, freeChunk } from '../../chunks.ts'
import type { ByteSource, StreamSource } from '../streams.ts'
import type { OutputRing } from './output-ring.ts'

export type OutputFeedOptions = {
  projectId: string
  ring: OutputRing
  openOutput: StreamSource['openOutput']
  onError(error: unknown): void
}

/** Of each process, what it printed last before the server was there. */
const HISTORY_LINES = 100
const RETRY_MS = 1_000

export class OutputFeed {
  readonly #options: OutputFeedOptions
  readonly #closing = new AbortController()
  #source: ByteSource | undefined

  constructor(options: OutputFeedOptions) {
    this.#options = options
    void this.#follow()
  }

  close(): void {
    this.#closing.abort()
    this.#source?.close()
  }

  async #follow(): Promise<void> {
    const { ring, onError } = this.#options
    const { signal } = this.#closing
    let told: string | undefined
    for (let lines = HISTORY_LINES; !signal.aborted; lines = 0) {
      try {
        await this.#read(lines)
      } catch (error) {
        // It may be the same each time.
        if (!signal.aborted && told !== String(error)) onError(error)
        told = String(error)
      }
      if (signal.aborted) return
      ring.gap()
      await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined) // Closed meanwhile.
    }
  }

  async #read(lines: number): Promise<void> {
    const { projectId, ring, openOutput } = this.#options
    const source = openOutput({ project: projectId, processes: [], lines, since: null, follow: true })
    this.#source = source
    source.end.catch(() => undefined) // Told below.
    const decoder = new TextDecoder()
    let rest = ''
    try {
      for await (const chunk of eachChunk(source.output)) {
        const texts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
        freeChunk(chunk)
        rest = texts.pop() ?? ''
        // Of our own making.
        for (const text of texts) ring.add(JSON.parse(text) as OutputEntry)
      }
      await source.end
    } finally {
      source.close()
    }
  }
}
