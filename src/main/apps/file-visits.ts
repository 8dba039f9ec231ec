/**
 * Files of this computer that are opened by apps on hosts: each travels there, and what the app makes of it comes back, by its hash. If it
 * was changed on both sides both are kept, and it is told. Owns the files below `~/.drover/visits` of the hosts, until their job has ended.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, rename, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Live } from '../hosts/host-link.ts'
import { run } from '../hosts/transport.ts'
import type { Log } from '../log.ts'
import type { FileVisit, VisitTable } from '../store/visit-table.ts'
import { keepBeside, receiveFile, sendFile } from './file-visit-transfer.ts'

export type FileVisitsOptions = {
  table: VisitTable
  live(host: string): Live | null
  /** The job is known and has not ended. */
  isRunning(jobId: string): boolean
  returned(what: { host: string; path: string; keptAs: string | null }): void
  /** Something of it stays on the host, and why. Told once. */
  stuck(what: { host: string; path: string; why: string }): void
  now(): number
  log: Log
}
/** `atMs`: when it is tried again, by a clock that nobody can set. */
type Failing = { times: number; atMs: number }

const LOOK_EVERY_MS = 3_000
const MOST_WAIT_MS = 5 * 60_000
/** A link that breaks fails once or twice. */
const TOLD_AFTER = 3
const MAX_FILE_BYTES = 512 * 1024 * 1024
/** What the agent ends with. */
const GONE = 4
const CHANGED = 5
const HAS_MORE = 6

export class FileVisits {
  readonly #options: FileVisitsOptions
  readonly #timer: NodeJS.Timeout
  /** On their way, or there, for an app that is about to be begun. */
  readonly #coming = new Set<string>()
  readonly #looking = new Map<string, Promise<void>>()
  readonly #failing = new Map<string, Failing>()

  constructor(options: FileVisitsOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#lookAtDue(), LOOK_EVERY_MS).unref()
  }

  /**
   * Brings the file to the host, for the app that the job of this id will be. Gives where it is there; `launched` is to be told of it.
   *
   * @throws {AppError} `NOT_FOUND`, `BAD_INPUT` for what is no file or too big; whatever the host says.
   */
  async send(host: string, live: Live, { path, jobId }: { path: string; jobId: string }): Promise<{ id: string; there: string }> {
    const found = await stat(path).catch(() => null)
    if (!found) throw new AppError('NOT_FOUND', `There is no file ${path}`)
    if (!found.isFile()) throw new AppError('BAD_INPUT', `${path} is no file. To have a folder on ${host}, push it`)
    if (found.size > MAX_FILE_BYTES)
      throw new AppError('BAD_INPUT', `${path} is too big to travel to ${host} for an app. Push its folder`)
    const id = randomUUID()
    this.#coming.add(id)
    try {
      const command = live.agent.commands.visitIn({ id, name: basename(path), jobId })
      const { hash, there } = await sendFile(live, { host, path, command })
      // Only what is there whole is known: of anything else the host's part would be taken for a change.
      this.#options.table.put({ id, host, jobId, path, hash })
      return { id, there }
    } catch (error) {
      this.#coming.delete(id)
      throw error
    }
  }

  /** The app with these files was begun, or will not be: from now on its job tells how long they stay. */
  launched(ids: readonly string[]): void {
    for (const id of ids) this.#coming.delete(id)
  }

  isVisiting(id: string): boolean {
    return this.#coming.has(id) || this.#options.table.list().some(visit => visit.id === id)
  }

  /** Brings back what is new of all files at hosts that can be asked; those whose job has ended go home for good. */
  async look(): Promise<void> {
    await this.#lookAll(this.#options.table.list())
  }

