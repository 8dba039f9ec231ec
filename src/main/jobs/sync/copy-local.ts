/** A workdir on this machine, filled without rsync, SSH or a pristine copy: for the host `local`. */
import type { SyncProgress } from '../../../shared/domain.ts'
import type { CopyResult } from './copy-tree.ts'
import type { FileWorkers } from './file-workers.ts'
import type { FolderScan } from './scan.ts'

export type CopyLocalOptions = {
  workers: FileWorkers
  /** Absolute. */
  folder: string
  /** What was found there; without it the folder is scanned first. */
  scan?: FolderScan
  /** Absolute. It gets its content at once, when all is copied; one that holds something was filled by an earlier try, and is left. */
  workdir: string
  signal?: AbortSignal | undefined
  onProgress?: ((progress: SyncProgress) => void) | undefined
  now?: () => number
}

/** @throws {AppError} as a scan does, and `DISK_FULL`, `CANCELLED`. */
export function copyLocal(options: CopyLocalOptions): Promise<CopyResult> {
  const { workers, folder, workdir, signal, onProgress, now = Date.now } = options
  const manifest = options.scan?.manifest.bytes ?? null
  return workers.run('copy', { folder, target: workdir, now: now(), manifest }, { signal, onProgress })
}
