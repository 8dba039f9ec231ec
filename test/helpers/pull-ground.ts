/** Pulls from the workdirs of a real sshd host with the real agent and tar, into a folder of each test's own. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { Agent } from '../../src/main/hosts/agent.ts'
import type { Transport } from '../../src/main/hosts/transport.ts'
import { type PullFilesOptions, pullFiles } from '../../src/main/jobs/pull/pull.ts'
import type { PullResult } from '../../src/main/jobs/pull/pull-task.ts'
import { FileWorkers } from '../../src/main/jobs/sync/file-workers.ts'
import { jobSpec } from './agent-job.ts'
import { makeTree } from './folder-tree.ts'
import { type SyncHost, startSyncHost } from './sync-host.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait.ts'

export type PullGround = {
  readonly host: SyncHost
  readonly live: { transport: Transport; agent: Agent }
  /** Absolute and there, anew for each test. */
  readonly destination: string
  /** After all connections were cut. */
  reconnect(): Promise<void>
  /** A job that has ended, with these files in its workdir. */
  jobWith(files: Parameters<typeof makeTree>[1]): Promise<{ jobId: string; workdir: string }>
  pull(jobId: string, pattern: string, more?: Partial<PullFilesOptions>): Promise<PullResult>
  /** Nothing of ours is left beside what was there. */
  expectNoStaging(): void
}

/** To be called once at the top of a test file. */
export function pullGround(): PullGround {
  const workers = new FileWorkers()
  let host: SyncHost
  let live: PullGround['live']
  let destination: string
  beforeAll(async () => {
    host = await startSyncHost()
    live = await host.connect()
  })
  afterAll(async () => {
    await host.stop()
    await workers.close()
  })
  beforeEach(() => {
    destination = join(temporaryFolder(), 'here')
    mkdirSync(destination)
  })
  return {
    get host() {
      return host
    },
    get live() {
      return live
    },
    get destination() {
      return destination
    },
    reconnect: async () => {
      live = await host.connect()
    },
    jobWith: async files => {
      const spec = jobSpec('true', { owner: 'computer-1' })
      const workdir = await live.agent.makeWorkdir(spec.id, null)
      makeTree(workdir, files)
      await live.agent.start(spec)
      await waitFor(async () => (await live.agent.stat(spec.id))?.state === 'ended', { what: 'the job to end' })
      return { jobId: spec.id, workdir }
    },
    pull: (jobId, pattern, more = {}) => pullFiles({ workers, ...live, jobId, pattern, destination, overwrite: false, ...more }),
    expectNoStaging: () => {
      for (const folder of [destination, join(destination, '..')]) {
        if (existsSync(folder) && statSync(folder).isDirectory())
          expect(readdirSync(folder).filter(name => name.startsWith('.drover'))).toEqual([])
      }
    },
  }
}
