/** A sync of a folder as the core does it, and what the host's copy has to hold afterwards. */
import { afterAll } from 'vitest'
import { FileWorkers } from '../../src/main/jobs/sync/file-workers.ts'
import { FolderLocks } from '../../src/main/jobs/sync/folder-locks.ts'
import { unpackManifest } from '../../src/main/jobs/sync/manifest.ts'
import { scan } from '../../src/main/jobs/sync/scan.ts'
import { type SyncOptions, type SyncReport, syncFolder } from '../../src/main/jobs/sync/send.ts'
import { listTree, type TreeListing } from './folder-tree.ts'
import { OWNER } from './sync-host.ts'

export type SyncOne = (folder: string, more?: Partial<SyncOptions>) => Promise<SyncReport>
export type SyncGround = {
  /** What a scan finds, with contents: what a copy has to hold. */
  expectedTree(folder: string): Promise<TreeListing>
  makeSync(live: { transport: SyncOptions['transport']; agent: SyncOptions['agent'] }): SyncOne
}

/** Far enough ahead that nothing counts as just changed. */
const later = () => Date.now() + 10_000

/** To be called once at the top of a test file. */
export function syncGround(): SyncGround {
  const workers = new FileWorkers()
  const locks = new FolderLocks()
  afterAll(() => workers.close())
  return {
    expectedTree: async folder => {
      const { manifest } = await scan({ workers, folder })
      const here = listTree(folder)
      return new Map(unpackManifest(manifest.bytes).entries.map(({ path }) => [path, here.get(path) ?? 'gone']))
    },
    makeSync: live => (folder, more) =>
      syncFolder({ workers, locks, host: 'box', ...live, folder, owner: OWNER, now: later, ...more }),
  }
}
