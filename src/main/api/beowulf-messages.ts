/**
 * What clients of beowulf say to its daemon, as JSON objects on a stream. How one ends is nowhere written down: with a newline, with the
 * stream, or by being complete. Pure.
 */
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'

const Text = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\P{Cc}*$/u, 'has control characters in it')

/** Of any kernel. */
const MAX_PID = 2 ** 31 - 1

/** What else a client says of itself is not ours to judge. */
const Request = z.discriminatedUnion('cmd', [
  z.object({ cmd: z.literal('allocate'), app: Text }),
  z.object({ cmd: z.literal('report'), app: Text, pid: z.int().positive().max(MAX_PID), host: Text }),
])
export type BeowulfRequest = z.output<typeof Request>

/** No request that anybody writes is longer. */
const MAX_BYTES = 64 * 1024

export class BeowulfReader {
  #text = ''

  /** The requests that are whole now, as they were written. @throws {AppError} `BAD_INPUT` if this will never be one. */
  push(text: string): string[] {
    this.#text += text
    const lines = this.#text.split('\n')
    this.#text = lines.pop() ?? ''
    if (parseJson(this.#text) !== undefined) lines.push(this.rest())
    if (this.#text.length > MAX_BYTES) throw new AppError('BAD_INPUT', 'The request does not come to its end')
    return lines.filter(line => line.trim() !== '')
  }

  /** What is left at the end of the stream. */
  rest(): string {
    const rest = this.#text
    this.#text = ''
    return rest
  }
}

/** @throws {AppError} `BAD_INPUT`, saying what is wrong. */
export function parseBeowulfRequest(text: string): BeowulfRequest {
  if (text.length > MAX_BYTES) throw new AppError('BAD_INPUT', 'The request is too long')
  const value = parseJson(text)
  if (value === undefined) throw new AppError('BAD_INPUT', 'The request is no JSON')
  const parsed = Request.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('BAD_INPUT', `The request is none of allocate or report: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** Of a connection as a host has it in the config, what `ssh` can be given in one word. */
export function sshDestination(connection: string): string {
  const hasPort = /^(?:[^@]*@)?(?:\[[^\]]*\]|[^:]*):\d+$/.test(connection)
  return hasPort || connection.includes('[') ? `ssh://${connection}` : connection
}

/** Undefined if it is none, or not whole. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
