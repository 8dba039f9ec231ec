/**
 * Runs before the page in Electron, in a world of its own, and gives it connections to the core, the menu's wishes, and the paths of
 * files that are dropped. Nothing else: the page has no Node, and no channel but these.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import {
  CONNECT_CHANNEL,
  type FromPage,
  type PortConnection,
  type PortListener,
  ROUTE_CHANNEL,
  TELL_TOOK_BYTES,
  type ToPage,
  type WindowBridge,
} from '../shared/window-bridge.ts'

const bridge: WindowBridge<File> = {
  connect,
  onRoute: listener => void ipcRenderer.on(ROUTE_CHANNEL, (_event, hash: string) => listener(hash)),
  pathOf: file => webUtils.getPathForFile(file),
}
contextBridge.exposeInMainWorld('drover', bridge)

function connect(listener: PortListener): PortConnection {
  const { port1: ours, port2: theirs } = new MessageChannel()
  let takenBytes = 0
  let isClosed = false
  const closed = (code: number | null, reason: string) => {
    if (isClosed) return
    isClosed = true
    ours.close()
    listener.closed(code, reason)
  }
  const send = (message: FromPage) => ours.postMessage(message)
  ours.onmessage = ({ data }: MessageEvent<ToPage>) => {
    if (typeof data === 'object' && 'close' in data) return closed(data.close.code, data.close.reason)
    listener.message(data)
    takenBytes += data.length
    if (takenBytes < TELL_TOOK_BYTES) return
    send({ took: takenBytes })
    takenBytes = 0
  }
  // The main process is gone, or has let go of it without a word.
  ours.addEventListener('close', () => closed(null, ''))
  ipcRenderer.postMessage(CONNECT_CHANNEL, null, [theirs])
  return { send, close: () => closed(1000, '') }
}
