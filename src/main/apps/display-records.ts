/**
 * What a new core needs to know of the processes that draw apps, which outlive it: a 0600 file for each, in a folder of ours (0700). Written
 * once the process is up, so that one that stands here was up; whether it still is, its mark tells.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
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
})
const DisplayRecord = z.discriminatedUnion('kind', [ClientRecord, MasterRecord])
export type ClientRecord = z.infer<typeof ClientRecord>
export type MasterRecord = z.infer<typeof MasterRecord>
export type DisplayRecord = z.infer<typeof DisplayRecord>

const MAX_RECORD_BYTES = 1024 * 1024

export class DisplayRecords {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Those that can be read; what is none of ours is left alone. */
  list(): DisplayRecord[] {
    return namesIn(this.#folder).flatMap(name => this.#read(join(this.#folder, name)) ?? [])
  }

  put(record: DisplayRecord): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#pathOf(record)
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  remove(record: DisplayRecord): void {
    rmSync(this.#pathOf(record), { force: true })
  }

  #pathOf({ kind, id }: DisplayRecord): string {
    return join(this.#folder, `${kind}-${id}.json`)
  }

  #read(path: string): DisplayRecord | null {
    try {
      const text = readFileSync(path, 'utf8')
      return text.length > MAX_RECORD_BYTES ? null : DisplayRecord.parse(JSON.parse(text))
    } catch {
      return null // Half written, or by another version: what it tells of ends by itself.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => name.endsWith('.json'))
  } catch {
    return [] // No app was ever launched.
  }
}
