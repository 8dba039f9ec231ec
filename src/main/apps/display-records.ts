/**
 * What a new core needs to know of the processes that draw apps, which outlive it: a 0600 file for each, in a folder of ours (0700). Written
 * once the process is up, so that one that stands here was up; whether it still is, its mark tells.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ensurePrivateFolder, replaceFile } from '../private-files.ts'
import { ProcessMark } from './process-mark.ts'

const Path = z.string().startsWith('/').max(4095)
/** `waypipe client`: draws on one desktop what comes through its socket. */
const ClientRecord = z.strictObject({
  kind: z.literal('client'),
  id: z.string().regex(/^[0-9a-f]{8}$/),
  mark: ProcessMark,
  socketPath: Path,
  /** The desktop's own socket. */
  desktopSocket: Path,
  compression: z.string().max(20),
})
/** OpenSSH's connection to one host. */
const MasterRecord = z.strictObject({
  kind: z.literal('master'),
  id: z.string().regex(/^[0-9a-f]{8}$/),
  mark: ProcessMark,
  host: z.string().max(63),
  /** As the host was reached when it was made. */
  connection: z.string().max(512),
  controlPath: Path,
  /** What it forwards: a socket there to one here. */
  forwards: z.array(z.strictObject({ linkId: z.string().max(40), clientId: z.string().max(40), remoteSocket: Path })).max(1000),
  /** The same for sound: where a gate listens, if the host may play here. */
  sounds: z
    .array(z.strictObject({ gateId: z.string().max(40), socketPath: Path, serverPath: Path, remoteSocket: Path }))
    .max(1000)
    .default([]),
})
/** The gate through which apps of one host play on one desktop: see sound/. */
const GateRecord = z.strictObject({
  kind: z.literal('gate'),
  id: z.string().regex(/^[0-9a-f]{8}$/),
  mark: ProcessMark,
  host: z.string().max(63),
  masterId: z.string().max(40),
  socketPath: Path,
  /** The sound server's own socket. */
  serverPath: Path,
})
const DisplayRecord = z.discriminatedUnion('kind', [ClientRecord, MasterRecord, GateRecord])
export type ClientRecord = z.infer<typeof ClientRecord>
export type MasterRecord = z.infer<typeof MasterRecord>
export type GateRecord = z.infer<typeof GateRecord>
export type DisplayRecord = z.infer<typeof DisplayRecord>

const MAX_RECORD_BYTES = 1024 * 1024

/** Read once: nobody else writes there while this core runs. */
export class DisplayRecords {
  readonly #folder: string
  /** By their files' names. */
  readonly #records: Map<string, DisplayRecord>

  /** Those that can be read; what is none of ours is left alone. */
  constructor(folder: string) {
    this.#folder = folder
    this.#records = new Map(
      namesIn(folder).flatMap(name => {
        const record = read(join(folder, name))
        return record ? [[name, record]] : []
      }),
    )
  }

  list(): DisplayRecord[] {
    return [...this.#records.values()]
  }

  /** @throws {AppError} `DISK_FULL` or `BAD_CONFIG` if it cannot be written. */
  put(record: DisplayRecord): void {
    ensurePrivateFolder(this.#folder)
    replaceFile(join(this.#folder, fileOf(record)), JSON.stringify(record))
    this.#records.set(fileOf(record), record)
  }

  remove(record: DisplayRecord): void {
    rmSync(join(this.#folder, fileOf(record)), { force: true })
    this.#records.delete(fileOf(record))
  }
}

function fileOf({ kind, id }: DisplayRecord): string {
  return `${kind}-${id}.json`
}

function read(path: string): DisplayRecord | null {
  try {
    const text = readFileSync(path, 'utf8')
    return text.length > MAX_RECORD_BYTES ? null : DisplayRecord.parse(JSON.parse(text))
  } catch {
    return null // Half written, or by another version: what it tells of ends by itself.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => name.endsWith('.json'))
  } catch {
    return [] // No app was ever launched.
  }
}
