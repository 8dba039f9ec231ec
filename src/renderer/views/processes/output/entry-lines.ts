/** Takes the bytes of merged output as they come, and gives whole entries: one JSON text a line. */
import type { OutputEntry } from '../../../../shared/process.ts'

/** Nothing of what the core writes is longer; a line that never ends is not gathered for ever. */
const MOST_CHARACTERS = 4 * 1024 * 1024

export class EntryLines {
  readonly #decoder = new TextDecoder()
  /** Each comes with every entry, and would be kept as often. */
  readonly #names = new Map<string, string>()
  #rest = ''

  /** @throws {Error} on what is no entry. */
  push(bytes: Uint8Array): OutputEntry[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > MOST_CHARACTERS) throw new Error('The output has an entry without an end')
    return lines.filter(line => line !== '').map(line => this.#shared(JSON.parse(line) as OutputEntry))
  }

  #shared(entry: OutputEntry): OutputEntry {
    if ('process' in entry) entry.process = this.#name(entry.process)
    if ('jobId' in entry) entry.jobId = this.#name(entry.jobId)
    return entry
  }

  #name(text: string): string {
    const known = this.#names.get(text)
    if (known === undefined) this.#names.set(text, text)
    return known ?? text
  }
}
