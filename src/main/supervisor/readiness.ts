/** Asks, on a process's own host, whether it is ready, until it is. Tells, and decides nothing. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { OutputPattern, Readiness } from '../../shared/project.ts'
import { shellQuote } from '../../shared/shell-quote.ts'
import { run, type Transport } from '../hosts/transport.ts'
import { within } from '../within.ts'

export type ReadinessTarget = {
  readiness: Readiness
  transport: Transport
  /** Where a command of the probe stands, on the host. */
  workdir: string
  env: Readonly<Record<string, string>>
  /** Settles when a line of its output, from its beginning on, matches. */
  line(pattern: OutputPattern, signal: AbortSignal): Promise<void>
  signal: AbortSignal
  /** Not yet after as long as it may take; it is asked further. */
  late(reason: string): void
}

const HTTP_HEAD_BYTES = 1_024

/** Settles when it is ready. @throws when `signal` fires. */
export async function untilReady(target: ReadinessTarget): Promise<void> {
  const { readiness, signal } = target
  const { probe, timeoutMs, intervalMs } = readiness
  let last = ''
  const timer = setTimeout(
    () => target.late(`is not ready after ${Math.round(timeoutMs / 1000)} s${last && `: ${last}`}`),
    timeoutMs,
  )
  try {
    if (probe.kind === 'log') return await target.line(probe.pattern, signal)
    for (;;) {
      try {
        return await within(ask(target), Math.max(intervalMs, 1_000), () => Promise.reject(new Error('no answer')))
      } catch (error) {
        signal.throwIfAborted()
        last = error instanceof Error ? error.message : String(error)
      }
      await delay(intervalMs, undefined, { signal })
    }
  } finally {
    clearTimeout(timer)
  }
}

/** @throws {Error} why it is not ready. */
async function ask({ readiness: { probe }, transport, workdir, env, signal }: ReadinessTarget): Promise<void> {
  if (probe.kind === 'tcp') {
    const stream = await open(transport, { host: '127.0.0.1', port: probe.port })
    stream.destroy()
  } else if (probe.kind === 'http') await askHttp(transport, new URL(probe.url))
  else if (probe.kind === 'command') {
    const set = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`)
    const line = [`cd ${shellQuote(workdir)} || exit`, ...set, `exec sh -c ${shellQuote(probe.line)}`].join('\n')
    const { code, stderr } = await run(transport, line, { signal, maxBytes: 4_096 })
    if (code !== 0) throw new Error(stderr.trim().split('\n').at(-1) || `its command ended with ${code}`)
  }
}

/** Ready is what answers, with anything but an error of the server. */
async function askHttp(transport: Transport, url: URL): Promise<void> {
  const port = Number(url.port || 80)
  const stream = await open(transport, { host: url.hostname, port })
  try {
    stream.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`)
    let head = ''
    for await (const chunk of stream) {
      head += String(chunk)
      if (head.includes('\n') || head.length > HTTP_HEAD_BYTES) break
    }
    const [, code] = /^HTTP\/1\.[01] (\d{3})/.exec(head) ?? []
    if (code === undefined) throw new Error(`port ${port} does not speak HTTP`)
    if (Number(code) >= 400) throw new Error(`${url.pathname} answers ${code}`)
  } finally {
    stream.destroy()
  }
}

/** A stream that is connected. sshd says at once whether it could; a probe that asks for a byte would wait for a server that only listens. */
async function open(transport: Transport, place: { host: string; port: number }): Promise<Duplex> {
  if (transport.forward) return await transport.forward(place)
  const socket = connect(place)
  await once(socket, 'connect')
  socket.on('error', () => undefined) // It may be reset as soon as it was asked.
  return socket
}
