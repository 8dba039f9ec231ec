/**
 * Compares what a pristine copy may hold with what it shall hold: what must go, what must be sent, and how sure the times of each file
 * make us. Runs in a file worker.
 */
import { ownBytes } from '../byte-path.ts'
import { type Entry, repackEntries, unpackManifest } from './manifest.ts'

export type DiffInput = {
  /** The manifest that lies with the copy: everything there is named in it. Null: the copy is empty. */
  before: Uint8Array | null
  after: Uint8Array
  /** The copy holds exactly what `before` says: the sync that wrote it came to its end. */
  isComplete: boolean
  /** A file that changed is removed before it is sent again, so that whatever lies in its place later has come from this sync. */
  replaces: boolean
}
export type DiffResult = {
  /** Byte paths to remove, each ended by NUL, what is in a folder before the folder. */
  removed: Uint8Array<ArrayBuffer>
  removedCount: number
  /** To be sent in any case: new, changed, or of which nothing proves that they are the same. */
  changed: PathList
  /** After a sync that was cut off: to be sent if size or time there differ. Who `replaces` finds here what is proven, nothing else. */
  doubtful: PathList
  /** `after`, to be laid beside the copy before anything is sent: it notes whose content is not proven until the sync has ended. */
  manifest: Uint8Array<ArrayBuffer>
}
/** Byte paths of files, folders and links, each ended by NUL. Sizes are of files only. */
export type PathList = { paths: Uint8Array<ArrayBuffer>; count: number; totalBytes: number }

/** @throws {AppError} `PROTOCOL` if `before` is damaged. */
export async function diffManifests(input: DiffInput): Promise<DiffResult> {
  const { stamp, entries } = unpackManifest(input.after)
  const before = new Map((input.before ? unpackManifest(input.before).entries : []).map(entry => [entry.path, entry]))
  const changed: Entry[] = []
  const doubtful: Entry[] = []
  const removed: string[] = []
  for (const entry of entries) {
    const old = before.get(entry.path)
    before.delete(entry.path)
    const isProven = old !== undefined && isSame(old, entry) && !old.isRacy && (input.isComplete || !old.isUnproven)
    if (isProven) {
      if (!input.isComplete) doubtful.push(entry)
      continue
    }
    const wasFile = entry.type === 'file' && old?.type === 'file'
    if (old && (old.type !== entry.type || (wasFile && input.replaces))) removed.push(entry.path)
    entry.isUnproven = wasFile && !input.replaces
    // A sync that was cut off may have sent nothing of it yet: a file that was not there before needs no proof.
    if (input.isComplete || input.replaces || entry.isUnproven) changed.push(entry)
    else doubtful.push(entry)
  }
  removed.push(...before.keys())
  removed.sort().reverse()
  changed.push(...closedFolders(entries, [...removed, ...changed.map(entry => entry.path), ...doubtful.map(entry => entry.path)]))
  return {
    removed: pathBytes(removed),
    removedCount: removed.length,
    changed: pathList(changed),
    doubtful: pathList(doubtful),
    manifest: repackEntries(entries, stamp),
  }
}

/**
 * The folders above `paths` that are closed to their own user. To change what is in them they are opened on the host, and must be
 * closed again: so they are sent too.
 */
function closedFolders(entries: readonly Entry[], paths: readonly string[]): Entry[] {
  const closed = new Map(
    entries.filter(entry => entry.type === 'dir' && (entry.mode & 0o700) !== 0o700).map(entry => [entry.path, entry]),
  )
  if (closed.size === 0) return []
  const found = new Set<Entry>()
  const listed = new Set(paths)
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = closed.get(path.slice(0, end))
      if (folder && !listed.has(folder.path)) found.add(folder)
    }
  }
  return [...found]
}

/** True if everything that can be known of an entry without reading it is the same. */
function isSame(old: Entry, entry: Entry): boolean {
  return (
    old.type === entry.type &&
    old.mode === entry.mode &&
    old.size === entry.size &&
    old.mtimeNs === entry.mtimeNs &&
    old.ctimeNs === entry.ctimeNs &&
    old.inode === entry.inode &&
    old.target === entry.target
  )
}

/** In the order of `entries`. */
export function pathList(entries: readonly Entry[]): PathList {
  const totalBytes = entries.reduce((sum, entry) => sum + entry.size, 0)
  return { paths: pathBytes(entries.map(entry => entry.path)), count: entries.length, totalBytes }
}

function pathBytes(paths: readonly string[]): Uint8Array<ArrayBuffer> {
  return ownBytes(paths.map(path => `${path}\0`).join(''))
}
