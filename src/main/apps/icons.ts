/**
 * The pictures of apps: asked of a host that has the app, and kept by their content under the cache folder. Of a host that cannot be asked
 * what was kept is given. Owns the folder `icons` there, and how big it may get.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Live } from '../hosts/host-link.ts'
import { run } from '../hosts/transport.ts'
import type { Log } from '../log.ts'
import { ensurePrivateFolder, replaceFile } from '../private-files.ts'
import type { AppTable } from '../store/app-table.ts'
import type { AppVariant } from './catalogue-merge.ts'
import { MAX_ICON_BYTES, type Picture, pictureOf } from './icon-picture.ts'

export type IconsOptions = {
  table: AppTable
  folder: string
  live(host: string): Live | null
  now(): number
  log: Log
}

/** For so long a host is not asked again. */
const FRESH_MS = 24 * 3_600_000
/** So that who asks for all sizes gets few pictures. */
const STEPS = [16, 24, 32, 48, 64, 96, 128, 192, 256, 512]
const ASK_MS = 15_000
const MOST_CACHE_BYTES = 64 * 1024 * 1024
/** Of a host at one time, so that a page full of icons leaves it room for its work. */
const AT_ONCE = 2

export class Icons {
  readonly #options: IconsOptions
  readonly #asking = new Map<string, Promise<Picture | null>>()
  readonly #queues = new Map<string, Promise<unknown>[]>()

  constructor(options: IconsOptions) {
    this.#options = options
  }

  /** Null if no host has a picture for it that may be shown. */
  async picture(variants: readonly AppVariant[], wanted: number): Promise<Picture | null> {
    const { live } = this.#options
    const size = stepOf(wanted)
    const withIcon = variants.filter(({ entry }) => entry.icon !== null)
    // One that can be asked first: it knows best, and the others only remember.
    for (const { host, entry } of withIcon.toSorted((a, b) => Number(live(b.host) !== null) - Number(live(a.host) !== null))) {
      const picture = await this.#ofHost(host, iconName(entry.icon ?? ''), size)
      if (picture) return picture
    }
    return null
  }

  async #ofHost(host: string, icon: string, size: number): Promise<Picture | null> {
    const { table, live, now } = this.#options
    const known = table.icon(host, icon, size)
    const kept = known?.hash ? this.#read(known.hash) : null
    const isFresh = known !== undefined && Math.abs(now() - known.lookedAt) < FRESH_MS
    const there = live(host)
    if (!there || (isFresh && (kept !== null || known.hash === null))) return kept
    const key = JSON.stringify([host, icon, size])
    const asking =
      this.#asking.get(key) ??
      this.#inTurn(host, () => this.#ask(there, { host, icon, size }))
        .catch(error => {
          this.#options.log.info('a host did not send an icon', { host, icon, error: String(error) })
          return kept
        })
        .finally(() => this.#asking.delete(key))
    this.#asking.set(key, asking)
    return await asking
  }

  async #ask(live: Live, { host, icon, size }: { host: string; icon: string; size: number }): Promise<Picture | null> {
    const command = live.agent.commands.appIcon(icon, size, MAX_ICON_BYTES)
    const signal = AbortSignal.timeout(ASK_MS)
    const { code, stdout } = await run(live.transport, command, { maxBytes: MAX_ICON_BYTES + 1, signal })
    if (code === null) throw new AppError('HOST_UNREACHABLE', `The connection to ${host} broke while it sent an icon`)
    const picture = code === 0 ? pictureOf(stdout) : null
    const hash = picture && this.#write(picture)
    this.#options.table.setIcon({ host, icon, size, hash, lookedAt: this.#options.now() })
    return picture
  }

  /** A file that was changed is no longer what it is called, and gone. */
  #read(hash: string): Picture | null {
    try {
      const bytes = readFileSync(join(this.#options.folder, hash))
      return sha256(bytes) === hash ? pictureOf(bytes) : null
    } catch {
      return null // A cache may be emptied at any time.
    }
  }

  #write({ bytes }: Picture): string {
    const { folder, now } = this.#options
    const hash = sha256(bytes)
    const path = join(folder, hash)
    ensurePrivateFolder(folder)
    if (statSync(path, { throwIfNoEntry: false })?.size === bytes.length) utimesSync(path, now() / 1000, now() / 1000)
    else {
      replaceFile(path, bytes)
      this.#makeRoom()
    }
    return hash
  }

  #makeRoom(): void {
    const { folder } = this.#options
    const files = readdirSync(folder)
      .flatMap(name => {
        const stat = statSync(join(folder, name), { throwIfNoEntry: false })
        return stat ? [{ name, bytes: stat.size, at: stat.mtimeMs }] : []
      })
      .toSorted((a, b) => b.at - a.at)
    let bytes = 0
    for (const file of files) {
      bytes += file.bytes
      if (bytes > MOST_CACHE_BYTES) rmSync(join(folder, file.name), { force: true })
    }
  }

  async #inTurn<T>(host: string, ask: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(host) ?? []
    this.#queues.set(host, queue)
    while (queue.length >= AT_ONCE) await Promise.race(queue)
    const asked = ask()
    const over = asked.then(
      () => undefined,
      () => undefined,
    )
    queue.push(over)
    void over.then(() => queue.splice(queue.indexOf(over), 1))
    return await asked
  }
}

/** The next that is as big. */
export function stepOf(size: number): number {
  return STEPS.find(step => step >= size) ?? 512
}

/** Some entries name the file, which the specification does not have. */
function iconName(icon: string): string {
  return icon.startsWith('/') ? icon : icon.replace(/\.(?:png|svg|xpm)$/, '')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
