/** One call of the core: one connection, one request, one answer. */
import type { Socket } from 'node:net'
import { errorOf, readAnswer } from './http-answer.ts'

/** @throws {AppError} the method's own error, or `CORE_UNREACHABLE` if the core went away before it answered. */
export async function httpCall(
  socket: Socket,
  method: string,
  input: unknown,
): Promise<{ result: unknown; coreVersion: string | undefined }> {
  const body = Buffer.from(JSON.stringify(input))
  const head = `POST /rpc/${method} HTTP/1.1\r\nHost: drover\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
  socket.write(Buffer.concat([Buffer.from(head), body]))
  const answer = await readAnswer(socket)
  if (answer.status !== 200) throw errorOf(answer)
  return { result: JSON.parse(answer.body.toString('utf8')), coreVersion: answer.headers.get('drover-version') }
}
