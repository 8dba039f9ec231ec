/**
 * Builds what has to do with jobs, for core.ts, and says what follows when a host answers and when a job has ended. What it needs of
 * other rooms are functions, asked when the time comes: hosts and jobs know each other.
 */
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { EventBody } from '../shared/domain.ts'
import { lastingFolder } from '../shared/drop.ts'
import { AppError } from '../shared/errors.ts'
import { commandKey } from './allocator/command-key.ts'
import { type CoreClock, steadyClock } from './clock.ts'
import type { systemPaths } from './config/paths.ts'
import { type Config, traitsOf } from './config/schema.ts'
import type { AgentEvent } from './hosts/agent.ts'
import type { HostLink, Live } from './hosts/host-link.ts'
import type { Hosts } from './hosts/hosts.ts'
import { backoffMs } from './hosts/reconnect.ts'
import { type DeliveryOptions, makeDelivery } from './jobs/delivery.ts'
import { DropShelf } from './jobs/drops/drop-shelf.ts'
import { Drops } from './jobs/drops/drops.ts'
import { Holds } from './jobs/holds.ts'
import { JobRunner } from './jobs/job-runner.ts'
import { Jobs, type JobsOptions } from './jobs/jobs.ts'
import type { PlacerOptions } from './jobs/placer.ts'
import { pullFiles } from './jobs/pull/pull.ts'
import { Pulls } from './jobs/pulls.ts'
import type { FileWorkers } from './jobs/sync/file-workers.ts'
import type { Log } from './log.ts'
import type { JobRow } from './store/job-table.ts'
import type { Store } from './store/store.ts'

/** How long a placement or a stop waits, after the start, for hosts that are still being connected. */
const SETTLE_MS = 3_000

export type JobRoomOptions = {
  store: Store
  paths: Pick<ReturnType<typeof systemPaths>, 'cacheFolder' | 'databaseFile'>
  owner: string
  workers: FileWorkers
  hosts: Hosts
  config(): Config
  emit(event: EventBody): void
  /** Told of each job that has ended, be it one that never ran. */
  ended(row: JobRow): void
  prepareApp: DeliveryOptions['prepareApp']
  asTold: NonNullable<JobsOptions['asTold']>
  adopt: NonNullable<JobsOptions['adopt']>
  /** Of the process that a job is a run of; null for any other. */
  processSpec: DeliveryOptions['processSpec']
  /** A host tells of a process, beside its runs. */
  processTold(hostName: string, event: Exclude<AgentEvent, { type: 'job' }>): void
  /** A host is back, and what it said of its jobs has been taken in. */
  hostBack(link: HostLink, live: Live): Promise<void>
  /** What runs on hosts besides jobs, for placements to count. */
  reported(): ReturnType<PlacerOptions['unfinished']>
  clock: CoreClock
  log: Log
}
export type JobRoom = {
  jobs: Jobs
  runner: Pick<JobRunner<unknown>, 'run' | 'cancel'>
  pulls: Pulls
  placer: PlacerOptions
  shelf: DropShelf
  drops: Drops
  /** The host answers: from here on its news comes by itself; what it did meanwhile is asked for. */
  welcome(link: HostLink, live: Live): Promise<void>
  /** Jobs go on where they run; what is under way here goes on with the next core. */
  close(): void
}

export function openJobRoom(options: JobRoomOptions): JobRoom {
  const { store, paths, owner, workers, hosts, config, emit, ended, prepareApp, asTold, clock, log } = options
  const now = () => clock.now()
  const jobs = new Jobs({
    table: store.jobs,
    link: name => hosts.get(name),
    emit,
    now,
    ended: jobEnded,
    asTold,
    adopt: options.adopt,
  })
  const shelf = new DropShelf({
    root: join(paths.cacheFolder, 'drops'),
    resultsRoot: join(dirname(paths.databaseFile), 'results'),
    isNeeded: folder =>
      jobs.unfinished().some(job => job.folder === folder && job.isSynced && (job.state === 'queued' || job.state === 'syncing')),
    now,
  })
  const drops = new Drops({ workers, shelf, now, maySweep: () => !clock.isUnsettled })
  const pulls = new Pulls({
    pullFiles: request => pullFiles({ workers, ...request }),
    linkOf,
    resultsFolder: folder => shelf.resultsFolder(folder),
    settled: (jobId, result) => jobs.pulled(jobId, result),
    emit,
    log,
  })
  const placer: PlacerOptions = {
    store,
    links: () => hosts.all(),
    settled: () => hosts.settled(SETTLE_MS),
    traitsOf: name => traitsOf(config(), name),
    rules: () => config().rules,
    unfinished: () => [...jobs.unfinished(), ...options.reported()],
    holds: new Holds(),
    now,
    steadyNow: () => steadyClock.now(),
  }
  const delivery = makeDelivery({
    workers,
    placer,
    store,
    owner,
    live: name => (hosts.has(name) ? hosts.get(name).live : null),
    spareLimitBytes: () => config().push.spareLimitBytes,
    takesAll: folder => shelf.owns(folder),
    prepareApp,
    processSpec: options.processSpec,
    now,
    log: (message, details) => log.info(message, details),
  })
  const runner = new JobRunner({
    jobs,
    link: name => hosts.get(name),
    delivery,
    owner,
    log: (message, details) => log.info(message, details),
  })

  function linkOf(jobId: string): HostLink {
    const { host } = jobs.row(jobId)
    if (host === null) throw new AppError('CONFLICT', `Job ${jobId.slice(0, 8)} has not reached a host`)
    return hosts.get(host)
  }

  async function welcome(link: HostLink, live: Live): Promise<void> {
    live.agent.onEvent(event =>
      event.type === 'job' ? jobs.toldBy(link.name, event.job) : options.processTold(link.name, event),
    )
    for (let attempt = 0; link.live === live; attempt++) {
      try {
        await jobs.reconcile(link, live)
        await options.hostBack(link, live)
        return pulls.hostBack(link.name, jobs.owing(link.name))
      } catch (error) {
        log.warning('a host did not tell of its jobs', { host: link.name, error: String(error) })
        await delay(backoffMs(attempt))
      }
    }
  }

  function jobEnded(row: JobRow): void {
    const { id, host, folder, startedAt, endedAt, peakMemoryBytes, exitCode } = row
    log.info('job ended', { job: id, host, outcome: row.outcome, exitCode })
    ended(row)
    if (host === null || endedAt === null || startedAt === null) return
    const durationMs = Math.max(0, endedAt - startedAt)
    store.history.append({
      commandKey: commandKey(row.command),
      host,
      folder: folder && lastingFolder(folder),
      endedAt,
      peakMemoryBytes,
      durationMs,
      exitCode,
    })
    pulls.bringBack(row)
  }

  function close(): void {
    runner.close()
    pulls.close()
    drops.close()
  }

  return { jobs, runner, pulls, placer, shelf, drops, welcome, close }
}
