/**
 * Brings a host's pristine copy of a folder up to what a scan found. Only what changed crosses the network; nothing at all does when
 * nothing changed. It may be cut off at any point, by a cancel, a lost host or the death of the core, and goes on from there next time.
 *
 * What makes that safe is the manifest that lies beside the copy: it always names everything that may be in it. So what has gone is
 * removed first, then the new manifest is laid there, and only then is anything sent. The stamp is empty from the first change to the
 * last, and says at the end which scan the copy holds.
 */
import type { SyncProgress } from '../../../shared/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Agent } from '../../hosts/agent.ts'
import { run, type Transport } from '../../hosts/transport.ts'
import type { FileWorkers } from './file-workers.ts'
import { folderKey as makeFolderKey } from './folder-key.ts'
import type { FolderLocks } from './folder-locks.ts'
import type { ManifestTotals } from './manifest.ts'
import { type CompareResult, MANIFEST_LIMIT_BYTES } from './manifest-compare.ts'
import type { PathList } from './manifest-diff.ts'
import { LINE_LIMIT_BYTES } from './quick-check.ts'
import { hasRsync, isRsyncUsable, sendByRsync } from './rsync.ts'
import { type FolderScan, scan } from './scan.ts'
import { sendByTar } from './tar-send.ts'
import { cancelled, hostFailure, type Transfer, type TransferResult } from './transfer.ts'

export type SyncOptions = {
  workers: FileWorkers
  locks: FolderLocks
  /** The host's name, for messages. */
  host: string
  transport: Transport
  agent: Agent
  /** Absolute. */
  folder: string
  /** Id of this computer. */
  owner: string
  /** As for a scan. */
  takesAll?: boolean
  /** What was found in the folder; without it the folder is scanned first. */
  scan?: FolderScan
  /** What the link to the host carried last time; a slow one is worth compressing for. */
  linkBytesPerSecond?: number | null
  signal?: AbortSignal | undefined
  onProgress?: ((progress: SyncProgress) => void) | undefined
  /** Runs while no other sync changes the copy: make what is needed of it here. */
  whileLocked?: (folderKey: string) => Promise<void>
  now?: () => number
}

export type SyncReport = ManifestTotals & {
  folderKey: string
  /** Bytes that went to the host; 0 if the copy was up to date. */
  sentBytes: number
  tookMs: number
  /** Of the link, where enough was sent to tell. */
  bytesPerSecond: number | null
  way: 'nothing' | 'rsync' | 'tar'
}

const SLOW_LINK_BYTES_PER_SECOND = 8 * 1024 * 1024
const TELLING_BYTES = 256 * 1024
/** A folder may change while it is sent: so often it is looked at again. Then it is taken as it is, and compared anew next time. */
const ROUNDS = 3
/** Of what a command on the host says when it fails. */
const SAID_LIMIT_BYTES = 64 * 1024

/**
 * @throws {AppError} what a scan throws, and `DISK_FULL`, `HOST_UNREACHABLE`, `HOST_ERROR`, `CANCELLED`.
 */
export async function syncFolder(options: SyncOptions): Promise<SyncReport> {
  const startedAt = performance.now()
  const { signal, locks, host, folder, owner, whileLocked } = options
  const folderKey = makeFolderKey(owner, folder)
  const first = options.scan ?? (await scan(options))
  return locks.hold(`${host} ${folderKey}`, signal, async () => {
    const sync = new FolderSync(options, folderKey)
    const report = await sync.run(first)
    await whileLocked?.(folderKey)
    return { ...report, folderKey, tookMs: performance.now() - startedAt }
  })
}

/** What may be in the copy, packed, and the stamp of what it holds if that is known. */
type Before = { manifest: Uint8Array | null; stamp: string | null }

class FolderSync {
  readonly #options: SyncOptions
  readonly #target: Transfer
  #sentBytes = 0
  /** Of the transfers alone, which tell how fast the link is. */
  #carriedBytes = 0
  #carriedMs = 0
  #way: SyncReport['way'] = 'nothing'
  #usesRsync = false

  constructor(options: SyncOptions, folderKey: string) {
    const { host, transport, agent, folder, signal, onProgress } = options
    this.#options = options
    this.#target = { host, transport, agent, folder, folderKey, signal, onProgress }
  }

  async run(first: FolderScan): Promise<Omit<SyncReport, 'folderKey' | 'tookMs'>> {
    const { agent, folderKey } = this.#target
    const { stamp } = await agent.folderStat(folderKey)
    if (stamp === first.manifest.stamp && !first.manifest.isRacy) return this.#report(first)
    this.#usesRsync = isRsyncUsable(agent.info.rsync) && (await hasRsync())
    let found = first
    let before = await this.#before(stamp)
    for (let round = 1; ; round += 1) {
      const diff = await this.#compare(before, found)
      const hasVanished = await this.#bring(diff, found)
      if (!hasVanished || round === ROUNDS) {
        await agent.setFolderStamp(folderKey, hasVanished ? `${found.manifest.stamp}-unsettled` : found.manifest.stamp)
        return this.#report(found)
      }
      before = { manifest: diff.manifest, stamp: null }
      found = await scan(this.#options)
    }
  }

  async #before(stamp: string | null): Promise<Before> {
    const { agent, transport, host, folderKey, signal, onProgress } = this.#target
    onProgress?.({ phase: 'comparing', filesDone: 0, filesTotal: null, bytesDone: 0, bytesTotal: null })
    const command = agent.commands.manifestSend(folderKey)
    const answer = await run(transport, command, { ...(signal && { signal }), maxBytes: MANIFEST_LIMIT_BYTES, lane: 'stream' })
    if (signal?.aborted) throw cancelled()
    const failure = hostFailure(host, 'telling what it holds', { end: answer, said: answer.stderr })
    if (failure) throw failure
    if (answer.stdout.length === 0 && stamp !== null) return this.#startAnew()
    return { manifest: answer.stdout.length === 0 ? null : answer.stdout, stamp }
  }

