/**
 * Builds the parts of the core and wires them: the one place that knows them all. It decides nothing itself.
 * What a lower room must tell a higher one goes through the functions passed here, and through events.
 */
import { dirname } from 'node:path'
import type { CoreStatus, Display, Methods, Principal } from '../shared/contract.ts'
import { EventBus } from './api/events.ts'
import { MetricsTokens } from './api/metrics-tokens.ts'
import { openAppRoom } from './app-room.ts'
import { CoreClock, steadyClock } from './clock.ts'
import { ConfigFile } from './config/config-file.ts'
import { prepareSocketPath, systemPaths, writeSocketPath } from './config/paths.ts'
import { type Config, playsSound, traitsOf } from './config/schema.ts'
import { desktopOf, openDesktopRoom } from './desktop-room.ts'
import { type FaceRoom, openFaceRoom } from './face-room.ts'
import { HostDialler } from './hosts/host-dialler.ts'
import type { HostLink } from './hosts/host-link.ts'
import { Hosts, LOCAL } from './hosts/hosts.ts'
import { backoffMs } from './hosts/reconnect.ts'
import { SampleRing } from './hosts/sample-ring.ts'
import { detectWake } from './hosts/wake-detector.ts'
import { openJobDoors } from './job-doors.ts'
import { openJobRoom } from './job-room.ts'
import { countJobs } from './jobs/count-jobs.ts'
import { place } from './jobs/placer.ts'
import { FileWorkers } from './jobs/sync/file-workers.ts'
import { LogFile } from './log.ts'
import { isLoopback } from './loopback.ts'
import { configMethods } from './methods/config-methods.ts'
import { coreMethods } from './methods/core-methods.ts'
import { diskMethods } from './methods/disk-methods.ts'
import { dropMethods } from './methods/drop-methods.ts'
import { exportMethods } from './methods/export-methods.ts'
import { folderMethods } from './methods/folder-methods.ts'
import { hostMethods } from './methods/host-methods.ts'
import { hostView } from './methods/host-view.ts'
import { importMethods } from './methods/import-methods.ts'
import { metricsMethods } from './methods/metrics-methods.ts'
import { placementMethods } from './methods/placement-methods.ts'
import { serverMethods } from './methods/server-methods.ts'
import { soundMethods } from './methods/sound-methods.ts'
import { tokenMethods } from './methods/token-methods.ts'
import { windowMethods } from './methods/window-methods.ts'
import { HostTops } from './metrics/host-top.ts'
import { prometheusText } from './metrics/prometheus.ts'
import { MetricRecorder } from './metrics/recorder.ts'
import type { CoreOptions, RunningCore } from './running-core.ts'
import { freedesktopShell } from './shell/freedesktop/shell.ts'
import { leaving } from './shell/leaving.ts'
import { openStore } from './store/store.ts'
import { openSupervisorRoom, type SupervisorRoom } from './supervisor-room.ts'

