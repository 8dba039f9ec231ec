/** Speaks to sway over its socket: a header of "i3-ipc", length and type, then JSON, both ways. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type SwayNode = {
  name?: string | null
  app_id?: string | null
  pid?: number
  nodes?: SwayNode[]
  floating_nodes?: SwayNode[]
}
type SwayEvent = { change?: string }

const MAGIC = 'i3-ipc'
const HEADER_BYTES = 14
const RUN = 0
const SUBSCRIBE = 2
const GET_TREE = 4

export class SwayIpc {
  readonly #socket: Socket
  readonly #answers: ((message: unknown) => void)[] = []
  readonly #windows: ((at: number) => void)[] = []
  #received: Buffer = Buffer.alloc(0)

  static async open(path: string): Promise<SwayIpc> {
    const socket = connect(path)
    await once(socket, 'connect')
    const ipc = new SwayIpc(socket)
    await ipc.#ask(SUBSCRIBE, '["window"]')
    return ipc
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => undefined) // sway was killed: whoever asks waits in vain, and says so.
    socket.on('data', chunk => this.#take(chunk))
  }

  async tree(): Promise<SwayNode> {
    return (await this.#ask(GET_TREE, '')) as SwayNode
  }

  async run(command: string): Promise<void> {
    await this.#ask(RUN, command)
  }

  nextWindow(): Promise<number> {
    return new Promise(resolve => this.#windows.push(resolve))
  }

  close(): void {
    this.#socket.destroy()
  }

  #ask(type: number, text: string): Promise<unknown> {
    const payload = Buffer.from(text)
    const header = Buffer.alloc(HEADER_BYTES)
    header.write(MAGIC)
    header.writeUInt32LE(payload.length, MAGIC.length)
    header.writeUInt32LE(type, MAGIC.length + 4)
    this.#socket.write(Buffer.concat([header, payload]))
    return new Promise(resolve => this.#answers.push(resolve))
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    while (this.#received.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#received.readUInt32LE(MAGIC.length)
      if (this.#received.length < end) return
      const isEvent = this.#received.readUInt32LE(MAGIC.length + 4) >= 0x8000_0000
      const message: unknown = JSON.parse(this.#received.subarray(HEADER_BYTES, end).toString())
      this.#received = this.#received.subarray(end)
      if (!isEvent) this.#answers.shift()?.(message)
      else if ((message as SwayEvent).change === 'new') for (const tell of this.#windows.splice(0)) tell(performance.now())
    }
  }
}
