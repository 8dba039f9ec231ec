/**
 * Brings a dropped folder to the core: names, rules, decision, then the files the core wants. A lost link or a killed core is waited for,
 * and it goes on from where it was; a file that changes under it is sent again as it is then; one that vanishes is told by name.
 */
import type { Call, DropDecision, DropEnd } from '../../shared/contract.ts'
import type { InputStream } from '../../shared/core-stream.ts'
import { type DropEntry, isRuleFile } from '../../shared/drop.ts'
import { AppError } from '../../shared/errors.ts'
import { batchesOf } from './batches.ts'
import type { DropSource } from './drop-source.ts'
import { uploadFiles, type WantedFile } from './upload-files.ts'

export type DropCore = { call: Call; openUpload(dropId: string): Promise<InputStream> }
export type DropStep =
  | { kind: 'listing'; entries: number }
  | { kind: 'deciding'; entries: number }
  /** `bytes` and `files` of those that are to come. */
  | { kind: 'uploading'; bytes: number; ofBytes: number; files: number; ofFiles: number }
  | { kind: 'settling' }
  | { kind: 'waiting' }
export type SendDropOptions = {
  core: DropCore
  source: DropSource
  signal: AbortSignal
  onStep(step: DropStep): void
  /** Told where it will be on the core's machine; again when it had to begin anew. */
  onBegun(folder: string): void
  /** Told once the core has decided; again when it had to decide anew. */
  onDecision(decision: DropDecision): void
  /** Settles when the core can be asked again. */
  reconnected(signal: AbortSignal): Promise<void>
}
export type SentDrop = DropEnd & {
  folder: string
  /** What the browser could not read. */
  lost: string[]
}

/** A file that changes each time we look is told as missing. */
const ROUNDS = 3

export async function sendDrop(options: SendDropOptions): Promise<SentDrop> {
  const sending = new Sending(options)
  try {
    for (let round = 1; ; ) {
      try {
        const end = await sending.attempt(round === ROUNDS)
        if (end) return { ...end, lost: sending.lost }
        round += 1
      } catch (error) {
        options.signal.throwIfAborted()
        if (!isLost(error)) throw error
        options.onStep({ kind: 'waiting' })
        await options.reconnected(options.signal)
      }
    }
  } catch (error) {
    await sending.cancel()
    throw options.signal.aborted ? new AppError('CANCELLED', 'It was cancelled') : error
  }
}

class Sending {
  readonly lost: string[] = []
  readonly #options: SendDropOptions
  /** Null until they were all listed once. */
  #entries: DropEntry[] | null = null
  #begun: { dropId: string; folder: string; isDecided: boolean } | null = null

  constructor(options: SendDropOptions) {
    this.#options = options
  }

  /** Null if files changed under it: they are to be told anew, and all of it looked at again. */
  async attempt(isLast: boolean): Promise<(DropEnd & { folder: string }) | null> {
    const { core, onStep } = this.#options
    const known = await this.#known()
    const { dropId, folder } = known ?? (await this.#begin())
    if (!known) await this.#decide({ dropId, folder })
    const hasChanged = await this.#upload(dropId)
    if (hasChanged && !isLast) {
      this.#begun = null
      return null
    }
    onStep({ kind: 'settling' })
    return { folder, ...(await core.call('drop.finish', { dropId })) }
  }

  /** Nobody waits for it any more. */
  async cancel(): Promise<void> {
    const { core } = this.#options
    // A core that cannot be asked knows nothing of it when it is back.
    if (this.#begun) await core.call('drop.cancel', { dropId: this.#begun.dropId }).catch(() => undefined)
  }

  /** The drop as the core has it still, where only the link was lost. */
  async #known(): Promise<{ dropId: string; folder: string } | null> {
    if (!this.#begun?.isDecided) return null
    try {
      await this.#options.core.call('drop.wanted', { dropId: this.#begun.dropId })
      return this.#begun
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  async #begin(): Promise<{ dropId: string; folder: string }> {
    const { core, source, signal, onStep, onBegun } = this.#options
    const { name, origin } = source
    const begun = await core.call('drop.begin', { name, origin })
    this.#begun = { ...begun, isDecided: false }
    onBegun(begun.folder)
    const told: DropEntry[] = []
    // What is listed again is told of again.
    if (this.#entries === null) this.lost.length = 0
    for await (const batch of this.#entries === null ? source.entries(path => this.lost.push(path)) : batchesOf(this.#entries)) {
      signal.throwIfAborted()
      await core.call('drop.names', { dropId: begun.dropId, from: told.length, entries: batch.map(([...entry]) => entry) })
      for (const entry of batch) told.push(entry)
      onStep({ kind: 'listing', entries: told.length })
    }
    this.#entries = told
    return begun
  }

  async #decide({ dropId, folder }: { dropId: string; folder: string }): Promise<void> {
    const { core, signal, onStep, onDecision } = this.#options
    const entries = this.#entries ?? []
    onStep({ kind: 'deciding', entries: entries.length })
    const rules = entries.flatMap(([path], index) => (isRuleFile(path) ? [{ index, offset: 0 }] : []))
    if (rules.length > 0) await this.#send(dropId, rules, () => undefined)
    signal.throwIfAborted()
    const decision = await core.call('drop.decide', { dropId })
    this.#begun = { dropId, folder, isDecided: true }
    onDecision(decision)
  }

  /** True if any file was not what was told of it. */
  async #upload(dropId: string): Promise<boolean> {
    const { core, signal, onStep } = this.#options
    const wanted: WantedFile[] = []
    let ofBytes = 0
    for (let after: number | null = 0; after !== null; ) {
      signal.throwIfAborted()
      const page: Awaited<ReturnType<typeof core.call<'drop.wanted'>>> = await core.call('drop.wanted', { dropId, after })
      for (const [index, offset] of page.wanted) wanted.push({ index, offset })
      ofBytes = page.wantedBytes
      after = page.next
    }
    if (wanted.length === 0) return false
    let bytes = 0
    let files = 0
    return this.#send(dropId, wanted, progress => {
      bytes += progress.bytes
      files += progress.files
      onStep({ kind: 'uploading', bytes, ofBytes, files, ofFiles: wanted.length })
    })
  }

  async #send(
    dropId: string,
    files: readonly WantedFile[],
    onSent: (sent: { bytes: number; files: number }) => void,
  ): Promise<boolean> {
    const { core, source, signal } = this.#options
    const stream = await core.openUpload(dropId)
    const close = () => stream.close()
    signal.addEventListener('abort', close, { once: true })
    try {
      const changed = await uploadFiles({ stream, source, entries: this.#entries ?? [], files, signal, onSent })
      this.#note(changed)
      return changed.length > 0
    } finally {
      signal.removeEventListener('abort', close)
      stream.close()
    }
  }

  /** `now` null: it is gone. */
  #note(changed: readonly { index: number; now: DropEntry | null }[]): void {
    const entries = this.#entries ?? []
    const gone = new Set<number>()
    for (const { index, now } of changed) {
      if (now) entries[index] = now
      else {
        gone.add(index)
        const path = entries[index]?.[0]
        if (path !== undefined) this.lost.push(path)
      }
    }
    if (gone.size > 0) this.#entries = entries.filter((_, index) => !gone.has(index))
  }
}

function isLost(error: unknown): boolean {
  return error instanceof AppError && error.code === 'CORE_UNREACHABLE'
}
