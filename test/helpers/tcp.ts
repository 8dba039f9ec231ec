/** Bytes to a port of this computer, and all that comes back. */
import { connect } from 'node:net'
import { within } from './wait.ts'

/** Settles when the other side has ended the connection, in whichever way. */
export function exchange(port: string | number, bytes: string): Promise<string> {
  const ended = new Promise<string>(resolve => {
    const socket = connect(Number(port), '127.0.0.1')
    let answer = ''
    socket.setEncoding('latin1').on('data', text => {
      answer += text
    })
    socket.on('error', () => undefined) // `close` follows; who is refused in the middle of much may see a reset.
    socket.on('close', () => resolve(answer))
    socket.write(bytes)
  })
  return within(ended, { timeoutMs: 60_000, what: 'the end of the connection' })
}
