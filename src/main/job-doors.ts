/** Builds what clients may ask of jobs, for core.ts: the methods, the streams of logs, terminals and drops, and who has a job before his eyes. */
import type { StreamSource } from './api/streams.ts'
import type { Config } from './config/schema.ts'
import type { Hosts } from './hosts/hosts.ts'
import type { JobRoom } from './job-room.ts'
import { openLog, openTerminal } from './jobs/job-output.ts'
import { place } from './jobs/placer.ts'
import type { FileWorkers } from './jobs/sync/file-workers.ts'
import { folderKey } from './jobs/sync/folder-key.ts'
import { scan } from './jobs/sync/scan.ts'
import { Watchers } from './jobs/watchers.ts'
import { type JobMethodsOptions, jobMethods } from './methods/job-methods.ts'
import { jobPlacement } from './methods/job-placement.ts'

export type JobDoorsOptions = {
  room: JobRoom
  hosts: Hosts
  owner: string
  workers: FileWorkers
  config(): Config
  relaunch: JobMethodsOptions['relaunch']
  stopProcess: JobMethodsOptions['stopProcess']
  lineSince: JobMethodsOptions['lineSince']
  now(): number
}
export type JobDoors = {
  methods: ReturnType<typeof jobMethods>
  streams: Omit<StreamSource, 'openOutput'>
  /** Somebody follows the job's log or terminal. */
  isWatched(jobId: string): boolean
}

/** How many skipped paths a preview tells of. */
const PREVIEW_SKIPPED = 10_000

export function openJobDoors({ room, hosts, owner, workers, config, now, ...asked }: JobDoorsOptions): JobDoors {
  const { jobs, runner, pulls, placer, shelf, drops } = room
  const watchers = new Watchers()
  const methods = jobMethods({
    ...{ jobs, runner, pulls, hosts, owner, now },
    ...asked,
    settled: placer.settled,
    defaultHost: () => config().defaultHost,
    ...jobPlacement({ placer, hosts }),
    place: row => place(row, null, placer),
    weigh: ({ command, folder, totalBytes }) => {
      // Without a scan there is no stamp: a copy that is there is taken to differ by as much as the sizes do.
      const toSend =
        folder === null || totalBytes === null ? null : { folderKey: folderKey(owner, folder), totalBytes, stamp: '' }
      return place({ command, folder }, toSend, placer)
    },
    preview: async ({ folder }) => {
      const how = { workers, folder, explain: PREVIEW_SKIPPED, takesAll: shelf.owns(folder) }
      const { manifest, skipped, isSkippedCut, warnings } = await scan(how)
      return { files: manifest.files, bytes: manifest.totalBytes, skipped, isSkippedCut, warnings }
    },
    requireWhole: folder => shelf.requireWhole(folder),
  })
  const streams: JobDoors['streams'] = {
    openLog: async (ref, fromByte, follow) => {
      const { id } = jobs.resolve(ref)
      return watchers.add(id, await openLog(jobs, id, { fromByte, follow }))
    },
    openTerminal: async (ref, terminal, signal) => {
      const { id } = jobs.resolve(ref)
      return watchers.add(id, await openTerminal(jobs, id, terminal, signal))
    },
    openUpload: dropId => drops.openUpload(dropId),
  }
  return { methods, streams, isWatched: id => watchers.has(id) }
}
