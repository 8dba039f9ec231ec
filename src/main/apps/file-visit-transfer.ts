/** The way of a file back from a host: beside its place, checked, and moved there by who decides; or kept beside, when both were changed. */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, link, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../shared/errors.ts'
import type { Live } from '../hosts/host-link.ts'

export type Receiving = { command: string /** The file's place. */; beside: string; hash: string; maxBytes: number }

/** Gives where it is now; null if what came is not what was told. The rights are those of the file in whose place it is to be. */
export async function receiveFile({ transport }: Live, { command, beside, hash, maxBytes }: Receiving): Promise<string | null> {
  const path = join(dirname(beside), `.${basename(beside).slice(0, 100)}.${randomUUID().slice(0, 8)}.tmp`)
  const channel = await transport.exec(command, { lane: 'stream' })
  channel.stdin.end()
  channel.stderr.resume()
  const digest = createHash('sha256')
  let bytes = 0
  async function* counted(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new AppError('HOST_ERROR', `What became of ${beside} on the host is too big to come back`)
      digest.update(chunk)
      yield chunk
    }
  }
  try {
    await pipeline(channel.stdout, counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
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
    const number = count === 1 ? '' : ` ${count}`
    const kept = join(dirname(path), `${basename(path, ending)} (${host} ${when}${number})${ending}`)
    try {
      await link(received, kept) // Never in the place of another, which a rename would be.
      return kept
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || count > 99) throw error
    }
  }
}
