/**
 * What page and core must agree on when a folder is dropped on a browser: which names can be sent, which files hold rules, and how the
 * bytes of files stand in the stream of an upload.
 */

/** Entries of one call of `drop.names`. */
export const DROP_BATCH = 4_000
/** The characters of all paths in one batch: a message of the core's may have 1 MiB. */
export const DROP_BATCH_CHARACTERS = 100_000
/** What Linux takes as the name of a file, and as a path, less its end. */
const MAX_NAME_BYTES = 255
const MAX_PATH_BYTES = 4095

/** One entry: its path below the dropped folder, its size, and when it was changed in epoch milliseconds. A folder's path ends in `/`. */
export type DropEntry = readonly [path: string, size: number, changedAt: number]

/** Why a path of a dropped folder cannot be taken; null for one that can. */
export function dropPathProblem(path: string): string | null {
  const plain = path.endsWith('/') ? path.slice(0, -1) : path
  if (plain === '') return 'is empty'
  if (plain.includes('\0')) return 'has a NUL in it'
  if (!plain.isWellFormed()) return 'is not valid Unicode'
  if (plain.startsWith('/')) return 'is absolute'
  const names = plain.split('/')
  if (names.some(name => name === '' || name === '.' || name === '..')) return 'leads elsewhere'
  if (bytesIn(plain) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`
  if (names.some(name => bytesIn(name) > MAX_NAME_BYTES)) return `has a name of more than ${MAX_NAME_BYTES} bytes`
  if (names.includes('.git') && !isRuleFile(path)) return 'is in .git, which is not sent'
  return null
}

/** Why the dropped folder cannot have this name; null for one that it can have. */
export function dropNameProblem(name: string): string | null {
  return name.includes('/') ? 'is no name of a folder' : dropPathProblem(name)
}

/** Where a drop stands on the core's machine: below its caches, by a name of the folder's and one of its own. */
const DROPPED = /(\/drover\/drops\/[0-9a-f]{24})-[0-9a-f]{8}(\/[^/]+)$/

/** What a folder is known by from push to push: each drop of a folder stands in a place of its own, and they are one folder. */
export function lastingFolder(folder: string): string {
  return folder.replace(DROPPED, '$1$2')
}

export function isDropped(folder: string): boolean {
  return DROPPED.test(folder)
}

/** A folder as people are shown it: where a dropped one stands says nothing to them. */
export function folderText(folder: string): string {
  return isDropped(folder) ? `${folder.slice(folder.lastIndexOf('/') + 1)} (dropped)` : folder
}

/**
 * Where the results of a job from this folder are put, on the core's machine: into the folder; of a dropped one, which nobody looks into,
 * beside the core's database by the folder's name.
 */
export function resultsFolder(folder: string, databasePath: string): string {
  if (!isDropped(folder)) return folder
  return `${databasePath.slice(0, databasePath.lastIndexOf('/'))}/results/${folder.slice(folder.lastIndexOf('/') + 1)}`
}

/** What git is asked by: the contents of these are sent first, and of `.git` nothing else is. */
export function isRuleFile(path: string): boolean {
  return /(^|\/)\.gitignore$/.test(path)
    ? !/(^|\/)\.git\//.test(path)
    : /^(?:(?:(?!\.git\/)[^/]+\/)*)\.git\/(info\/exclude|index)$/.test(path)
}

/** In UTF-8. */
function bytesIn(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
  }
  return bytes
}

/** Stands in an upload before the bytes of a part of a file. `index`: of the file, in the order in which names were told. */
export type UploadHeader = { index: number; offset: number; length: number }

export const UPLOAD_HEADER_BYTES = 16
/** In place of a file's index: nothing follows. */
export const UPLOAD_END = 0xffffffff

export function encodeUploadHeader({ index, offset, length }: UploadHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(UPLOAD_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, index)
  view.setUint32(4, length)
  view.setFloat64(8, offset)
  return bytes
}

export function decodeUploadHeader(bytes: Uint8Array): UploadHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { index: view.getUint32(0), length: view.getUint32(4), offset: view.getFloat64(8) }
}
