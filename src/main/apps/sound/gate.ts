/**
 * The gate's sockets: programs of one host come in at one, and each has a connection of its own to the sound server here, with a filter
 * between them. How many there are is bounded, and nothing is read that the other side has no room for.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { SoundFilter, type StreamBudget } from './filter.ts'

export type GateOptions = { listenPath: string; serverPath: string; host: string; onIdle(): void; idleMs: number }

/** Servers allow some sixty, for all programs of a desktop. */
const MAX_CONNECTIONS = 16
const MAX_STREAMS = 32

/** Listens until it is closed. `onIdle` is called when nobody was connected for so long. */
export function openGate({ listenPath, serverPath, host, onIdle, idleMs }: GateOptions): Server {
  const budget: StreamBudget = { left: MAX_STREAMS }
  let idle = setTimeout(onIdle, idleMs)
  let connections = 0
  const server = createServer(client => {
    connections++
    clearTimeout(idle)
    client.once('close', () => {
      connections--
      if (connections === 0) idle = setTimeout(onIdle, idleMs)
    })
    if (connections > MAX_CONNECTIONS) client.destroy()
    else join(client, connect(serverPath), new SoundFilter({ host, budget }))
  })
  server.listen(listenPath)
  return server
}

/** Both end together, and at once with what is not of the protocol. */
function join(client: Socket, server: Socket, filter: SoundFilter): void {
  const end = () => {
    client.destroy()
    server.destroy()
    filter.close()
  }
  /** Whoever is not heard as fast as he speaks waits; what is said to a program may be by the server or by us. */
  const balance = () => {
    const isClientFull = client.writableNeedDrain
    if (isClientFull || server.writableNeedDrain) client.pause()
    else client.resume()
    if (isClientFull) server.pause()
    else server.resume()
  }
  const guarded = (work: () => void) => {
    try {
      work()
      balance()
    } catch {
      end() // It speaks no protocol that we know: it is heard no further.
    }
  }
  client.on('data', chunk => {
    guarded(() => {
      const { toServer, toClient } = filter.fromClient(chunk)
      for (const bytes of toServer) server.write(bytes)
      for (const bytes of toClient) client.write(bytes)
    })
  })
  server.on('data', chunk => {
    guarded(() => {
      for (const bytes of filter.fromServer(chunk)) client.write(bytes)
    })
  })
  for (const socket of [client, server]) socket.on('drain', balance).on('error', end).on('close', end)
}
