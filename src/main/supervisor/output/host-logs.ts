/** The logs of the runs on one host, as whoever shows or searches them needs them: what is there, and when there is more. */

import type { TimeMark } from './log-times.ts'

/** `byte` is past what was asked for where the log no longer has that; `logBytes`: all that was ever printed. */
export type LogPart = { byte: number; bytes: Buffer; logBytes: number }

export interface HostLogs {
  /**
   * At most `most` bytes from `fromByte` on; none at the end. The caller's alone, who may let go of their memory.
   *
   * @throws {AppError} `HOST_UNREACHABLE`; `NOT_FOUND` where there is no such log.
   */
  read(jobId: string, fromByte: number, most: number): Promise<LogPart>
  /** Calls `grown` soon whenever the log has grown since the last read or call. Returns its undo. */
  watch(jobId: string, grown: () => void): () => void
  /** When what of it was printed, as far as its host has noted that. @throws {AppError} `HOST_UNREACHABLE` */
  times(jobId: string): Promise<TimeMark[]>
  close(): void
}
