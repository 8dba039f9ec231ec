/**
 * Reads a tar stream entry by entry, as it comes, in little memory. It knows the archive's form and nothing of files: what an entry
 * may do is for the one who asked. Everything in it may come from a hostile host.
 */
import { byteText } from '../byte-path.ts'
import { BLOCK_BYTES, decodeHeader, decodePax, malformed, type TarHeader } from './tar-header.ts'

export type TarEntry = TarHeader & {
  /** Its bytes; what is not read of them is skipped. */
  content(): AsyncIterable<Buffer>
}

/** Long names and pax headers are held in memory. */
const META_LIMIT_BYTES = 1024 * 1024
/** Archives are padded to a multiple of their record size, 10 KiB by default. */
const PADDING_LIMIT_BYTES = 1024 * 1024

type Overrides = { path?: string; target?: string; size?: number; mtime?: number }

/** @throws {AppError} `PROTOCOL` on a damaged stream, and on one that ends before the archive does. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const input = new ByteReader(source)
  let overrides: Overrides = {}
  for (;;) {
    const header = decodeHeader(await input.exactly(BLOCK_BYTES))
    if (header === null) break
    if (header.kind === 'pax-global') await readMeta(input, header)
    else if (header.kind === 'pax') overrides = { ...overrides, ...paxOverrides(await readMeta(input, header)) }
    else if (header.kind === 'gnu-name') overrides.path = untilNul(await readMeta(input, header))
    else if (header.kind === 'gnu-target') overrides.target = untilNul(await readMeta(input, header))
    else {
      const entry = { ...header, ...overrides }
      overrides = {}
      const body = new Body(input, hasContent(entry) ? entry.size : 0)
      yield { ...entry, content: () => body.read() }
      await body.skip()
    }
  }
  await input.drain(PADDING_LIMIT_BYTES)
}

/** Links have no content, whatever size their header tells; some writers put the target's there. */
function hasContent(header: TarHeader): boolean {
  return header.kind === 'file'
}

async function readMeta(input: ByteReader, header: TarHeader): Promise<string> {
  if (header.size > META_LIMIT_BYTES) throw malformed(`a name of ${header.size} bytes`)
  const text = byteText(await input.exactly(header.size))
  await input.exactly(padding(header.size))
  return text
}

function paxOverrides(text: string): Overrides {
  const records = decodePax(text)
  for (const key of records.keys())
    if (key.startsWith('GNU.sparse.')) throw malformed('a file with holes, which was not asked for')
  const [path, target, size, mtime] = ['path', 'linkpath', 'size', 'mtime'].map(key => records.get(key))
  if (path?.includes('\0') || target?.includes('\0')) throw malformed('a name with a NUL in it')
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw malformed('a size that is no number')
  return {
    ...(path !== undefined && { path }),
    ...(target !== undefined && { target }),
    ...(size !== undefined && { size: Number(size) }),
    ...(mtime !== undefined && /^-?\d{1,12}(\.\d+)?$/.test(mtime) && { mtime: Number(mtime) }),
  }
}

function untilNul(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

function padding(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES
}

/** The content of one entry and what pads it to whole blocks. */
class Body {
  readonly #input: ByteReader
  #left: number
  #padding: number

  constructor(input: ByteReader, size: number) {
    this.#input = input
    this.#left = size
    this.#padding = padding(size)
  }

  async *read(): AsyncIterable<Buffer> {
    while (this.#left > 0) {
      const bytes = await this.#input.some(this.#left)
      this.#left -= bytes.length
      yield bytes
    }
  }

  async skip(): Promise<void> {
    this.#left += this.#padding
    this.#padding = 0
    while (this.#left > 0) this.#left -= (await this.#input.some(this.#left)).length
  }
}

/** Bytes of a stream in the portions that the reader wants. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** At least one byte and at most `most`. */
  async some(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      if (!(await this.#more())) throw malformed('it ended in the middle')
    }
    const bytes = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(bytes.length)
    return bytes
  }

  async exactly(length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0)
    const first = await this.some(length)
    if (first.length === length) return first
    const parts = [first]
    for (let missing = length - first.length; missing > 0; ) {
      const part = await this.some(missing)
      parts.push(part)
      missing -= part.length
    }
    return Buffer.concat(parts)
  }

  /** Reads to the end of the stream: whoever writes it shall not be stopped by a closed pipe. */
  async drain(limit: number): Promise<void> {
    for (let drained = this.#rest.length; drained <= limit; drained += this.#rest.length) if (!(await this.#more())) return
    throw malformed('it goes on after its end')
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.next()
    if (done) return false
    this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return true
  }
}
