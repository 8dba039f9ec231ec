/** Reads parts of a job's log from its host: so many bytes from a place on, without the rest. */
import type { ByteStream } from '../../../../shared/core-stream.ts'
import { core } from '../../../core.ts'

export type LogSource = {
  /** Of its beginning `droppedBytes` are kept no more. */
  size(): Promise<{ bytes: number; droppedBytes: number }>
  read(fromByte: number, mostBytes: number): Promise<Uint8Array>
  follow(fromByte: number): Promise<ByteStream>
}

export function logOf(job: string): LogSource {
  return {
    size: () => core.call('job.logSize', { job }),
    read: async (fromByte, mostBytes) => {
      if (mostBytes === 0) return new Uint8Array()
      const stream = await core.openLog({ job, fromByte, follow: false })
      return await firstBytes(stream, mostBytes)
    },
    follow: fromByte => core.openLog({ job, fromByte, follow: true }),
  }
}

/** Closes the stream when it has given enough. */
async function firstBytes(stream: ByteStream, most: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(most)
  let length = 0
  for await (const chunk of stream) {
    const part = chunk.subarray(0, most - length)
    bytes.set(part, length)
    length += part.length
    if (length === most) break
  }
  return bytes.subarray(0, length)
}

/** The last lines of a log, as text. */
export async function lastLogLines(job: string, count: number): Promise<string[]> {
  const log = logOf(job)
  const { bytes: size, droppedBytes } = await log.size()
  const from = Math.max(droppedBytes, size - count * 200)
  const text = new TextDecoder().decode(await log.read(from, size - from))
  const lines = text.replace(/\n$/, '').split('\n')
  // The first one may be cut.
  return (from > 0 && lines.length > 1 ? lines.slice(1) : lines).slice(-count)
}
