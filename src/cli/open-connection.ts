/** A connection of the command line's to the core, over the WebSocket at its unix socket. */
import type { Socket } from 'node:net'
import { CoreConnection } from '../shared/core-connection.ts'
import { WebSocketClient } from './websocket-client.ts'

/** @throws {AppError} what the core refuses with. */
export async function openConnection(socket: Socket): Promise<{ connection: CoreConnection; coreVersion: string | undefined }> {
  // Nothing comes before the handshake is done, and by then it is there.
  let connection: CoreConnection | undefined
  const { webSocket, coreVersion } = await WebSocketClient.open(socket, {
    text: message => connection?.receiveText(message),
    binary: frame => connection?.receiveFrame(frame),
    closed: (code, reason) => connection?.finish(code, reason),
  })
  connection = new CoreConnection(webSocket)
  return { connection, coreVersion }
}
