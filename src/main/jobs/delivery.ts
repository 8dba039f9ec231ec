/** How a job's files get to its host: the rooms of scanning, placing, syncing and copying, put together for the runner. */
import type { SyncProgress } from '../../shared/domain.ts'
import type { ProcessSpec } from '../hosts/agent.ts'
import type { Live } from '../hosts/host-link.ts'
import type { LogFields } from '../log.ts'
import type { JobRow } from '../store/job-table.ts'
import type { Store } from '../store/store.ts'
import type { Delivery, Prepared } from './job-runner.ts'
import { jobScript } from './job-script.ts'
import type { PlacerOptions } from './placer.ts'
import { place } from './placer.ts'
import { copyLocal } from './sync/copy-local.ts'
import type { FileWorkers } from './sync/file-workers.ts'
import { folderKey } from './sync/folder-key.ts'
import { FolderLocks } from './sync/folder-locks.ts'
import { type FolderScan, scan } from './sync/scan.ts'
import { syncFolder } from './sync/send.ts'

export type DeliveryOptions = {
  workers: FileWorkers
  placer: PlacerOptions
  store: Pick<Store, 'folders' | 'hosts'>
  owner: string
  live(hostName: string): Live | null
  spareLimitBytes(): number
  /** True for a folder in which nothing is ignored: it was dropped, and decided of then. */
  takesAll(folder: string): boolean
  /** For apps, which need a desktop. */
  prepareApp(job: JobRow, live: Live): Promise<Omit<Prepared, 'process'>>
  /** What a host is to know of the process that a job is a run of; null for any other. */
  processSpec(job: JobRow): ProcessSpec | null
  now(): number
  log(message: string, details: LogFields): void
}

/** When a spare workdir is begun: the job that was just started has the disk first. */
const SPARE_AFTER_MS = 500

type OnProgress = (progress: SyncProgress) => void

export function makeDelivery(options: DeliveryOptions): Delivery<FolderScan> {
  const { workers, store, owner, now } = options
  const locks = new FolderLocks()

  async function send(job: JobRow, scanned: FolderScan, { transport, agent }: Live, signal: AbortSignal, onProgress: OnProgress) {
    const host = job.host ?? ''
    const { folder, manifest } = scanned
    const { linkBytesPerSecond } = store.hosts.get(host)
    const sent = await syncFolder({
      workers,
      locks,
      host,
      transport,
      agent,
      folder,
      owner,
      takesAll: options.takesAll(folder),
      scan: scanned,
      linkBytesPerSecond,
      signal,
      onProgress,
      whileLocked: async key => {
        onProgress({ phase: 'copying', filesDone: 0, filesTotal: manifest.files, bytesDone: 0, bytesTotal: manifest.totalBytes })
        await agent.makeWorkdir(job.id, key)
      },
    })
    const { folderKey, totalBytes: bytes, files, bytesPerSecond, sentBytes } = sent
    store.folders.put({ host, folderKey, folder, manifestHash: manifest.stamp, bytes, files, syncedAt: now() })
    if (bytesPerSecond !== null) store.hosts.noteTransfer(host, { bytes: sentBytes, tookMs: (sentBytes / bytesPerSecond) * 1000 })
  }

  return {
    scan: (folder, signal, onProgress) => scan({ workers, folder, signal, onProgress, takesAll: options.takesAll(folder) }),
    place: (job, scanned) => place(job, scanned && toSend(scanned, owner), options.placer),
    deliver: async (job, scanned, live, signal, onProgress) => {
      if (scanned === null) return // The start makes an empty one.
      if (live.transport.kind === 'local') {
        const workdir = await live.agent.makeWorkdir(job.id, null)
        await copyLocal({ workers, folder: scanned.folder, scan: scanned, workdir, signal, onProgress })
      } else {
        await send(job, scanned, live, signal, onProgress)
      }
    },
    prepare: async (job, live) => {
      const process = options.processSpec(job)
      if (job.app !== null) return { ...(await options.prepareApp(job, live)), process }
      // A process of this computer runs in its project's folder itself.
      const workdir = job.kind === 'process' && !job.isSynced ? job.folder : null
      return { script: jobScript(job), workdir, process }
    },
    delivered: job => {
      if (!job.isSynced || job.folder === null || job.host === null || job.host === 'local') return
      const { folder, host } = job
      const limitBytes = options.spareLimitBytes()
      if (limitBytes === 0) return
      setTimeout(() => {
        const live = options.live(host)
        live?.agent.makeSpare(folderKey(owner, folder), limitBytes).catch(error => {
          options.log('no spare copy was made', { host, error: error.message }) // The next push only waits for its copy.
        })
      }, SPARE_AFTER_MS).unref()
    },
  }
}

function toSend({ folder, manifest }: FolderScan, owner: string) {
  return { folderKey: folderKey(owner, folder), totalBytes: manifest.totalBytes, stamp: manifest.stamp }
}
