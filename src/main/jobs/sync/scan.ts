/** What a push of a folder would send, found by a file worker. For the job room, the preview and send.ts. */
import type { SyncProgress } from '../../../shared/domain.ts'
import type { FileWorkers } from './file-workers.ts'
import type { ScanResult } from './scan-folder.ts'

export type ScanOptions = {
  workers: FileWorkers
  /** Absolute. */
  folder: string
  signal?: AbortSignal | undefined
  onProgress?: ((progress: SyncProgress) => void) | undefined
  /** How many skipped paths are told, each with its rule; the default tells none. */
  explain?: number
  /** All that is there, whatever git would say. */
  takesAll?: boolean | undefined
  now?: () => number
}

/** A scan and the folder it was made of. Its manifest is bytes, so it may be kept while a job waits for its host. */
export type FolderScan = ScanResult & { folder: string }

/** @throws {AppError} `NOT_FOUND`, `BAD_INPUT` naming what cannot be read, `MISSING_TOOL` git, `CANCELLED`, `TIMEOUT`. */
export async function scan(options: ScanOptions): Promise<FolderScan> {
  const { workers, folder, signal, onProgress, explain = 0, takesAll = false, now = Date.now } = options
  const result = await workers.run('scan', { folder, explain, takesAll, now: now() }, { signal, onProgress })
  return { ...result, folder }
}
