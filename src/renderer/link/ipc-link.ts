/** How the page gets to the core in Electron: over a port to the process that is the core, through the bridge of the preload. */
import { CoreConnection } from '../../shared/core-connection.ts'
import { AppError } from '../../shared/errors.ts'
import type { WelcomeMessage } from '../../shared/frames.ts'
import type { WindowBridge } from '../../shared/window-bridge.ts'
import type { Connect, OpenedConnection } from './core-link.ts'

declare global {
  interface Window {
    /** There in Electron only. */
    readonly drover?: WindowBridge<File>
  }
}

export function connectByIpc(bridge: WindowBridge<File>): Connect {
  return () =>
    new Promise<OpenedConnection>((resolve, reject) => {
      let connection: CoreConnection | undefined
      const port = bridge.connect({
        message: message => {
          if (typeof message !== 'string') connection?.receiveFrame(message)
          else if (connection) connection.receiveText(message)
          else {
            const { version, startedAt, role } = JSON.parse(message) as WelcomeMessage
            connection = new CoreConnection({
              sendText: text => port.send(text),
              sendBinary: bytes => port.send(bytes),
              close: () => port.close(),
            })
            resolve({ connection, coreStartedAt: startedAt, version, role })
          }
        },
        closed: (code, reason) => {
          connection?.finish(code, reason)
          reject(new AppError('CORE_UNREACHABLE', 'The core has ended; jobs go on on their hosts'))
        },
      })
    })
}
