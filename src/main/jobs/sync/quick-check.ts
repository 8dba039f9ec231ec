/**
 * Which entries a host's copy lacks, when nobody knows how far a sync came that was broken off: for tar what rsync's quick check is
 * for rsync. Runs in a file worker, on what the host answered; a lying host harms its own copy only.
 *
 * Whole seconds are enough, for they need not tell one content from another. Who is asked about has not changed since the scan before
 * (manifest-diff.ts sees to that), so whatever was sent of it is right, and only a part must not be taken for the whole: of a part the
 * size is less, for tar writes a file from its beginning to its end, into a new one.
 */
import { AppError } from '../../../shared/errors.ts'
import { byteText, displayPath } from '../byte-path.ts'
import { textsOf } from './byte-rows.ts'
import { type Entry, openManifest } from './manifest.ts'
import { type PathList, PathListDraft } from './manifest-diff.ts'

export type QuickCheckInput = {
  manifest: Uint8Array
  /** Byte paths, each ended by NUL, in the manifest's order. */
  asked: Uint8Array
  /** `<type and mode, hexadecimal> <size> <seconds>` for each of them, as stat tells it; nothing at all from a host that cannot tell. */
  answer: Uint8Array
}

/** The most bytes a line of the answer may have. */
export const LINE_LIMIT_BYTES = 52

const LINE = /^([0-9a-f]{1,8}) (\d{1,20}) (-?\d{1,20})$/
const NOTHING = '0 0 0'
const REGULAR_FILE = 0o100000
const FOLDER = 0o040000
const NANOSECONDS = 1_000_000_000n

/** @throws {AppError} `PROTOCOL` if the answer is not one to what was asked. */
export async function quickCheck({ manifest, asked, answer }: QuickCheckInput): Promise<PathList> {
  const paths = [...textsOf(asked)]
  const lines = answer.length === 0 ? paths.map(() => NOTHING) : readLines(answer)
  if (lines.length !== paths.length) throw violation(`${lines.length} lines for ${paths.length} paths`)
  const missing = new PathListDraft()
  // Both are in the same order.
  const { entries } = openManifest(manifest)
  for (const [index, path] of paths.entries()) {
    let entry: Entry | undefined
    do entry = entries.next().value || undefined
    while (entry !== undefined && entry.path !== path)
    if (!entry) throw new TypeError(`The host was asked about what is not in the manifest: ${displayPath(path)}`)
    if (!isThere(entry, lines[index] ?? '')) missing.add(entry)
  }
  return missing.list()
}

function readLines(answer: Uint8Array): string[] {
  const lines = byteText(answer).split('\n')
  if (lines.pop() !== '') throw violation('its last line has no end')
  return lines
}

function isThere(entry: Entry, line: string): boolean {
  const [, mode, size, seconds] = LINE.exec(line) ?? []
  if (mode === undefined) throw violation(`"${displayPath(line.slice(0, 100))}" is no line of it`)
  if (entry.type === 'link') return false
  // One that is closed to its own user must be sent, to be opened for what comes into it and closed again.
  if (entry.type === 'dir') return mode === (FOLDER | entry.mode).toString(16) && (entry.mode & 0o700) === 0o700
  return (
    mode === (REGULAR_FILE | entry.mode).toString(16) &&
    size === String(entry.size) &&
    seconds === String(entry.mtimeNs / NANOSECONDS)
  )
}

function violation(what: string): AppError {
  return new AppError('PROTOCOL', `The host does not say what of a push it has already: ${what}`)
}
