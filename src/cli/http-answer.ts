/** Reads the core's HTTP answer from a connection. By hand, because loading node:http costs more than the whole call. */
import type { Socket } from 'node:net'
import { AppError, type ErrorBody, fromErrorBody } from '../shared/errors.ts'

export type HttpAnswer = { status: number; headers: Map<string, string>; body: Buffer }

const SWITCHING_PROTOCOLS = 101
const END_OF_HEAD = '\r\n\r\n'

/**
 * Reads one answer, after which the connection is of no more use; only after 101 it is handed on, paused, and `body` is what came with it.
 *
 * @throws {AppError} `CORE_UNREACHABLE` if the core went away before the whole answer was here.
 */
export function readAnswer(socket: Socket): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let needed = END_OF_HEAD.length
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size < needed) return
      const bytes = Buffer.concat(chunks)
      const end = bytes.indexOf(END_OF_HEAD)
      if (end === -1) return
      try {
        const head = parseHead(bytes.toString('latin1', 0, end))
        const body = bytes.subarray(end + END_OF_HEAD.length)
        const length = head.status === SWITCHING_PROTOCOLS ? body.length : Number(head.headers.get('content-length') ?? 0)
        needed = end + END_OF_HEAD.length + length
        if (body.length < length) return
        settle()
        resolve({ ...head, body: body.subarray(0, length) })
        if (head.status === SWITCHING_PROTOCOLS) socket.pause()
        else socket.destroy()
      } catch (error) {
        settle()
        socket.destroy()
        reject(error)
      }
    }
    const onClose = () => reject(new AppError('CORE_UNREACHABLE', 'The core went away before it answered'))
    const settle = () => socket.off('data', onData).off('close', onClose)
    // A connection that fails is closed right after, and an answer already here may be whole.
    socket.on('error', () => undefined)
    socket.on('data', onData).on('close', onClose)
  })
}

/** The error that an answer other than 200 holds. */
export function errorOf({ status, body }: HttpAnswer): AppError {
  try {
    const error = JSON.parse(body.toString('utf8')) as ErrorBody
    if (typeof error.code === 'string' && typeof error.message === 'string') return fromErrorBody(error)
  } catch {
    // Not one of ours; its status is all we can tell.
  }
  return new AppError('PROTOCOL', `The core answered with HTTP status ${status}`)
}

function parseHead(text: string): Omit<HttpAnswer, 'body'> {
  const [first = '', ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]
  if (status === undefined) throw new AppError('PROTOCOL', 'What answers at the core’s socket does not speak HTTP')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  return { status: Number(status), headers }
}
