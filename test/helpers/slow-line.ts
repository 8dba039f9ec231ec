/**
 * A slow line between a browser and the core, as to a machine far away: a SOCKS proxy through which the browser sends whatever it sends.
 * Addresses stay what they are, so nothing that looks at Host or Origin can tell. All connections share the line, packet by packet.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export type SlowLine = {
  /** For `openWindow`, as its option `proxy`. */
  readonly proxy: { server: string }
  /** What came to the browser so far. */
  readonly receivedBytes: number
  /** What the browser sent so far. */
  readonly sentBytes: number
  /** Bytes a second, each way. */
  setSpeed(bytesPerSecond: number): void
  /** Nothing goes either way any more, and nobody is told. */
  freeze(): void
}

const STEP_MS = 10
const PACKET_BYTES = 1460
const VERSION = 5
const NO_PASSWORD = Buffer.from([VERSION, 0])
const CONNECTED = Buffer.from([VERSION, 0, 0, 1, 0, 0, 0, 0, 0, 0])

/** `delayMs`: there and back. It ends with the test. */
export async function openSlowLine({ bytesPerSecond = 200_000, delayMs = 300 } = {}): Promise<SlowLine> {
  const sockets = new Set<Socket>()
  const up = new Lane(bytesPerSecond, delayMs / 2)
  const down = new Lane(bytesPerSecond, delayMs / 2)
  const server = createServer(browser => {
    sockets.add(browser)
    browser.on('error', () => undefined) // `close` follows.
    void greet(browser).then(({ host, port }) => {
      const core = connect(port, host)
      sockets.add(core)
      core.on('error', () => browser.destroy())
      core.once('connect', () => {
        browser.write(CONNECTED)
        up.carry(browser, core)
        down.carry(core, browser)
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const lane of [up, down]) lane.close()
    for (const socket of sockets) socket.destroy()
    await new Promise(resolve => server.close(resolve))
  })
  return {
    proxy: { server: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}` },
    get receivedBytes() {
      return down.carriedBytes
    },
    get sentBytes() {
      return up.carriedBytes
    },
    setSpeed: speed => {
      for (const lane of [up, down]) lane.bytesPerSecond = speed
    },
    freeze: () => {
      for (const lane of [up, down]) lane.bytesPerSecond = 0
    },
  }
}

type Flow = { from: Socket; to: Socket; waiting: Buffer; hasEnded: boolean }

/** One direction of the line. What it has not carried yet waits at its sender's, as in a network. */
class Lane {
  bytesPerSecond: number
  carriedBytes = 0
  readonly #delayMs: number
  readonly #flows: Flow[] = []
  readonly #timer: NodeJS.Timeout
  #allowance = 0

  constructor(bytesPerSecond: number, delayMs: number) {
    this.bytesPerSecond = bytesPerSecond
    this.#delayMs = delayMs
    this.#timer = setInterval(() => this.#step(), STEP_MS)
  }

  carry(from: Socket, to: Socket): void {
    const flow: Flow = { from, to, waiting: Buffer.alloc(0), hasEnded: false }
    this.#flows.push(flow)
    from.on('readable', () => undefined) // It is read as the line takes it.
    from.once('end', () => {
      flow.hasEnded = true
    })
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #step(): void {
    this.#allowance = Math.min(this.#allowance, 0) + (this.bytesPerSecond * STEP_MS) / 1000
    for (const flow of [...this.#flows]) {
      if (flow.waiting.length === 0) flow.waiting = flow.from.read() ?? flow.waiting
      if (flow.waiting.length === 0 && flow.hasEnded) this.#end(flow)
    }
    while (this.#allowance > 0) {
      const flow = this.#flows.find(({ waiting }) => waiting.length > 0)
      if (!flow) return
      // Behind the others, so that each has its turn.
      this.#flows.push(...this.#flows.splice(this.#flows.indexOf(flow), 1))
      this.#send(flow)
    }
  }

  #send(flow: Flow): void {
    const packet = flow.waiting.subarray(0, PACKET_BYTES)
    flow.waiting = flow.waiting.subarray(packet.length)
    this.#allowance -= packet.length
    this.carriedBytes += packet.length
    setTimeout(() => flow.to.writable && flow.to.write(packet), this.#delayMs)
    if (flow.waiting.length === 0) flow.waiting = flow.from.read() ?? flow.waiting
  }

  #end(flow: Flow): void {
    this.#flows.splice(this.#flows.indexOf(flow), 1)
    setTimeout(() => flow.to.destroy(), this.#delayMs)
  }
}

/** What a browser says first: how it would sign in, and where it wants to be connected, by an address of IPv4 or a name. */
async function greet(browser: Socket): Promise<{ host: string; port: number }> {
  await read(browser, (await read(browser, 2))[1] ?? 0)
  browser.write(NO_PASSWORD)
  const isName = (await read(browser, 4))[3] === 3
  const address = await read(browser, isName ? ((await read(browser, 1))[0] ?? 0) : 4)
  const port = (await read(browser, 2)).readUInt16BE()
  return { host: isName ? address.toString() : address.join('.'), port }
}

function read(socket: Socket, bytes: number): Promise<Buffer> {
  return new Promise(resolve => {
    const look = () => {
      const got: Buffer | null = socket.read(bytes)
      if (got === null) return
      socket.off('readable', look)
      resolve(got)
    }
    socket.on('readable', look)
    look()
  })
}
