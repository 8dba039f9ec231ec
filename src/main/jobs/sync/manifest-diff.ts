/**
 * Compares what a pristine copy may hold with what it shall hold: what must go, what must be sent, and how sure the times of each file
 * make us. Runs in a file worker.
 */
import { ByteRows, textsOf } from './byte-rows.ts'
import { type Entry, ManifestCopy, openManifest } from './manifest.ts'

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
  const { stamp, entries } = openManifest(input.after)
  const before = input.before ? openManifest(input.before).entries : null
  const changed = new PathListDraft()
  const doubtful = new PathListDraft()
  const removed: string[] = []
  const closed = new Map<string, Entry>()
  const manifest = new ManifestCopy(stamp)
  let old = next(before)
  for (const entry of entries) {
    // Both are sorted.
    for (; old && old.path < entry.path; old = next(before)) removed.push(old.path)
    const was = old?.path === entry.path ? old : null
    if (was) old = next(before)
    if (entry.type === 'dir' && (entry.mode & 0o700) !== 0o700) closed.set(entry.path, entry)
    const isProven = was !== null && isSame(was, entry) && !was.isRacy && (input.isComplete || !was.isUnproven)
    const wasFile = entry.type === 'file' && was?.type === 'file'
    if (!isProven) entry.isUnproven = wasFile && !input.replaces
    manifest.add(entry)
    if (isProven) {
      if (!input.isComplete) doubtful.add(entry)
      continue
    }
    if (was && (was.type !== entry.type || (wasFile && input.replaces))) removed.push(entry.path)
    // A sync that was cut off may have sent nothing of it yet: a file that was not there before needs no proof.
    if (input.isComplete || input.replaces || entry.isUnproven) changed.add(entry)
    else doubtful.add(entry)
  }
  for (; old; old = next(before)) removed.push(old.path)
  removed.sort().reverse()
  const touched = () => [...removed, ...textsOf(changed.list().paths), ...textsOf(doubtful.list().paths)]
  if (closed.size > 0) for (const folder of closedFolders(closed, touched())) changed.add(folder)
  return {
    removed: pathBytes(removed),
    removedCount: removed.length,
    changed: changed.list(),
    doubtful: doubtful.list(),
    manifest: manifest.bytes(),
  }
}

function next(entries: Generator<Entry> | null): Entry | null {
  return entries?.next().value ?? null
}

/**
 * The folders above `paths` that are closed to their own user. To change what is in them they are opened on the host, and must be
 * closed again: so they are sent too.
 */
function closedFolders(closed: ReadonlyMap<string, Entry>, paths: readonly string[]): Set<Entry> {
  const found = new Set<Entry>()
  const listed = new Set(paths)
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = closed.get(path.slice(0, end))
      if (folder && !listed.has(folder.path)) found.add(folder)
    }
  }
  return found
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

/** In the order in which they come. */
export class PathListDraft {
  readonly #rows = new ByteRows()
  #count = 0
  #totalBytes = 0

  add({ path, size }: Entry): void {
    this.#rows.add(`${path}\0`)
    this.#count += 1
    this.#totalBytes += size
  }

  list(): PathList {
    return { paths: this.#rows.bytes(), count: this.#count, totalBytes: this.#totalBytes }
  }
}

function pathBytes(paths: readonly string[]): Uint8Array<ArrayBuffer> {
  const rows = new ByteRows()
  for (const path of paths) rows.add(`${path}\0`)
  return rows.bytes()
}