/** Whoever reaches this core at all is its owner. */
const OWNER: Principal = { role: 'owner' }
/** @throws {AppError} `CORE_RUNNING` if this user's core runs already; whatever keeps it from starting, with the file it is about. */
export async function createCore({ env, version, makeShell = freedesktopShell }: CoreOptions): Promise<RunningCore> {
  const clock = new CoreClock()
  const now = () => clock.now()
  const paths = systemPaths(env)
  const store = openStore(paths.databaseFile)
  const log = new LogFile({ path: paths.logFile })
  const owner = store.computerId
  const config = ConfigFile.open(paths.configFile)
  applyLogLevel(log, config.current)
  const socketPath = prepareSocketPath(paths)
  const workers = new FileWorkers()
  const apiLog = log.room('api')
  const reportError = (error: unknown, during = 'event') =>
    apiLog.error('a mistake of ours', { during, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  const bus = new EventBus({ clock, onError: reportError })

  const sshSettings = { configPath: env.DROVER_SSH_CONFIG ?? config.current.sshConfig, env, runtimeDir: dirname(socketPath) }
  const known = { owner, hosts: store.hosts, clock }
  const dialler = await HostDialler.create({ ...known, settings: sshSettings, log: log.room('hosts') })
  const samples = new SampleRing()
  const hosts = new Hosts({
    open: host => dialler.open(host),
    now,
    backoffMs,
    listener: {
      changed: link => bus.emit({ type: 'host.changed', host: view(link) }),
      connected: (link, live) => {
        void room.welcome(link, live)
        appRoom.catalogue.hostConnected(link.name, live)
      },
      lost: link => {
        jobs.hostLost(link.name)
        appRoom.reported.hostLost(link.name)
        supervision.hostLost(link.name)
      },
      sampled: (link, sample) => {
        samples.add(link.name, sample)
        recorder.sampled(link, sample)
        bus.emit({ type: 'host.changed', host: view(link) })
      },
      jobsSampled: (link, samples) => {
        jobs.sampled(link.name, samples)
        recorder.jobsSampled(link, samples)
        void appRoom.reported.sample(link)
      },
    },
  })
  const view = (link: HostLink) => {
    const { transport, importedFrom } = store.hosts.get(link.name)
    const { tags, drain } = traitsOf(config.current, link.name)
    return hostView(link, {
      defaultHost: config.current.defaultHost,
      runningJobs: jobs.countOn(link.name),
      importedFrom,
      tags,
      isDrained: drain,
      playsSound: playsSound(config.current, link.name),
      rememberedTransport: transport,
    })
  }

  const room = openJobRoom({
    ...{ store, paths, owner, workers, hosts, clock },
    config: () => config.current,
    emit: event => bus.emit(event),
    // Of a process it is told as such.
    ended: row => {
      if (row.process === null) desk.jobEnded(row)
    },
    prepareApp: (row, live) => apps.prepare(row, live),
    asTold: (row, job) => apps.asTold(row, job),
    adopt: (hostName, job) => supervision.forJobs.adopt(hostName, job),
    processSpec: job => supervision.forJobs.processSpec(job),
    processTold: (hostName, event) => supervision.forJobs.processTold(hostName, event),
    hostBack: (link, live) => supervision.forJobs.hostBack(link, live),
    reported: () => appRoom.reported.placed(),
    log: log.room('jobs'),
  })
  const { jobs, runner, pulls, placer, drops } = room
  const tops = new HostTops({ clock, steady: steadyClock })
  const recorder = new MetricRecorder({
    store,
    clock,
    top: link => tops.of(link),
    hostOf: id => jobs.unfinishedOn(id),
    mayForget: () => !clock.isUnsettled,
    log: log.room('metrics'),
  })

  const appRoom = openAppRoom({
    ...{ store, paths, env, hosts, sshSettings, room, now },
    resolveSsh: dialler.resolve,
    vault: dialler.vault,
    owner: OWNER,
    desktop: () => desktop,
    emit: event => bus.emit(event),
    mayPlay: name => playsSound(config.current, name),
    log: log.room('apps'),
  })
  const { apps } = appRoom
  const supervision: SupervisorRoom = openSupervisorRoom({
    ...{ store, hosts, room, env, clock },
    emit: event => bus.emit(event),
    moved: change => desk.processMoved(change),
    found: found => desk.patternFound(found),
    log: log.room('processes'),
  })
  bus.subscribe(event => event.type === 'job.changed' && supervision.jobChanged(event.job))
  const doors = openJobDoors({
    ...{ room, hosts, owner, workers, now },
    config: () => config.current,
    relaunch: (row, how) => apps.relaunch(row, how),
    stopProcess: (id, graceMs) => supervision.stopProcess(id, graceMs),
    lineSince: (id, since) => supervision.lineSince(id, since),
  })

  clock.onStep(step => {
    log
      .room('core')
      .warning('the clock of this computer was set: what goes on keeps its age', { bySeconds: Math.round(step.byMs / 1000) })
    samples.clockSet(step.byMs)
    recorder.clockSet(step.byMs)
    jobs.clockSet(step)
    hosts.clockSet(step.byMs)
  })

  const isWebLocal = () => isLoopback(config.current.web.address)
  const tokens = new MetricsTokens({ clock, store: store.tokens })

  const status = (): CoreStatus => ({
    version,
    pid: process.pid,
    startedAt: clock.startedAt,
    socketPath,
    configPath: config.path,
    databasePath: paths.databaseFile,
    webAddress: web.address,
    configError: config.error?.message ?? null,
    servers: servers.list(),
    hosts: hosts.all().map(view),
    ...countJobs(jobs.unfinished()),
  })

  const methods: Methods = {
    ...coreMethods({
      status,
      examined: () => ({
        links: hosts.all(),
        configError: config.error?.message ?? null,
        databaseError: store.problem,
        webPlace: config.current.web,
        servers: servers.list(),
      }),
      countJobs: () => countJobs(jobs.unfinished()),
      close: () => void close('asked to stop'),
    }),
    ...configMethods(config),
    ...hostMethods({
      hosts,
      jobs,
      config,
      store,
      vault: dialler.vault,
      samples,
      view,
      placeAny: async () => {
        const { defaultHost } = config.current
        return defaultHost === 'auto' ? await place({ command: { line: '' }, folder: null }, null, placer) : { host: defaultHost }
      },
      trust: dialler.trust,
      resolve: dialler.resolve,
    }),
    ...placementMethods({ config, now }),
    ...soundMethods(config),
    ...importMethods({ config, store, env, now }),
    ...doors.methods,
    ...appRoom.methods,
    ...windowMethods({
      web: {
        address: () => web.address,
        open: () => web.open(),
        issueToken: (role, onGone) => web.issueToken(role, onGone),
        signOut: () => web.signOut(),
        hasDashboard: () => config.current.web.dashboard,
        isLocal: isWebLocal,
      },
      seen: jobIds => desk.seen(jobIds),
      openWindow: request => {
        desktop = request.display
        desk.desktopChanged()
        return shell.openWindow(request)
      },
    }),
    ...folderMethods({ env }),
    ...dropMethods(drops),
    ...diskMethods({
      hosts,
      jobs,
      owner,
      keepFinishedDays: () => config.current.push.keepFinishedDays,
      isVisiting: id => appRoom.isVisiting(id),
      sweepDrops: request => drops.sweep(request),
      now,
    }),
    ...metricsMethods({ hosts, jobs, store, tops, now }),
    ...supervision.methods,
    ...exportMethods(supervision.look),
    ...serverMethods({
      servers: {
        open: (project, wish) => servers.open(project, wish),
        close: id => servers.close(id),
        list: () => servers.list(),
      },
      projects: supervision.methods,
    }),
    ...tokenMethods({ tokens, web: { open: () => web.open(), isLocal: isWebLocal } }),
  }
  const faces: FaceRoom = openFaceRoom({
    ...{ methods, bus, tokens, store, clock, reportError, log },
    principal: OWNER,
    streams: { ...doors.streams, openOutput: supervision.openOutput },
    metricsText: () =>
      prometheusText({
        version,
        startedAt: clock.startedAt,
        hosts: hosts.all().map(link => ({ ...view(link), isConnected: link.live !== null })),
        jobs: jobs.unfinished().map(({ id }) => jobs.get(id)),
      }),
    beowulf: appRoom.beowulf,
    beowulfSocket: paths.beowulfSocket,
    config: () => config.current,
  })
  const { api, web, servers } = faces
  /** As it was last heard of; at first, where the core was started. */
  let desktop: Display = desktopOf(env)
  const shell = makeShell({
    env,
    folder: dirname(socketPath),
    display: () => desktop,
    onAction: (action, notice) => desk.onAction(action, notice),
    onTray: action => desk.onTray(action),
    onWake: () => wake('told by the system'),
    log: (message, details) => log.room('shell').warning(message, details),
  })
  const work = () => ({ ...countJobs(jobs.unfinished()), pulls: pulls.moving })
  const desk = openDesktopRoom({
    methods: () => methods,
    owner: OWNER,
    shell: () => shell,
    config: () => config.current,
    display: () => desktop,
    hosts: () => hosts.all().flatMap(({ name, status: { state } }) => (name === LOCAL.name ? [] : [{ name, state }])),
    unfinished: () => jobs.unfinished(),
    apps: appRoom.tray,
    // Only a window's core is followed by another.
    leaving: () => leaving(work(), makeShell !== freedesktopShell && config.current.keepCore).summary,
    // Whoever waits for a job's end before his log is open, or without one, will see it too.
    isWatched: id => doors.isWatched(id) || bus.isFollowed(id),
    held: store.heldNews,
    onError: error => log.room('shell').warning('what was chosen on the desktop did not work', { error: String(error) }),
  })
  bus.subscribe(event => desk.heard(event))

  function followLogin(): void {
    if (config.error !== null) return // What the person wants stands in a file that cannot be read.
    try {
      shell.startAtLogin(config.current.startAtLogin)
    } catch (error) {
      log.room('shell').warning('start_at_login is not followed', { error: String(error) })
    }
  }

  /** Whoever notices it, and perhaps both do. */
  function wake(how: string): void {
    log.room('core').info('this computer was asleep: hosts are asked at once', { how })
    hosts.wake()
  }

  async function followConfig(): Promise<void> {
    applyLogLevel(log, config.current)
    followLogin()
    faces.follow()
    dialler.setConfigPath(env.DROVER_SSH_CONFIG ?? config.current.sshConfig)
    for (const name of await hosts.set(config.current.hosts)) {
      bus.emit({ type: 'host.removed', name })
      samples.forget(name)
      recorder.forget(name)
      appRoom.hostGone(name)
      pulls.hostGone(name)
    }
    // Which is the default, and what the file says of each: those that are away would not tell.
    for (const link of hosts.all()) bus.emit({ type: 'host.changed', host: view(link) })
  }

  const { promise: closed, resolve: hasClosed } = Promise.withResolvers<void>()
  let closing: Promise<void> | null = null
  /** Jobs go on where they run; what was under way here goes on with the next core. */
  function close(reason: string): Promise<void> {
    closing ??= (async () => {
      log.room('core').info('closing', { reason })
      stopWakeDetector()
      config.close()
      supervision.close()
      room.close()
      desk.close()
      appRoom.close()
      await faces.close()
      shell.close()
      await hosts.close()
      recorder.close()
      await Promise.all([dialler.close(), workers.close()])
      store.close()
      log.close()
      hasClosed()
    })()
    return closing
  }

  config.onChange(({ error }) => {
    bus.emit(
      error
        ? { type: 'config.error', error: { code: error.code, message: error.message, details: {} } }
        : { type: 'config.changed' },
    )
    followConfig().catch(reportError)
  })
  const stopWakeDetector = detectWake(() => wake('seen by the clock'))
  for (const row of jobs.unfinished()) jobs.apply(row.id, { type: 'host-lost' })
  supervision.open()
  recorder.start()
  await followConfig()
  for (const row of jobs.unfinished()) runner.run(row.id)
  await faces.listen(socketPath, () => {
    log.room('core').warning('the socket is gone, and with it the way to this core: it ends, and the next command starts another')
    void close('its socket is gone')
  })
  writeSocketPath(paths, socketPath)
  await faces.resume()
  log.room('core').info('ready', { version, pid: process.pid, socket: socketPath })
  return {
    socketPath,
    startedAt: clock.startedAt,
    api,
    get isKept() {
      return config.current.keepCore
    },
    work,
    close,
    closed,
  }
}

function applyLogLevel(log: LogFile, { logLevel }: Config): void {
  log.level = logLevel === 'warn' ? 'warning' : logLevel
}
