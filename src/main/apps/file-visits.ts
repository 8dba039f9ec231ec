/**
 * Files of this computer that are opened by apps on hosts: each travels there, and what the app makes of it comes back, by its hash. If it
 * was changed on both sides both are kept, and it is told. Owns the files below `~/.drover/visits` of the hosts, until their job has ended.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Live } from '../hosts/host-link.ts'
import { run } from '../hosts/transport.ts'
import { hostFailure } from '../jobs/sync/transfer.ts'
import type { Log } from '../log.ts'
import type { FileVisit, VisitTable } from '../store/visit-table.ts'
import { keepBeside, receiveFile } from './file-visit-transfer.ts'

export type FileVisitsOptions = {
  table: VisitTable
  live(host: string): Live | null
  /** The job is known and has not ended. */
  isRunning(jobId: string): boolean
  returned(what: { host: string; path: string; keptAs: string | null }): void
  now(): number
  log: Log
}

const LOOK_EVERY_MS = 3_000
const MAX_FILE_BYTES = 512 * 1024 * 1024
const GONE = 4

export class FileVisits {
  readonly #options: FileVisitsOptions
  readonly #timer: NodeJS.Timeout
  /** Sent by a core that ended before it began their app. */
  readonly #orphans: ReadonlySet<string>
  readonly #looking = new Map<string, Promise<void>>()

  constructor(options: FileVisitsOptions) {
    this.#options = options
    const unbegun = options.table.list().filter(({ jobId }) => jobId === null)
    this.#orphans = new Set(unbegun.map(({ id }) => id))
    this.#timer = setInterval(() => this.#lookAtAll(), LOOK_EVERY_MS).unref()
  }

  /**
   * Brings the file to the host. Gives where it is there, and what `begin` or `giveUp` wants of it.
   *
   * @throws {AppError} `NOT_FOUND`, `BAD_INPUT` for what is no file or too big; whatever the host says.
   */
  async send(host: string, live: Live, path: string): Promise<{ id: string; remotePath: string }> {
    const found = await stat(path).catch(() => null)
    if (!found) throw new AppError('NOT_FOUND', `There is no file ${path}`)
    if (!found.isFile()) throw new AppError('BAD_INPUT', `${path} is no file. To have a folder on ${host}, push it`)
    if (found.size > MAX_FILE_BYTES)
      throw new AppError('BAD_INPUT', `${path} is too big to travel to ${host} for an app. Push its folder`)
    const id = randomUUID()
    const hash = await hashOf(path)
    const channel = await live.transport.exec(live.agent.commands.visit('in', id, basename(path)), { lane: 'stream' })
    channel.stderr.resume()
    const told: Buffer[] = []
    channel.stdout.on('data', (chunk: Buffer) => told.push(chunk))
    channel.stdin.on('error', () => undefined) // Its end tells.
    createReadStream(path)
      .on('error', () => channel.close())
      .pipe(channel.stdin)
    const failure = hostFailure(host, `taking ${basename(path)}`, { end: await channel.end, said: '' })
    if (failure) throw failure
    const remotePath = Buffer.concat(told).toString('utf8').replace(/\n$/, '')
    if (!remotePath.startsWith('/')) throw new AppError('PROTOCOL', `${host} did not say where ${basename(path)} is`)
    this.#options.table.put({ id, host, jobId: null, path, hash })
    return { id, remotePath }
  }

  /** The app of this job has the file open from now on. */
  begin(id: string, jobId: string): void {
    const visit = this.#find(id)
    if (visit) this.#options.table.put({ ...visit, jobId })
  }

  /** No app was begun with it. */
  giveUp(id: string): void {
    const visit = this.#find(id)
    if (visit) void this.#end(visit)
  }

  /** Brings back what is new of all files at hosts that can be asked; those whose job has ended go home for good. */
  async look(): Promise<void> {
    await Promise.all(this.#options.table.list().map(visit => this.#lookOnce(visit)))
  }

  /** What is there stays there: nobody can be asked for it any more. */
  hostGone(host: string): void {
    for (const visit of this.#options.table.list()) if (visit.host === host) this.#options.table.remove(visit.id)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #lookAtAll(): void {
    void this.look()
  }

  #find(id: string): FileVisit | undefined {
    return this.#options.table.list().find(visit => visit.id === id)
  }

  #lookOnce(visit: FileVisit): Promise<void> {
    const looking =
      this.#looking.get(visit.id) ??
      this.#lookAt(visit)
        .catch(error =>
          this.#options.log.warning('a file that is open on a host was not looked at', {
            host: visit.host,
            error: String(error),
          }),
        )
        .finally(() => this.#looking.delete(visit.id))
    this.#looking.set(visit.id, looking)
    return looking
  }

  async #lookAt(visit: FileVisit): Promise<void> {
    const { live: liveOf, isRunning } = this.#options
    const live = liveOf(visit.host)
    if (!live) return
    if (visit.jobId === null) return this.#orphans.has(visit.id) ? await this.#end(visit) : undefined
    // Before it is looked at: what the app writes last, it writes before it ends.
    const isOver = !isRunning(visit.jobId)
    const { code, stdout } = await run(live.transport, live.agent.commands.visit('hash', visit.id, basename(visit.path)))
    const hash = stdout.toString('latin1').trim()
    if (code === 0 && !/^[0-9a-f]{64}$/.test(hash)) throw new AppError('PROTOCOL', `${visit.host} told no hash of ${visit.path}`)
    if (code !== 0 && code !== GONE) throw new AppError('HOST_ERROR', `${visit.host} did not tell of ${visit.path}`)
    const now = code === 0 && hash !== visit.hash ? await this.#bringBack(visit, live, hash) : visit
    if (isOver) await this.#end(now)
  }

  /** The file here is replaced only if it is still what was sent, or what came back last. */
  async #bringBack(visit: FileVisit, live: Live, hash: string): Promise<FileVisit> {
    const { table, returned, now, log } = this.#options
    const { host, path } = visit
    const command = live.agent.commands.visit('out', visit.id, basename(path))
    const received = await receiveFile(live, { command, beside: path, hash, maxBytes: MAX_FILE_BYTES })
    // It was written to while it came: it will be another the next time.
    if (received === null) return visit
    try {
      const here = await hashOf(path).catch(() => null)
      const isFree = here === visit.hash
      const keptAs = isFree || here === hash ? null : await keepBeside(received, { path, host, at: now() })
      if (isFree) await rename(received, path)
      // Also of what was kept beside: only another change is news.
      const next = { ...visit, hash }
      table.put(next)
      log.info('a file came back', { host, path, keptAs })
      if (here !== hash) returned({ host, path, keptAs })
      return next
    } finally {
      await rm(received, { force: true })
    }
  }

  async #end(visit: FileVisit): Promise<void> {
    const live = this.#options.live(visit.host)
    if (!live) return
    await run(live.transport, live.agent.commands.visit('remove', visit.id, basename(visit.path)))
    this.#options.table.remove(visit.id)
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
