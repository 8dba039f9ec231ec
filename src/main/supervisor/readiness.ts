/** Asks, on a process's own host, whether it is ready, until it is. Tells, and decides nothing. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { addAbortSignal, type Duplex } from 'node:stream'
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
/** How long one question may take. The next is asked when it has been answered, or is given up. */
const ATTEMPT_MS = 10_000
/** A command is ended on its host, which says so: how long that may be on its way. */
const ANSWER_MS = 2_000
/** Of timeout(1). */
const TIMED_OUT = 124

/** Settles when it is ready. @throws when `signal` fires. */
export async function untilReady(target: ReadinessTarget, attemptMs = ATTEMPT_MS): Promise<void> {
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
        return await attempt(target, attemptMs)
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

/** What was opened for it is closed with it. @throws {Error} why it is not ready. */
async function attempt(target: ReadinessTarget, ms: number): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([target.signal, over.signal])
  try {
    const patience = target.readiness.probe.kind === 'command' ? ms + ANSWER_MS : ms
    await within(ask({ ...target, signal }, ms), patience, () => {
      throw new Error('no answer')
    })
  } finally {
    over.abort()
  }
}

/** @throws {Error} why it is not ready. */
async function ask(target: ReadinessTarget, ms: number): Promise<void> {
  const { probe } = target.readiness
  if (probe.kind === 'tcp') await open(target, { host: '127.0.0.1', port: probe.port })
  else if (probe.kind === 'http') await askHttp(target, new URL(probe.url))
  else if (probe.kind === 'command') await askCommand(target, probe.line, ms)
}

/** Its variables may be secrets: they go in by its stdin, since anybody on the host may read an argument list. */
async function askCommand({ transport, workdir, env, signal }: ReadinessTarget, line: string, ms: number): Promise<void> {
  const seconds = Math.ceil(ms / 1_000)
  const input = [
    `cd ${shellQuote(workdir)} || exit`,
    ...Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`),
    // To close its channel ends nothing on a host.
    `! command -v timeout >/dev/null 2>&1 || set -- timeout ${seconds}`,
    `exec "$@" sh -c ${shellQuote(line)} </dev/null`,
  ].join('\n')
  const { code, stderr } = await run(transport, 'exec sh', { input, signal, maxBytes: 4_096 })
  if (code === TIMED_OUT) throw new Error(`its command did not end in ${seconds} s`)
  if (code !== 0) throw new Error(stderr.trim().split('\n').at(-1) || `its command ended with ${code}`)
}

/** Ready is what answers, with anything but an error of the server. */
async function askHttp(target: ReadinessTarget, url: URL): Promise<void> {
  const port = Number(url.port || 80)
  const stream = await open(target, { host: url.hostname, port })
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
async function open({ transport, signal }: ReadinessTarget, place: { host: string; port: number }): Promise<Duplex> {
  const stream = transport.forward ? await transport.forward(place) : connect(place)
  stream.on('error', () => undefined) // Who waits for it hears of that; it may be reset as soon as it was asked.
  addAbortSignal(signal, stream)
  if (!transport.forward) await once(stream, 'connect', { signal })
  return stream
}
