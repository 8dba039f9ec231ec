/**
 * Folders that are dropped on a page in a browser, which can tell no path: names come first, the scan of every push decides what would be
 * sent, then the bytes of what is not here yet. The result is a staged folder on this machine, from which jobs are pushed as from any.
 *
 * A drop lives in memory, its files on the disk. When the page or the core goes away, the page begins anew; what has come is found.
 */
import { randomUUID } from 'node:crypto'
import { PassThrough, Readable, type Writable } from 'node:stream'
import type { DropDecision } from '../../../shared/contract.ts'
import { type DropEntry, dropNameProblem } from '../../../shared/drop.ts'
import { AppError } from '../../../shared/errors.ts'
import type { FileWorkers, TaskOptions } from '../sync/file-workers.ts'
import { FolderLocks } from '../sync/folder-locks.ts'
import type { TaskName, Tasks } from '../sync/worker-protocol.ts'
import type { DropDecideResult } from './drop-decide.ts'
import { DropNames } from './drop-names.ts'
import type { DropPlace } from './drop-place.ts'
import type { DropSettleResult } from './drop-settle.ts'
import type { DropShelf, SweepRequest, SweptDrop } from './drop-shelf.ts'
import type { DropWantedResult } from './drop-wanted.ts'

export type DropsOptions = {
  workers: FileWorkers
  shelf: DropShelf
  now(): number
  /** False while ages cannot be trusted: then nothing is removed but when somebody asks for it. */
  maySweep(): boolean
}
/** What a page writes to, in the form of shared/drop.ts. `output` says nothing, and ends with it. */
export type Upload = { input: Writable; output: Readable; end: Promise<void>; close(): void }

type Drop = {
  id: string
  place: DropPlace
  earlier: string | null
  names: DropNames
  /** Null while names may come. */
  packed: Uint8Array | null
  decided: DropDecideResult | null
  /** Null when it must be looked at anew: something may have come since. */
  wanted: DropWantedResult | null
  abort: AbortController
  /** By a clock that nobody can set. */
  usedAt: number
  /** Work for it that has not ended. */
  underWay: number
}

/** More than a person drops at once; of those beyond the one unused for longest is forgotten. */
const MAX_DROPS = 16
const IDLE_MS = 60 * 60_000
/** Of a folder that was dropped there is another one, where it came from. */
export const KEPT_DROPS_MS = 7 * 24 * 60 * 60_000
const EXPLAINED = 10_000
const WANTED_PAGE = 10_000

export class Drops {
  readonly #options: DropsOptions
  readonly #drops = new Map<string, Drop>()
  readonly #locks = new FolderLocks()

  constructor(options: DropsOptions) {
    this.#options = options
  }

