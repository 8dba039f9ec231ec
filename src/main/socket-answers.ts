/** Whether a program takes connections at a unix socket: its file stays when its program was killed, and refuses. */
import { connect } from 'node:net'

const CONNECT_TIMEOUT_MS = 2_000

/** Rejects with why nobody does. */
export function answers(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error(`no answer in ${CONNECT_TIMEOUT_MS / 1000} s`)))
    socket.once('connect', () => {
      resolve()
      socket.destroy()
    })
    socket.once('error', reject)
  })
}
