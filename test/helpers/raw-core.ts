/** A core's unix socket as a hostile program sees it: bytes, connections that stay open, and what the core keeps on its disk. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { exchange } from './api-server.ts'
import { within } from './wait.ts'

export type RawClient = {
  readonly socket: Socket
  /** All that came back so far, a character for each byte. */
  received(): string
  isClosed(): boolean
}

/** Connects and writes; nothing more happens unless the test does it. */
export function openRaw(path: string, bytes: string | Buffer = ''): RawClient {
  const socket = connect(path)
  let text = ''
  let isClosed = false
  socket.setEncoding('latin1').on('data', part => {
    text += part
  })
  socket.on('error', () => undefined) // `close` follows.
  socket.on('close', () => {
    isClosed = true
  })
  if (bytes.length > 0) socket.write(bytes)
  return { socket, received: () => text, isClosed: () => isClosed }
}

/** All that the core answers until it ends the connection. */
export function answerTo(path: string, bytes: string | Buffer): Promise<string> {
  return within(exchange(path, bytes), { timeoutMs: 60_000, what: 'the core to end the connection' })
}

/** A WebSocket's first request; the answer is 101. */
export const UPGRADE =
  'GET /ws HTTP/1.1\r\nHost: drover\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ZHJvdmVyZHJvdmVyZHJvdg==\r\n\r\n'

export type FrameOptions = { opcode?: number; isFinal?: boolean; isMasked?: boolean; claimedLength?: number; reserved?: number }

/** One WebSocket frame of a client, right unless told otherwise. The mask is zero, so its bytes are as given. */
export function clientFrame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = 1, isFinal = true, isMasked = true, reserved = 0 } = options
  const bytes = Buffer.from(payload)
  const length = options.claimedLength ?? bytes.length
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const head = Buffer.alloc(2 + extended + (isMasked ? 4 : 0))
  head[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  head[1] = (isMasked ? 0x80 : 0) | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) head.writeUInt16BE(length, 2)
  else if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, bytes])
}

/** Every row of every table. The core holds its database for itself, so a copy is read. */
export function databaseRows(databasePath: string): Record<string, unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rows-'))
  try {
    for (const end of ['', '-wal']) {
      if (existsSync(`${databasePath}${end}`)) copyFileSync(`${databasePath}${end}`, join(folder, `drover.db${end}`))
    }
    const database = new BetterSqlite3(join(folder, 'drover.db'))
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all()
    const rows = Object.fromEntries(tables.map(table => [table, database.prepare(`SELECT * FROM "${table}"`).all()]))
    database.close()
    return rows
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What the process has in memory that is its own. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}
