/** `ipcMain`, and the ports that come with its messages. */
import { EventEmitter } from 'node:events'
import type { Part } from './part.ts'
import type { Received } from './preload-world.ts'

/** An emitter: listeners of a channel are told of what pages send. */
export const ipcMain: EventEmitter & Part<Electron.IpcMain> = new EventEmitter()

/** One end of a port whose other end is in a page. */
export class StandInPort extends EventEmitter implements Part<Electron.MessagePortMain> {
  readonly #number: number
  readonly #send: (message: Received) => void
  readonly #early: unknown[] = []
  #isStarted = false
  #isClosed = false

  constructor(number: number, send: (message: Received) => void) {
    super()
    this.#number = number
    this.#send = send
  }

  start(): void {
    this.#isStarted = true
    for (const data of this.#early.splice(0)) this.emit('message', { data, ports: [] })
  }

  postMessage(data: unknown): void {
    if (!this.#isClosed) this.#send({ type: 'port', port: this.#number, data })
  }

  close(): void {
    if (this.#isClosed) return
    this.#send({ type: 'port-close', port: this.#number })
    this.gone()
  }

  /** From the page. */
  received(data: unknown): void {
    if (this.#isClosed) return
    if (this.#isStarted) this.emit('message', { data, ports: [] })
    else this.#early.push(data)
  }

  /** The page's end is no more. */
  gone(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    setImmediate(() => this.emit('close'))
  }
}
