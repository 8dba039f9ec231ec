/**
 * What a sandboxed preload can load: runs in the isolated world, by its text, and uses nothing from outside of itself but what it is given.
 * `standInSend` is the way to Node, `standInReceive` the way from it.
 */
import type { Bridge } from './page-world.ts'
import type { Wire } from './wire.ts'

/** From the page to Node. */
export type Sent =
  | { type: 'ipc'; channel: string; values: unknown[]; ports: number[] }
  | { type: 'port'; port: number; data: unknown }
  | { type: 'port-close'; port: number }
  | { type: 'open'; url: string }
  | { type: 'preload-error'; message: string }
/** From Node to the page. */
export type Received =
  | { type: 'ipc'; channel: string; values: unknown[] }
  | { type: 'port'; port: number; data: unknown }
  | { type: 'port-close'; port: number }

type World = { standInSend(text: string): void; standInReceive(text: string): void; standInPaths?: Record<string, string> }
type Preload = (require: (name: string) => unknown, module: { exports: object }) => void

export function runPreload(wire: Wire, bridge: Bridge, preload: Preload): void {
  const world = globalThis as unknown as World
  const listeners = new Map<string, ((event: object, ...values: unknown[]) => void)[]>()
  const ports = new Map<number, MessagePort>()
  // Electron tells of a port's end on the other one; Chromium by itself does not. After what was posted before it.
  const tellEnd = (port: MessagePort) => {
    const { port1, port2 } = new PlainChannel()
    port1.onmessage = () => port.dispatchEvent(new Event('close'))
    port2.postMessage(null)
  }
  const PlainChannel = MessageChannel
  globalThis.MessageChannel = class extends PlainChannel {
    constructor() {
      super()
      const ends = [this.port1, this.port2] as const
      for (const [port, other] of [ends, ends.toReversed() as [MessagePort, MessagePort]]) {
        const close = port.close.bind(port)
        port.close = () => {
          close()
          tellEnd(other)
        }
      }
    }
  }
  const send = (message: Sent) => world.standInSend(wire.encode(message))

  const adopt = (port: MessagePort): number => {
    const number = ports.size + 1
    ports.set(number, port)
    port.onmessage = ({ data }) => send({ type: 'port', port: number, data })
    port.addEventListener('close', () => send({ type: 'port-close', port: number }))
    return number
  }
  document.addEventListener('stand-in-open', event => send({ type: 'open', url: (event as CustomEvent<string>).detail }))
  world.standInReceive = text => {
    const message = wire.decode(text) as Received
    if (message.type === 'port') ports.get(message.port)?.postMessage(message.data)
    else if (message.type === 'port-close') ports.get(message.port)?.close()
    else for (const listener of listeners.get(message.channel) ?? []) listener({ ports: [] }, ...message.values)
  }

  const ipcRenderer = {
    on: (channel: string, listener: (event: object, ...values: unknown[]) => void) => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      return ipcRenderer
    },
    send: (channel: string, ...values: unknown[]) => send({ type: 'ipc', channel, values, ports: [] }),
    postMessage: (channel: string, message: unknown, transfer: MessagePort[] = []) =>
      send({ type: 'ipc', channel, values: [message], ports: transfer.map(adopt) }),
  }
  const electron = {
    ipcRenderer,
    contextBridge: { exposeInMainWorld: (name: string, api: unknown) => bridge.expose(name, api) },
    // A file that was dropped has a path only where a test gave it one, by its name.
    webUtils: { getPathForFile: (file: File) => world.standInPaths?.[file.name] ?? '' },
  }
  const require = (name: string) => {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error(`module not found: ${name}: a sandboxed preload loads only what Electron gives it`)
  }
  try {
    preload(require, { exports: {} })
  } catch (error) {
    send({ type: 'preload-error', message: String(error) })
  }
}
