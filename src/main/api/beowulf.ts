/**
 * Answers clients of beowulf in place of its daemon: they ask for a host, and launch there by themselves. Who may connect is said by the
 * file system, as for our own socket.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { AppError, toErrorBody } from '../../shared/errors.ts'
import { ensurePrivateFolder } from '../private-files.ts'
import { answers } from '../socket-answers.ts'
import { BeowulfReader, type BeowulfRequest, parseBeowulfRequest } from './beowulf-messages.ts'
import { listenAt, type SocketFile } from './socket-file.ts'

export type BeowulfAnswers = {
  /** `host`: as ssh can reach it. @throws {AppError} `NO_HOST` with the reason of each host. */
  allocate(app: string): Promise<{ host: string; reason: string }>
  /** @throws {AppError} naming the host, or the process there, that is not. */
  report(report: Extract<BeowulfRequest, { cmd: 'report' }>): Promise<void>
}

/** A client that waits for the end of the stream gets it this long after its answer. */
const IDLE_MS = 1_000
/** Whoever connects and says nothing. */
const SILENT_MS = 15_000
const MAX_CONNECTIONS = 64

export class BeowulfSocket {
  readonly #path: string
  readonly #answers: BeowulfAnswers
  readonly #connections = new Set<Socket>()
  #listening: { server: Server; file: SocketFile } | undefined
  /** One after another: the config may change twice in a moment. */
  #changing: Promise<void> = Promise.resolve()

  constructor(path: string, answers: BeowulfAnswers) {
    this.#path = path
    this.#answers = answers
  }

  /** Listens if that is wanted, and else no longer. @throws {AppError} `CONFLICT` if somebody else answers there. */
  follow(isWanted: boolean): Promise<void> {
    const change = this.#changing.then(() => (isWanted ? this.#listen() : this.#close()))
    this.#changing = change.catch(() => undefined) // Told to whoever asked for it.
    return change
  }

  close(): Promise<void> {
    return this.follow(false)
  }

  async #listen(): Promise<void> {
    if (this.#listening && !this.#listening.file.isGone) return
    await this.#close()
    ensurePrivateFolder(dirname(this.#path))
    const isTaken = await answers(this.#path).then(
      () => true,
      () => false,
    )
    if (isTaken)
      throw new AppError(
        'CONFLICT',
        `Another program answers at ${this.#path}, perhaps beowulfd. Stop it, and save the config again`,
      )
    const server = createServer({ allowHalfOpen: true }, connection => this.#serve(connection))
    server.maxConnections = MAX_CONNECTIONS
    this.#listening = { server, file: await listenAt(server, this.#path) }
  }

  async #close(): Promise<void> {
    const listening = this.#listening
    if (!listening) return
    this.#listening = undefined
    listening.file.remove()
    const closed = new Promise<void>(resolve => listening.server.close(() => resolve()))
    for (const connection of this.#connections) connection.destroy()
    await closed
  }

  #serve(connection: Socket): void {
    const reader = new BeowulfReader()
    let answered = Promise.resolve()
    const answer = (text: string) => {
      answered = answered.then(async () => {
        const line = await this.#answer(text)
        if (!connection.writable) return
        connection.write(`${JSON.stringify(line)}\n`)
        connection.setTimeout(IDLE_MS)
      })
    }
    this.#connections.add(connection)
    connection.setEncoding('utf8')
    connection.setTimeout(SILENT_MS, () => connection.destroySoon())
    connection.on('data', (text: string) => {
      connection.setTimeout(SILENT_MS)
      try {
        for (const request of reader.push(text)) answer(request)
      } catch (error) {
        connection.write(`${JSON.stringify({ error: toErrorBody(error).message })}\n`)
        connection.destroySoon()
      }
    })
    connection.on('end', () => {
      const rest = reader.rest()
      if (rest.trim() !== '') answer(rest)
      void answered.then(() => connection.destroySoon())
    })
    connection.on('error', () => connection.destroy()) // The client went away; nobody is left to be told.
    connection.on('close', () => this.#connections.delete(connection))
  }

  async #answer(text: string): Promise<object> {
    try {
      const request = parseBeowulfRequest(text)
      if (request.cmd === 'allocate') return await this.#answers.allocate(request.app)
      await this.#answers.report(request)
      return { ok: true }
    } catch (error) {
      return { error: toErrorBody(error).message }
    }
  }
}
