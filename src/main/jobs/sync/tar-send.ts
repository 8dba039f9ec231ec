/** Sends chosen entries of a folder into the host's copy as a tar stream: for a machine or a host without rsync. */
import { once } from 'node:events'
import type { Channel } from '../../hosts/transport.ts'
import type { FileWorkers } from './file-workers.ts'
import { lastLines } from './last-lines.ts'
import { cancelled, hostFailure, type Transfer, type TransferResult } from './transfer.ts'

export type TarTransfer = Transfer & {
  workers: FileWorkers
  /** Byte paths relative to the folder, each ended by NUL; in each list sorted. */
  lists: readonly Uint8Array[]
  totalBytes: number
}

/** @throws {AppError} `CANCELLED`, `DISK_FULL`, `HOST_UNREACHABLE`, `BAD_INPUT` naming what cannot be read, `HOST_ERROR`. */
export async function sendByTar(transfer: TarTransfer): Promise<TransferResult> {
  const { workers, transport, agent, folder, folderKey, lists, totalBytes, signal, onProgress, host } = transfer
  const startedAt = performance.now()
  const channel = await transport.exec(agent.commands.tarReceive(folderKey), { lane: 'stream', ...(signal && { signal }) })
  let sentBytes = 0
  try {
    const said = lastLines(channel.stderr)
    channel.stdin.on('error', () => undefined) // The channel's end tells why.
    channel.stdout.resume()
    const onChunk = async (bytes: Uint8Array) => {
      sentBytes += bytes.length
      await write(channel, bytes)
    }
    const { vanished } = await workers.run('pack', { folder, lists, totalBytes }, { signal, onProgress, onChunk })
    channel.stdin.end()
    const end = await channel.end
    if (signal?.aborted) throw cancelled()
    const failure = hostFailure(host, `receiving ${folder}`, { end, said: await said })
    if (failure) throw failure
    return { sentBytes, tookMs: performance.now() - startedAt, vanished: vanished > 0 }
  } catch (error) {
    throw signal?.aborted ? cancelled() : error
  } finally {
    channel.close()
  }
}

/** Waits until the host takes more. A host that ended early is no error here: how it ended is. */
async function write(channel: Channel, bytes: Uint8Array): Promise<void> {
  if (channel.stdin.writable && !channel.stdin.write(bytes)) await Promise.race([once(channel.stdin, 'drain'), channel.end])
}
