/** How a job's files get to its host: the rooms of scanning, placing, syncing and copying, put together for the runner. */
import type { SyncProgress } from '../../shared/domain.ts'
import type { Live } from '../hosts/host-link.ts'
import type { LogFields } from '../log.ts'
import type { JobRow } from '../store/job-table.ts'
import type { Store } from '../store/store.ts'
import type { Delivery } from './job-runner.ts'
import type { PlacerOptions } from './placer.ts'
import { place } from './placer.ts'
import { copyLocal } from './sync/copy-local.ts'
import type { FileWorkers } from './sync/file-workers.ts'
import { type FolderScan, scan } from './sync/scan.ts'
import { folderKey, syncFolder } from './sync/send.ts'

export type DeliveryOptions = {
  workers: FileWorkers
  placer: PlacerOptions
  store: Pick<Store, 'folders' | 'hosts'>
  owner: string
  live(hostName: string): Live | null
  spareLimitBytes(): number
  now(): number
  log(message: string, details: LogFields): void
}

/** When a spare workdir is begun: the job that was just started has the disk first. */
const SPARE_AFTER_MS = 500

export function makeDelivery(options: DeliveryOptions): Delivery<FolderScan> {
  const { workers, store, owner, now } = options
  /** One sync at a time into one copy. */
  const queue = new Map<string, Promise<unknown>>()

  async function send(
    job: JobRow,
    scanned: FolderScan,
    live: Live,
    signal: AbortSignal,
    onProgress: (progress: SyncProgress) => void,
  ) {
    const host = job.host ?? ''
    const { transport, agent } = live
    const sent = await syncFolder({ workers, transport, agent, scan: scanned, owner, signal, onProgress, host })
    const { totalBytes: bytes, files, stamp } = scanned.manifest
    store.folders.put({
      host,
      folderKey: sent.folderKey,
      folder: scanned.folder,
      manifestHash: stamp,
      bytes,
      files,
      syncedAt: now(),
    })
    store.hosts.noteTransfer(host, { bytes: sent.sentBytes, tookMs: sent.tookMs })
    onProgress({ phase: 'copying', filesDone: 0, filesTotal: files, bytesDone: 0, bytesTotal: bytes })
    await agent.makeWorkdir(job.id, sent.folderKey)
  }

  return {
    scan: (folder, signal, onProgress) => scan({ workers, folder, signal, onProgress }),
    place: (job, scanned) => place(job, scanned && toSend(scanned, owner), options.placer),
    deliver: async (job, scanned, live, signal, onProgress) => {
      if (scanned === null) {
        await live.agent.makeWorkdir(job.id, null)
      } else if (live.transport.kind === 'local') {
        const workdir = await live.agent.makeWorkdir(job.id, null)
        await copyLocal({ workers, folder: scanned.folder, scan: scanned, workdir, signal, onProgress })
      } else {
        await inTurn(queue, `${job.host}/${toSend(scanned, owner).folderKey}`, () => send(job, scanned, live, signal, onProgress))
      }
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

/** Runs `work` after what was begun before it under the same key. */
async function inTurn<T>(queue: Map<string, Promise<unknown>>, key: string, work: () => Promise<T>): Promise<T> {
  const before = queue.get(key)
  const mine = Promise.resolve(before?.catch(() => undefined)).then(work)
  queue.set(key, mine)
  try {
    return await mine
  } finally {
    if (queue.get(key) === mine) queue.delete(key)
  }
}
