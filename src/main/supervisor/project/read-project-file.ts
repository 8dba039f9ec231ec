/** The one place where a project's files are read from the disk. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'

/** `bytes` is null for a file that is not there, and for one that `problem` says why it could not be read. */
export type FoundFile = { readonly file: string; readonly bytes: Uint8Array | null; readonly problem: string | null }

const MAX_BYTES = 1_000_000

export async function readProjectFile(folder: string, file: string): Promise<FoundFile> {
  const unread = (problem: string | null): FoundFile => ({ file, bytes: null, problem })
  try {
    // Not waiting for the writer of a FIFO.
    await using handle = await open(resolve(folder, file), constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await handle.stat()).isFile()) return unread('is not a regular file')
    const bytes = await buffer(handle.createReadStream({ end: MAX_BYTES, autoClose: false }))
    if (bytes.length > MAX_BYTES) return unread(`is bigger than ${MAX_BYTES / 1e6} MB`)
    return { file, bytes, problem: null }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return unread(null)
    return unread(`cannot be read: ${message}`)
  }
}