  /** What is there stays there: nobody can be asked for it any more. Of an app that has it open that is told. */
  hostGone(host: string): void {
    const { table, isRunning, stuck } = this.#options
    for (const visit of table.list()) {
      if (visit.host !== host) continue
      this.#forget(visit)
      const why = `${host} has left the config: what its app makes of it from now on stays there, below ~/.drover/visits`
      if (visit.jobId !== null && isRunning(visit.jobId)) stuck({ host, path: visit.path, why })
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #lookAtDue(): void {
    const now = performance.now()
    void this.#lookAll(this.#options.table.list().filter(({ id }) => (this.#failing.get(id)?.atMs ?? 0) <= now))
  }

  async #lookAll(visits: readonly FileVisit[]): Promise<void> {
    const open = visits.filter(({ id, host }) => !this.#coming.has(id) && this.#options.live(host) !== null)
    await Promise.all(open.map(visit => this.#lookOnce(visit)))
  }

  #lookOnce(visit: FileVisit): Promise<void> {
    const looking =
      this.#looking.get(visit.id) ??
      this.#lookAt(visit)
        .then(() => void this.#failing.delete(visit.id))
        .catch(error => this.#failed(visit, error))
        .finally(() => this.#looking.delete(visit.id))
    this.#looking.set(visit.id, looking)
    return looking
  }

  async #lookAt(visit: FileVisit): Promise<void> {
    const { live: liveOf, isRunning } = this.#options
    const { id, host, path, jobId } = visit
    const live = liveOf(host)
    if (!live) return
    // Before it is looked at: what the app writes last, it writes before it ends.
    const isOver = jobId === null || !isRunning(jobId)
    const { code, stdout } = await run(live.transport, live.agent.commands.visit('hash', { id, name: basename(path) }))
    const hash = stdout.toString('latin1').trim()
    if (code === 0 && !/^[0-9a-f]{64}$/.test(hash)) throw new AppError('PROTOCOL', `${host} told no hash of ${path}`)
    if (code !== 0 && code !== GONE) throw new AppError('HOST_ERROR', `${host} did not tell of ${path}`)
    const now = code === 0 && hash !== visit.hash ? await this.#bringBack(visit, live, hash) : visit
    if (isOver) await this.#end(now, live)
  }

  /** The file here is replaced only if it is still what was sent, or what came back last. */
  async #bringBack(visit: FileVisit, live: Live, hash: string): Promise<FileVisit> {
    const { table, returned, now, log } = this.#options
    const { id, host, path } = visit
    // A link of this computer stays one.
    const place = await realpath(path).catch(() => path)
    const command = live.agent.commands.visit('out', { id, name: basename(path) })
    const received = await receiveFile(live, { id, command, beside: place, hash, maxBytes: MAX_FILE_BYTES })
    // It was written to while it came: it will be another the next time.
    if (received === null) return visit
    try {
      const here = await hashOf(place).catch(() => null)
      const isFree = here === visit.hash
      const keptAs = isFree || here === hash ? null : await keepBeside(received, { path: place, host, at: now() })
      if (isFree) await rename(received, place)
      // Also of what was kept beside: only another change is news.
      const next = { ...visit, hash }
      table.put(next)
      log.info('a file came back', { host, path, keptAs })
      if (here !== hash) returned({ host, path, keptAs })
      await run(live.transport, live.agent.commands.visitKnown('same', { id, name: basename(path), hash }))
      return next
    } finally {
      await rm(received, { force: true })
    }
  }

  async #end(visit: FileVisit, live: Live): Promise<void> {
    const { id, host, path, hash } = visit
    const { code } = await run(live.transport, live.agent.commands.visitKnown('remove', { id, name: basename(path), hash }))
    if (code === CHANGED) return
    if (code !== 0 && code !== HAS_MORE) throw new AppError('HOST_ERROR', `${host} did not remove its copy of ${path}`)
    this.#forget(visit)
    if (code === HAS_MORE) {
      const folder = `${live.agent.info.root}/visits/${id}`
      this.#options.stuck({ host, path, why: `The app has saved other files beside it. They stay on ${host}, in ${folder}` })
    }
  }

  #failed({ id, host, path }: FileVisit, error: Error): void {
    const times = (this.#failing.get(id)?.times ?? 0) + 1
    this.#failing.set(id, { times, atMs: performance.now() + Math.min(LOOK_EVERY_MS * 2 ** times, MOST_WAIT_MS) })
    const { log, stuck } = this.#options
    log.warning('a file that is open on a host was not looked at', { host, times, error: String(error) })
    if (times === TOLD_AFTER)
      stuck({ host, path, why: `What the app on ${host} makes of it does not come back (${error.message}). It is tried again` })
  }

  #forget({ id }: FileVisit): void {
    this.#options.table.remove(id)
    this.#failing.delete(id)
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
