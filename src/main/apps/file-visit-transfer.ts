/** The ways of a file to a host and back: there whole or not at all; here beside its place first, checked, and moved by who decides. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, type FileHandle, link, open, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../shared/errors.ts'
import type { Live } from '../hosts/host-link.ts'
import { beginningOf } from '../hosts/streams.ts'
import { hostFailure } from '../jobs/sync/transfer.ts'

export type Sending = { host: string; path: string; command: string }
export type Receiving = { id: string; command: string /** The file's place. */; beside: string; hash: string; maxBytes: number }

/** More than a hash and the longest path. */
const MAX_ANSWER_BYTES = 8_192
/** What a name may have on every file system. */
const MAX_NAME_BYTES = 255

/** Gives the hash of what was sent, and where it is there. @throws {AppError} `BAD_INPUT` if it cannot be read; what the host says. */
export async function sendFile({ transport }: Live, { host, path, command }: Sending): Promise<{ hash: string; there: string }> {
  const name = basename(path)
  const file = await open(path).catch((cause: Error) => {
    throw new AppError('BAD_INPUT', `${path} cannot be read (${cause.message})`, { cause })
  })
  const digest = createHash('sha256')
  try {
    const channel = await transport.exec(command, { lane: 'stream' })
    const answer = beginningOf(channel.stdout, MAX_ANSWER_BYTES)
    const complaint = beginningOf(channel.stderr, MAX_ANSWER_BYTES)
    await pipeline(chunksOf(file), countInto(digest), channel.stdin).catch((error: NodeJS.ErrnoException) => {
      // A host that took no more says why by how it ends.
      if (error.syscall === 'read') channel.close()
    })
    const failure = hostFailure(host, `taking ${name}`, { end: await channel.end, said: (await complaint).toString().trim() })
    if (failure) throw failure
    const hash = digest.digest('hex')
    const [told = '', ...rest] = (await answer).toString().replace(/\n$/, '').split('\n')
    const there = rest.join('\n')
    if (!/^[0-9a-f]{64}$/.test(told) || !there.startsWith('/'))
      throw new AppError('PROTOCOL', `${host} did not say where ${name} is`)
    if (told !== hash) throw new AppError('HOST_ERROR', `${name} did not come to ${host} whole. Try again`)
    return { hash, there }
  } finally {
    await file.close()
  }
}

/** Gives where it is now; null if what came is not what was told. The rights are those of the file in whose place it is to be. */
export async function receiveFile(
  { transport }: Live,
  { id, command, beside, hash, maxBytes }: Receiving,
): Promise<string | null> {
  // By its id: what a core that was killed left here is written anew by the next.
  const path = join(dirname(beside), `.drover-${id}.tmp`)
  await rm(path, { force: true })
  const channel = await transport.exec(command, { lane: 'stream' })
  channel.stdin.end()
  channel.stderr.resume()
  const digest = createHash('sha256')
  let bytes = 0
  async function* bounded(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new AppError('HOST_ERROR', `What became of ${beside} on the host is too big to come back`)
      yield chunk
    }
  }
  try {
    // On the disk before it takes the place of what is there: the host has no copy for long.
    const place = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
    await pipeline(channel.stdout, bounded, countInto(digest), place)
    const { code } = await channel.end
    if (code === 0 && digest.digest('hex') === hash) {
      const mode = (await stat(beside).catch(() => null))?.mode
      if (mode !== undefined) await chmod(path, mode & 0o777)
      return path
    }
  } catch (error) {
    channel.close()
    await rm(path, { force: true })
    throw error
  }
  await rm(path, { force: true })
  return null
}

/** Gives the name that it has now: `letter (box 2026-11-22 07.45).odt`, and a number where that is taken. */
export async function keepBeside(
  received: string,
  { path, host, at }: { path: string; host: string; at: number },
): Promise<string> {
  const ending = extname(path)
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ').replace(':', '.')
  for (let count = 1; ; count++) {
    const behind = ` (${host} ${when}${count === 1 ? '' : ` ${count}`})${ending}`
    const kept = join(dirname(path), cutTo(basename(path, ending), MAX_NAME_BYTES - Buffer.byteLength(behind)) + behind)
    try {
      await link(received, kept) // Never in the place of another, which a rename would be.
      return kept
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || count > 99) throw error
    }
  }
}

function cutTo(text: string, maxBytes: number): string {
  const letters = Array.from(text)
  while (letters.length > 0 && Buffer.byteLength(letters.join('')) > maxBytes) letters.pop()
  return letters.join('')
}

async function* chunksOf(file: FileHandle): AsyncIterable<Buffer> {
  for await (const chunk of file.createReadStream({ autoClose: false })) yield chunk as Buffer
}

function countInto(digest: { update(chunk: Buffer): unknown }) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      digest.update(chunk)
      yield chunk
    }
  }
}
