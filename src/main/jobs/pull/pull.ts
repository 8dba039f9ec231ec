/**
 * Brings results back from a job's workdir: the host's tar stream goes through a file worker into a staging folder beside the
 * destination, and from there to its place when the host has said that it was all. A cancel or an error leaves nothing behind.
 */
import { AppError } from '../../../shared/errors.ts'
import type { Agent } from '../../hosts/agent.ts'
import type { Channel, Transport } from '../../hosts/transport.ts'
import type { FileWorkers } from '../sync/file-workers.ts'
import { lastLines } from '../sync/last-lines.ts'
import type { PullResult } from './pull-task.ts'

export type PullFilesOptions = {
  workers: FileWorkers
  transport: Transport
  agent: Agent
  jobId: string
  /** Relative to the workdir, or absolute; with wildcards as the host's shell knows them. */
  pattern: string
  /** Absolute: a folder that takes the matches, or the new name of the one match. */
  destination: string
  /** Replaces files that are there; else any of them that differs is a conflict, and nothing is moved. */
  overwrite: boolean
  /** Puts each match at its path below the workdir; else by its name alone, as scp does. */
  keepPaths?: boolean
  signal?: AbortSignal
  onProgress?(progress: { filesDone: number; bytesDone: number; bytesTotal: number | null }): void
}

/** The agent's exit code when there is nothing to send. */
const NOTHING_THERE = 4
/** tar's when a file changed while it was read: it has sent what it found. */
const CHANGED_WHILE_READ = 1

/**
 * @throws {AppError} `NOT_FOUND` if nothing matches or the destination's folder is not there, `CONFLICT` naming what is in the way,
 *   `PROTOCOL` on a host that sends what was not asked for, `DISK_FULL`, `HOST_ERROR`, `HOST_UNREACHABLE`, `CANCELLED`, `BAD_INPUT`.
 */
export async function pullFiles(options: PullFilesOptions): Promise<PullResult> {
  const { workers, transport, agent, signal, pattern, destination, overwrite, keepPaths = false, onProgress } = options
  const command = agent.commands.tarSend(options.jobId, pattern)
  const channel = await transport.exec(command, { lane: 'stream', ...(signal && { signal }) })
  try {
    const input = { pattern, destination, overwrite, keepPaths }
    const result = await workers.run('pull', input, {
      signal,
      feed: wholeArchive(channel, pattern),
      onProgress: ({ filesDone, bytesDone, bytesTotal }) => onProgress?.({ filesDone, bytesDone, bytesTotal }),
    })
    if (result.matches === 0) throw nothingLeft(pattern, result.skipped)
    return result
  } finally {
    channel.close()
  }
}

/** The archive's bytes; fails, before it ends, if the host did not send all of it. */
async function* wholeArchive(channel: Channel, pattern: string): AsyncIterable<Uint8Array> {
  const stderr = lastLines(channel.stderr)
  channel.stdin.on('error', () => undefined) // The host may be done before we close it.
  channel.stdin.end()
  try {
    yield* channel.stdout as AsyncIterable<Buffer>
  } catch (cause) {
    throw new AppError('HOST_UNREACHABLE', 'The connection broke while files were pulled', { cause })
  }
  const { code, signal } = await channel.end
  if (code === 0 || code === CHANGED_WHILE_READ) return
  const said = (await stderr).replace(/^drover: /, '')
  if (code === NOTHING_THERE) throw new AppError('NOT_FOUND', said || `Nothing matches "${pattern}" in the job's workdir`)
  if (code === null && signal === null) throw new AppError('HOST_UNREACHABLE', 'The connection broke while files were pulled')
  throw new AppError('HOST_ERROR', `The host could not send "${pattern}": ${said || `tar ended with ${code ?? signal}`}`)
}

function nothingLeft(pattern: string, skipped: readonly string[]): AppError {
  const why = skipped.length > 0 ? `: ${skipped[0]}` : ''
  return new AppError('NOT_FOUND', `Nothing of "${pattern}" could be pulled${why}`, {
    details: { skipped: skipped.slice(0, 20) },
  })
}