  /** Nobody knows what is in the copy: it goes. */
  async #startAnew(): Promise<Before> {
    await this.#target.agent.removeEntry('folder', this.#target.folderKey)
    return { manifest: null, stamp: null }
  }

  async #compare(before: Before, found: FolderScan): Promise<CompareResult> {
    const { workers, signal } = this.#options
    const compare = ({ manifest, stamp }: Before) => {
      const input = { before: manifest, stamp, after: found.manifest.bytes, replaces: !this.#usesRsync }
      return workers.run('compare', input, { signal })
    }
    try {
      return await compare(before)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'PROTOCOL') throw error
      return compare(await this.#startAnew())
    }
  }

  /** True if something vanished from the folder meanwhile. */
  async #bring(diff: CompareResult, found: FolderScan): Promise<boolean> {
    const { agent, folderKey } = this.#target
    await agent.setFolderStamp(folderKey, '')
    const { changed, doubtful, removed, removedCount } = diff
    if (removedCount > 0) {
      await this.#give({ command: agent.commands.removeFromFolder(folderKey), input: removed, doing: 'removing files' })
    }
    const command = agent.commands.manifestReceive(folderKey, diff.manifest.length)
    await this.#give({ command, input: diff.manifest, doing: 'noting what is sent' })
    if (changed.count + doubtful.count === 0) return false
    if (!this.#usesRsync) return this.#byTar(changed, doubtful.count > 0 ? await this.#missing(doubtful, found) : doubtful)
    const isDoubtfulGone = doubtful.count > 0 && (await this.#byRsync(doubtful, false))
    const isChangedGone = changed.count > 0 && (await this.#byRsync(changed, true))
    return isDoubtfulGone || isChangedGone
  }

  /** What is not in the copy of what a sync that was broken off may have sent. */
  async #missing(doubtful: PathList, found: FolderScan): Promise<PathList> {
    const { agent, folderKey } = this.#target
    const { workers, signal } = this.#options
    const asked = doubtful.paths
    const manifest = found.manifest.bytes
    const answer = await this.#give({
      command: agent.commands.lookIntoFolder(folderKey),
      input: asked,
      doing: 'looking for what it has already',
      answerBytes: doubtful.count * LINE_LIMIT_BYTES,
    })
    return workers.run('quick-check', { manifest, asked, answer }, { signal })
  }

  async #byRsync(list: PathList, comparesContent: boolean): Promise<boolean> {
    this.#way = 'rsync'
    const { linkBytesPerSecond } = this.#options
    const compresses = linkBytesPerSecond != null && linkBytesPerSecond < SLOW_LINK_BYTES_PER_SECOND
    return this.#carried(await sendByRsync({ ...this.#target, ...list, comparesContent, compresses }))
  }

  async #byTar(changed: PathList, missing: PathList): Promise<boolean> {
    if (changed.count + missing.count === 0) return false
    this.#way = 'tar'
    const { workers } = this.#options
    const lists = [changed.paths, missing.paths]
    const totalBytes = changed.totalBytes + missing.totalBytes
    return this.#carried(await sendByTar({ ...this.#target, workers, lists, totalBytes }))
  }

  #carried({ sentBytes, tookMs, vanished }: TransferResult): boolean {
    this.#sentBytes += sentBytes
    this.#carriedBytes += sentBytes
    this.#carriedMs += tookMs
    return vanished
  }

  /** Hands something to a command on the host that takes it, answers with about `answerBytes` at most, and ends. */
  async #give(gift: { command: string; input: Uint8Array; doing: string; answerBytes?: number }): Promise<Uint8Array> {
    const { transport, host, signal } = this.#target
    const { command, input, doing, answerBytes = 0 } = gift
    const maxBytes = SAID_LIMIT_BYTES + answerBytes
    const answer = await run(transport, command, { input, maxBytes, ...(signal && { signal }), lane: 'stream' })
    this.#sentBytes += input.length
    if (signal?.aborted) throw cancelled()
    const failure = hostFailure(host, doing, { end: answer, said: answer.stderr.trim() })
    if (failure) throw failure
    return answer.stdout
  }

  #report({ manifest }: FolderScan): Omit<SyncReport, 'folderKey' | 'tookMs'> {
    const { files, dirs, links, totalBytes } = manifest
    const bytesPerSecond = this.#carriedBytes < TELLING_BYTES ? null : (this.#carriedBytes / this.#carriedMs) * 1000
    return { files, dirs, links, totalBytes, sentBytes: this.#sentBytes, bytesPerSecond, way: this.#way }
  }
}
