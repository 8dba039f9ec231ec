/**
 * The text that core and agent (src/agent/agent.sh, whose head describes it) exchange over the control channel: fields, requests
 * and lines. A host is not trusted: whatever it sends is either exactly this or refused.
 */
import { AppError } from '../../shared/errors.ts'

const SAFE = /^[A-Za-z0-9_./:@%+,-]*$/
const FIELD = /^=(?:[A-Za-z0-9_./:@%+,-]|\\0[0-3][0-7]{2})*$/
/** Longer than any line of ours: a line is one write of less than 4096 bytes. */
const MAX_LINE_BYTES = 8 * 1024

/** What a line carries behind nonce and request id; `rest` is not yet checked. */
export type AgentLine =
  | { kind: 'row' | 'more' | 'ok' | 'err'; request: number; rest: string }
  | { kind: 'hello' | 'missing' | 'refused' | 'event'; rest: string }

/**
 * A text as a field: `=` and the text, every byte that could mean something to a shell as `\0ooo`.
 *
 * @throws {TypeError} on a NUL, which neither a shell variable nor a file name can hold.
 */
export function encodeField(text: string): string {
  if (SAFE.test(text)) return `=${text}`
  if (text.includes('\0')) throw new TypeError('A field cannot hold a NUL')
  let encoded = '='
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte)
    encoded += SAFE.test(char) ? char : `\\0${byte.toString(8).padStart(3, '0')}`
  }
  return encoded
}

/** @throws {AppError} `PROTOCOL` if it is no field. Bytes that are not UTF-8 become U+FFFD. */
export function decodeField(field: string): string {
  if (!FIELD.test(field)) throw violation('a field', field)
  if (!field.includes('\\')) return field.slice(1)
  const bytes: number[] = []
  for (let at = 1; at < field.length; at++) {
    if (field[at] === '\\') {
      bytes.push(Number.parseInt(field.slice(at + 1, at + 5), 8))
      at += 4
    } else bytes.push(field.charCodeAt(at))
  }
  return Buffer.from(bytes).toString('utf8')
}

/** `null` travels as `-`. */
export function encodeRequest(request: number, verb: string, fields: readonly (string | null)[]): string {
  return `${[request, verb, ...fields.map(field => (field === null ? '-' : encodeField(field)))].join(' ')}\n`
}

/** @throws {AppError} `PROTOCOL` if it is no line of an agent that was told this nonce. */
export function parseAgentLine(nonce: string, line: string): AgentLine {
  const match = /^(\S+) (\d{1,15}|-) ([a-z]+)(?: (.*))?$/.exec(line)
  const [, from, request, kind, rest = ''] = match ?? []
  if (from === nonce && request !== undefined) {
    if (request === '-' && (kind === 'hello' || kind === 'missing' || kind === 'refused' || kind === 'event'))
      return { kind, rest }
    if (request !== '-' && (kind === 'row' || kind === 'more' || kind === 'ok' || kind === 'err')) {
      return { kind, request: Number(request), rest }
    }
  }
  throw violation('a line', line)
}

/** An error that shows what came, cut to 200 characters. */
export function violation(expected: string, got: string): AppError {
  return new AppError('PROTOCOL', `Expected ${expected} of the agent and got ${JSON.stringify(got.slice(0, 200))}`)
}

/** Cuts a stream into lines. What is longer than any line of ours is given cut, as one line, so that nothing piles up. */
export class LineReader {
  #rest = ''
  #isTooLong = false
  readonly #onLine: (line: string) => void

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    // Fields are ASCII; latin1 keeps any noise byte for byte.
    const parts = chunk.toString('latin1').split('\n')
    for (const [index, part] of parts.entries()) {
      if (!this.#isTooLong) this.#rest += part
      if (this.#rest.length > MAX_LINE_BYTES) {
        this.#rest = this.#rest.slice(0, MAX_LINE_BYTES)
        this.#isTooLong = true
      }
      if (index === parts.length - 1) break
      const line = this.#rest
      this.#rest = ''
      this.#isTooLong = false
      this.#onLine(line)
    }
  }
}
