/** The real API server on a real socket, over methods and streams that a test makes by hand. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { onTestFinished } from 'vitest'
import { EventBus } from '../../src/main/api/events.ts'
import type { ServerLimits } from '../../src/main/api/http-server.ts'
import { ApiServer } from '../../src/main/api/server.ts'
import type { StreamSource, TerminalSource } from '../../src/main/api/streams.ts'
import type { Methods, Role } from '../../src/shared/contract.ts'
import { AppError } from '../../src/shared/errors.ts'
import { resolvePaths } from '../../src/shared/paths.ts'
import { byteSource } from './byte-source.ts'
import { temporaryFolder } from './temporary-folder.ts'

export { byteSource }

export type ApiServerOptions = {
  methods?: Partial<Methods>
  streams?: Partial<StreamSource>
  role?: Role
  bus?: EventBus
  limits?: Partial<ServerLimits>
  /** The home of a server that was there before: this one takes its place. */
  home?: string
}
export type RunningApi = {
  readonly server: ApiServer
  readonly bus: EventBus
  readonly home: string
  readonly socketPath: string
  /** What a command line needs to find this server. */
  readonly env: { HOME: string; PATH: string }
  readonly errors: unknown[]
}

export async function startApi(options: ApiServerOptions = {}): Promise<RunningApi> {
  const home = options.home ?? temporaryFolder()
  const socketPath = join(home, 'run/core.sock')
  const bus = options.bus ?? new EventBus()
  const errors: unknown[] = []
  const server = new ApiServer(
    {
      methods: { ...options.methods } as Methods,
      principal: { role: options.role ?? 'owner' },
      bus,
      streams: { openLog: nothingThere, openTerminal: nothingThere, openUpload: noDrop, openOutput: noDrop, ...options.streams },
      reportError: error => errors.push(error),
    },
    options.limits,
  )
  await server.listen(socketPath)
  onTestFinished(() => server.close())
  const { socketPathFile } = resolvePaths({ HOME: home }, { home, temporaryFolder: tmpdir(), userId: 0 })
  mkdirSync(dirname(socketPathFile), { recursive: true })
  writeFileSync(socketPathFile, `${socketPath}\n`)
  return { server, bus, home, socketPath, env: { HOME: home, PATH: process.env.PATH ?? '' }, errors }
}

const noDrop = () => {
  throw new AppError('NOT_FOUND', 'There is no such drop')
}
const nothingThere = () => Promise.reject(new AppError('NOT_FOUND', 'There is no such job'))

/** A terminal that shows what is typed on it, until it is closed or gets Ctrl+D. */
export function echoTerminal(): TerminalSource & { sizes: { columns: number; rows: number }[] } {
  // Copies: what is typed stands in the server's own memory, and what is shown is let go of.
  const pipe = new Transform({ transform: (chunk, _encoding, done) => done(null, Buffer.from(chunk)) })
  const sizes: { columns: number; rows: number }[] = []
  pipe.on('data', chunk => {
    if (chunk.includes(4)) pipe.end()
  })
  return { ...byteSource(pipe), input: pipe, sizes, resize: size => sizes.push(size) }
}

/** Writes raw bytes to the socket and gives all that comes back until the server closes. */
export function exchange(socketPath: string, ...parts: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    let answer = ''
    socket.setEncoding('latin1').on('data', text => {
      answer += text
    })
    socket.on('error', reject).on('close', () => resolve(answer))
    for (const part of parts) socket.write(part)
  })
}

/** The bytes of one HTTP request with a JSON body. */
export function request(path: string, body: string | Buffer, headers: Record<string, string> = {}): Buffer {
  const bytes = Buffer.from(body)
  const all: Record<string, string> = {
    Host: 'drover',
    'Content-Type': 'application/json',
    'Content-Length': String(bytes.length),
    Connection: 'close',
    ...headers,
  }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n`), bytes])
}

/** Status and error code of an answer. */
export function outcome(answer: string): { status: number; code: string | undefined; message: string } {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])
  const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { code?: string; message?: string } | null
  return { status, code: body?.code, message: body?.message ?? '' }
}