  /** The same folder dropped again, in this page or another, puts an end to a drop that is under way. */
  async begin({ name, origin }: { name: string; origin: string }): Promise<{ dropId: string; folder: string }> {
    const problem = dropNameProblem(name)
    if (problem !== null) throw new AppError('BAD_INPUT', `The name of the folder ${problem}`)
    const { shelf } = this.#options
    const { place, earlier } = await shelf.prepare({ name, origin })
    for (const other of this.#drops.values()) if (other.place.key === place.key) this.#forget(other, DROPPED_AGAIN)
    const names = new DropNames(Buffer.byteLength(`${place.layout}/`))
    const drop: Drop = {
      id: randomUUID(),
      place,
      earlier,
      names,
      packed: null,
      decided: null,
      wanted: null,
      abort: new AbortController(),
      usedAt: performance.now(),
      underWay: 0,
    }
    this.#drops.set(drop.id, drop)
    const idle = [...this.#drops.values()].sort((one, other) => other.usedAt - one.usedAt).slice(MAX_DROPS)
    for (const one of idle) this.#forget(one, 'Too many folders were dropped since')
    if (await this.#alone(drop, () => shelf.clear(place))) return { dropId: drop.id, folder: place.folder }
    // The drop that it would have gone on with was at its end.
    this.#drops.delete(drop.id)
    return this.begin({ name, origin })
  }

  /** `from`: how many were told before; what is told twice counts once. */
  addNames(dropId: string, { from, entries }: { from: number; entries: readonly DropEntry[] }): void {
    const drop = this.#drop(dropId)
    if (drop.packed) throw new AppError('CONFLICT', 'All names of this drop were told already')
    if (from !== drop.names.count)
      throw new AppError('CONFLICT', `${drop.names.count} names of this drop are known, so the next cannot be number ${from}`)
    drop.names.add(entries)
  }

  /** @throws {AppError} what a scan throws, `DISK_FULL`, `CANCELLED`. */
  async decide(dropId: string): Promise<DropDecision> {
    const drop = this.#drop(dropId)
    drop.packed ??= drop.names.pack()
    const { layout, rules } = drop.place
    const input = { names: drop.packed, layout, rules, now: this.#options.now(), explain: EXPLAINED }
    drop.decided ??= await this.#run(drop, 'drop-decide', input)
    const { kept, keptBytes, files, skipped, isSkippedCut, warnings } = drop.decided
    const { indices, wantedBytes } = await this.#findWanted(drop)
    return {
      files: kept.length,
      bytes: keptBytes,
      ignoredFiles: files - kept.length,
      skipped,
      isSkippedCut,
      warnings,
      wantedFiles: indices.length,
      wantedBytes,
    }
  }

  /** A page of what is still to be sent: `[index, offset]`, from the `after`th on. */
  async listWanted(
    dropId: string,
    after: number,
  ): Promise<{ wanted: [number, number][]; next: number | null; wantedBytes: number }> {
    const drop = this.#drop(dropId)
    const { indices, offsets, wantedBytes } = (after > 0 && drop.wanted) || (await this.#findWanted(drop))
    const end = Math.min(indices.length, after + WANTED_PAGE)
    const wanted = Array.from(indices.subarray(after, end), (index, at): [number, number] => [index, offsets[after + at] ?? 0])
    return { wanted, next: end < indices.length ? end : null, wantedBytes }
  }

  /** Before the decision it takes the contents of rule files, after it those of the wanted ones. One at a time: the next waits. */
  openUpload(dropId: string): Upload {
    const drop = this.#drop(dropId)
    const input = new PassThrough()
    const output = new Readable({ read: () => undefined })
    const ended = this.#alone(drop, () => this.#receive(drop, input)).finally(() => {
      input.destroy()
      output.push(null)
    })
    ended.catch(() => undefined) // Whoever reads it to its end hears of it.
    return { input, output, end: ended, close: () => input.destroy() }
  }

  /** When all has come that would come. From here on jobs can be pushed from it. */
  async finish(dropId: string): Promise<DropSettleResult> {
    const drop = this.#drop(dropId)
    const { names, decided } = requireDecided(drop)
    const { kept, folders } = decided
    const result = await this.#alone(drop, async () => {
      const settled = await this.#work(drop, 'drop-settle', { names, kept, folders, folder: drop.place.folder })
      await this.#options.shelf.markWhole(drop.place)
      return settled
    })
    this.#drops.delete(dropId)
    // Nobody waits for it, and what it could not remove it finds the next time.
    if (this.#options.maySweep()) this.sweep({ olderThanMs: KEPT_DROPS_MS, dryRun: false }).catch(() => undefined)
    return result
  }

  /** What has come stays for the next time. One that is not known any more is cancelled enough. */
  cancel(dropId: string): void {
    const drop = this.#drops.get(dropId)
    if (drop) this.#forget(drop, 'It was cancelled')
  }

  /** Removes staged folders that nobody needs any more, or would. */
  sweep(request: SweepRequest): Promise<SweptDrop[]> {
    return this.#options.shelf.sweep({ ...request, isOpen: key => this.#isOpen(key) })
  }

  close(): void {
    for (const drop of this.#drops.values()) this.#forget(drop, 'The core is closing')
  }

  async #receive(drop: Drop, input: PassThrough): Promise<void> {
    const { parts, rules, folder } = drop.place
    const isRules = drop.decided === null
    if (isRules) drop.packed ??= drop.names.pack()
    const names = drop.packed ?? new Uint8Array()
    const wanted = isRules ? null : (drop.wanted ?? (await this.#lookForWanted(drop))).indices
    drop.wanted = null
    const target = isRules ? { parts: rules, folder: rules } : { parts, folder }
    await this.#work(drop, 'drop-receive', { names, wanted, ...target }, { feed: input })
  }

  async #findWanted(drop: Drop): Promise<DropWantedResult> {
    return this.#alone(drop, () => this.#lookForWanted(drop))
  }

  async #lookForWanted(drop: Drop): Promise<DropWantedResult> {
    const { names, decided } = requireDecided(drop)
    const { folder, parts } = drop.place
    drop.wanted = await this.#work(drop, 'drop-wanted', { names, kept: decided.kept, folder, parts, earlier: drop.earlier })
    return drop.wanted
  }

  #run<T extends TaskName>(drop: Drop, task: T, input: Tasks[T]['input']): Promise<Tasks[T]['result']> {
    return this.#alone(drop, () => this.#work(drop, task, input))
  }

  async #work<T extends TaskName>(drop: Drop, task: T, input: Tasks[T]['input'], options: TaskOptions = {}) {
    const { workers } = this.#options
    drop.usedAt = performance.now()
    drop.underWay += 1
    try {
      return await workers.run(task, input, { ...options, signal: drop.abort.signal })
    } catch (error) {
      throw drop.abort.signal.aborted ? drop.abort.signal.reason : error
    } finally {
      drop.usedAt = performance.now()
      drop.underWay -= 1
    }
  }

  /** One thing at a time is done in a place, whoever began it. */
  async #alone<T>(drop: Drop, work: () => Promise<T>): Promise<T> {
    const { signal } = drop.abort
    try {
      return await this.#locks.hold(drop.place.key, signal, work)
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
  }

  /** True while a page is sending it; one that was closed is not heard of again. */
  #isOpen(key: string): boolean {
    const isInUse = ({ underWay, usedAt }: Drop) => underWay > 0 || performance.now() - usedAt < IDLE_MS
    return [...this.#drops.values()].some(drop => drop.place.key === key && isInUse(drop))
  }

  #drop(dropId: string): Drop {
    const drop = this.#drops.get(dropId)
    if (!drop)
      throw new AppError(
        'NOT_FOUND',
        'The core does not know this drop any more. Drop the folder again: it goes on where it stopped',
      )
    drop.usedAt = performance.now()
    return drop
  }

  #forget(drop: Drop, why: string): void {
    this.#drops.delete(drop.id)
    drop.abort.abort(new AppError(why === DROPPED_AGAIN ? 'CONFLICT' : 'CANCELLED', why))
  }
}

const DROPPED_AGAIN = 'The same folder was dropped again, here or in another window: that one goes on'

function requireDecided({ packed, decided }: Drop): { names: Uint8Array; decided: DropDecideResult } {
  if (packed === null || decided === null) throw new AppError('CONFLICT', 'It is not decided yet what of this drop is sent')
  return { names: packed, decided }
}
