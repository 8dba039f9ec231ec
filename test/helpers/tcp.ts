/** Ports of this computer: bytes to one and all that comes back, one that is taken, one that is free. */
import { connect, createServer, type Server, type Socket } from 'node:net'
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

/** At any port, where none is named. */
export async function listenSomewhere(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const at = server.address()
  if (at === null || typeof at === 'string') throw new Error('It has no port')
  return { server, port: at.port }
}

/** Takes connections and says nothing: what is dialled there is dialled until it is given up. */
export async function listenSilently({ address, port }: { address: string; port: number }): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve))
  return {
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

export async function freePort(): Promise<number> {
  const { server, port } = await listenSomewhere()
  await new Promise<void>(resolve => server.close(() => resolve()))
  return port
}
