/** What the core and its file workers say to each other: see file-workers.ts for one side, files.worker.ts for the other. */
import type { SyncProgress } from '../../../shared/domain.ts'
import type { ErrorBody } from '../../../shared/errors.ts'
import type { DropDecideInput, DropDecideResult } from '../drops/drop-decide.ts'
import type { DropReceiveInput, DropReceiveResult } from '../drops/drop-receive.ts'
import type { DropSettleInput, DropSettleResult } from '../drops/drop-settle.ts'
import type { DropWantedInput, DropWantedResult } from '../drops/drop-wanted.ts'
import type { PullInput, PullResult } from '../pull/pull-task.ts'
import type { CopyInput, CopyResult } from './copy-tree.ts'
import type { CompareInput, CompareResult } from './manifest-compare.ts'
import type { PathList } from './manifest-diff.ts'
import type { PackInput, PackResult } from './pack-tar.ts'
import type { QuickCheckInput } from './quick-check.ts'
import type { ScanInput, ScanResult } from './scan-folder.ts'

/** All that a file worker can do. Inputs and results are plain data. */
export type Tasks = {
  scan: { input: ScanInput; result: ScanResult }
  compare: { input: CompareInput; result: CompareResult }
  'quick-check': { input: QuickCheckInput; result: PathList }
  copy: { input: CopyInput; result: CopyResult }
  /** Sends its tar stream as chunks. */
  pack: { input: PackInput; result: PackResult }
  /** Is fed a tar stream as chunks. */
  pull: { input: PullInput; result: PullResult }
  'drop-decide': { input: DropDecideInput; result: DropDecideResult }
  'drop-wanted': { input: DropWantedInput; result: DropWantedResult }
  /** Is fed what a page uploads. */
  'drop-receive': { input: DropReceiveInput; result: DropReceiveResult }
  'drop-settle': { input: DropSettleInput; result: DropSettleResult }
}
export type TaskName = keyof Tasks

export type ToWorker =
  /** `cancelled` is shared memory, so that a task in the midst of file calls sees it: not 0 means stop. */
  | { type: 'start'; task: TaskName; input: unknown; cancelled: Int32Array<SharedArrayBuffer> }
  | { type: 'cancel' }
  /** The next bytes of what the task is fed; null at their end. */
  | { type: 'feed'; bytes: Uint8Array<ArrayBuffer> | null }
  /** The core has passed on this many bytes of what the task sent. */
  | { type: 'took'; bytes: number }

export type FromWorker =
  | { type: 'progress'; progress: SyncProgress }
  | { type: 'chunk'; bytes: Uint8Array<ArrayBuffer> }
  /** The task has used up this many bytes of what it was fed. */
  | { type: 'took'; bytes: number }
  /** `isGrown`: this thread is better ended than kept. */
  | { type: 'done'; result: unknown; isGrown: boolean }
  | { type: 'failed'; error: ErrorBody }

/** At most this many bytes are under way between the threads, in each direction, that the other side has not taken yet. */
export const THREAD_WINDOW_BYTES = 4 * 1024 * 1024

/** What a task of a worker is given beside its input. */
export interface TaskContext {
  /** Fires when the task is to stop, as soon as it waits for something. */
  readonly signal: AbortSignal
  /** To be called between file calls. @throws {AppError} `CANCELLED` when the task is to stop. */
  checkCancelled(): void
  /** To be called as often as one likes: tells of it at most every 100 ms. */
  progress(make: () => SyncProgress): void
  /** Waits while the core has too much of what was sent before. */
  send(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** What the task is fed. */
  feed(): AsyncIterable<Uint8Array>
}
