/**
 * A network between the product and a host, which a test can count on, slow down, make swallow everything, or cut: a relay on loopback in
 * front of a real sshd. It lives in the test's own process, so while it stands still both ends see what they would see of a dead line.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Sshd } from './sshd.ts'
import { waitFor } from './wait.ts'

export type Network = {
  /** The host as it is seen through this network: for `openProduct`. */
  readonly host: Sshd
  /** Bytes that went to the host so far. */
  readonly sentBytes: number
  /** Bytes a second to the host, over all connections; Infinity by default. */
  setSpeed(bytesPerSecond: number): void
  /** Nothing goes either way any more, and no connection is answered; nobody is told. */
  freeze(): void
  thaw(): void
  /** Ends every connection at once. */
  cut(): void
  /** Settles when so many bytes have gone to the host since `from`. */
  sent(bytes: number, from?: number): Promise<void>
  close(): Promise<void>
}

/** Small steps, so that a slow line is slow evenly. */
const STEP_MS = 20

export async function openNetwork(sshd: Sshd): Promise<Network> {
  const pairs = new Set<[Socket, Socket]>()
  let sentBytes = 0
  let speed = Number.POSITIVE_INFINITY
  let isFrozen = false
  let allowance = 0
  const queue: { bytes: Buffer; to: Socket; resume: () => void }[] = []

  const pass = () => {
    while (!isFrozen && allowance > 0 && queue.length > 0) {
      const next = queue.shift()
      if (!next) return
      allowance -= next.bytes.length
      sentBytes += next.bytes.length
      next.to.write(next.bytes, next.resume)
    }
  }
  const timer = setInterval(() => {
    allowance = Math.min(allowance, 0) + (speed * STEP_MS) / 1000
    pass()
  }, STEP_MS)

  const server = createServer(client => {
    const upstream = connect(sshd.port, sshd.address)
    const pair: [Socket, Socket] = [client, upstream]
    pairs.add(pair)
    if (isFrozen) for (const socket of pair) socket.pause()
    client.on('data', bytes => {
      client.pause()
      queue.push({ bytes, to: upstream, resume: () => isFrozen || client.resume() })
      if (speed === Number.POSITIVE_INFINITY) {
        allowance = speed
        pass()
      }
    })
    upstream.on('data', bytes => {
      if (client.write(bytes)) return
      upstream.pause()
      client.once('drain', () => isFrozen || upstream.resume())
    })
    for (const [socket, other] of [pair, [upstream, client] as const]) {
      socket.on('error', () => undefined) // Its close tells the other side.
      socket.on('end', () => other.end())
      socket.on('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, sshd.address, resolve))
  const { port } = server.address() as AddressInfo

  const network: Network = {
    host: {
      ...sshd,
      port,
      connection: `${sshd.user}@${sshd.address}:${port}`,
      knownHosts: () => sshd.hostKeys.map(key => `[${sshd.address}]:${port} ${key.publicKey}\n`).join(''),
    },
    get sentBytes() {
      return sentBytes
    },
    setSpeed: bytesPerSecond => {
      speed = bytesPerSecond
      allowance = Math.min(allowance, speed)
    },
    freeze: () => {
      isFrozen = true
      for (const pair of pairs) for (const socket of pair) socket.pause()
    },
    thaw: () => {
      isFrozen = false
      for (const pair of pairs) for (const socket of pair) socket.resume()
      pass()
    },
    cut: () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy()
    },
    sent: async (bytes, from = 0) => {
      await waitFor(() => sentBytes - from >= bytes, { timeoutMs: 60_000, what: `${bytes} bytes to be sent` })
    },
    close: async () => {
      clearInterval(timer)
      network.cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return network
}
