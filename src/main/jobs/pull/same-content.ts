/** Whether two paths hold the same, so that neither need take the other's place. Follows no link, and opens nothing but regular files. */
import { closeSync, constants, lstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { bytesOf } from '../byte-path.ts'

const CHUNK_BYTES = 1024 * 1024
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW

/** True for regular files with the same bytes, and for links with the same target. `one` and `other` are byte paths of what is there. */
export function isSameContent(one: string, other: string, checkCancelled: () => void): boolean {
  const [a, b] = [bytesOf(one), bytesOf(other)]
  const [left, right] = [lstatSync(a), lstatSync(b)]
  if (left.isSymbolicLink() && right.isSymbolicLink()) return readlinkSync(a, 'buffer').equals(readlinkSync(b, 'buffer'))
  if (!left.isFile() || !right.isFile() || left.size !== right.size) return false
  const files: number[] = []
  try {
    for (const path of [a, b]) files.push(openSync(path, READ_ONLY))
    return haveSameBytes(files, checkCancelled)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // What we may not read is not known to be the same.
    if (code === 'EACCES' || code === 'EPERM') return false
    throw error
  } finally {
    for (const file of files) closeSync(file)
  }
}

function haveSameBytes([a = -1, b = -1]: readonly number[], checkCancelled: () => void): boolean {
  const [left, right] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)]
  for (;;) {
    checkCancelled()
    const count = fill(a, left)
    if (fill(b, right) !== count || left.compare(right, 0, count, 0, count) !== 0) return false
    if (count < CHUNK_BYTES) return true
  }
}

/** Less than the buffer holds only at the file's end. */
function fill(file: number, buffer: Buffer): number {
  let count = 0
  while (count < buffer.length) {
    const read = readSync(file, buffer, count, buffer.length - count, null)
    if (read === 0) break
    count += read
  }
  return count
}
