/**
 * Builds what a person is shown of the core without asking, for core.ts: notifications and the tray; and does what he chooses there. What
 * they say comes from events; what is chosen goes through the same methods that every face uses.
 */
import { randomUUID } from 'node:crypto'
import { DISPLAY_VARIABLES, type Display, type Methods, type Principal } from '../shared/contract.ts'
import type { CoreEvent, HostState, HostView, JobView } from '../shared/domain.ts'
import { AppError, toErrorBody } from '../shared/errors.ts'
import type { Config } from './config/schema.ts'
import { LOCAL } from './hosts/hosts.ts'
import { Attention } from './shell/attention.ts'
import { heldOf, heldText } from './shell/held-notices.ts'
import { type EndedJob, failureNotice, fileNotice, type Notice, type NoticeAction } from './shell/notice.ts'
import type { PolicyRules } from './shell/notice-policy.ts'
import { Notifier } from './shell/notifier.ts'
import { type FoundPattern, needsPerson, type ProcessChange, patternNotice, processNotice } from './shell/process-notice.ts'
import { minuteOf } from './shell/quiet-hours.ts'
import type { Shell } from './shell/shell.ts'
import { Tray } from './shell/tray.ts'
import { type TrayAction, type TrayApp, type TrayJob, trayView } from './shell/tray-model.ts'

export type LaunchableApps = {
  /** Favourites first, then what was used last. */
  list(): readonly TrayApp[]
  /** `host` null: on the best one. Gives its jobs. */
  launch(appId: string, host: string | null): Promise<readonly Pick<JobView, 'id' | 'hasTerminal'>[]>
}
export type DesktopRoomOptions = {
  methods(): Methods
  /** Whose wishes these are. */
  owner: Principal
  shell(): Shell
  config(): Config
  /** Of the person's desktop, as far as it is known. */
  display(): Display
  hosts(): readonly { name: string; state: HostState }[]
  /** Those that have not ended. */
  unfinished(): readonly TrayJob[]
  /** What can be launched; null where nothing can. */
  apps: LaunchableApps | null
  /** What goes on without this core. */
  leaving(): string
  isWatched(jobId: string): boolean
  /** News that nobody was to hear yet: of the core before, and from now on. */
  held: { read(): string | null; write(text: string): void }
  onError(error: unknown): void
}
export type DesktopRoom = {
  /** To be told of everything that happens. */
  heard(event: CoreEvent): void
  jobEnded(job: EndedJob): void
  processMoved(change: ProcessChange): void
  patternFound(found: FoundPattern): void
  /** What `display` gives may be another than before. */
  desktopChanged(): void
  /** The person has seen how these jobs ended. */
  seen(jobIds: readonly string[]): void
  onAction(action: NoticeAction, notice: Notice): void
  onTray(action: TrayAction): void
  close(): void
}

/** What is said of a choice that did not work. */
const FAILURES: Readonly<Record<TrayAction['type'], string>> = {
  open: 'The window could not be opened',
  'run-again': 'The job could not be run again',
  stop: 'The job could not be stopped',
  dismiss: 'It could not be dismissed',
  launch: 'The app could not be launched',
  quit: 'Drover could not be ended',
}

export function openDesktopRoom(options: DesktopRoomOptions): DesktopRoom {
  const { methods, owner, shell, config, display, onError } = options
  const attention = new Attention()
  const hostStates = new Map<string, string>()
  /** What was chosen and is not done yet: a second click on the same is the same wish. */
  const underWay = new Set<string>()
  const notifier = new Notifier({
    rules: () => policyRules(config().notifications),
    isWatched: options.isWatched,
    hasDesktop: () => shell().mayNotify,
    show: notice => shell().notify(notice),
    held: heldOf(options.held.read()),
    keep: held => options.held.write(heldText(held)),
  })
  const tray = new Tray({
    view: () => (config().tray.show && shell().mayHaveTray ? trayView(trayState()) : null),
    show: view => shell().showTray(view),
    onError,
  })
  const trayState = () => ({
    needs: attention.needs,
    apps: options.apps?.list() ?? [],
    jobs: options.unfinished().toReversed(),
    hosts: options.hosts(),
    leaving: options.leaving(),
    panel: config().tray.panel,
  })

  function heard(event: CoreEvent): void {
    if (event.type === 'host.changed') hostChanged(event.host)
    else if (event.type === 'host.removed') {
      attention.hostRemoved(event.name)
      notifier.hostRemoved(event.name)
      hostStates.delete(event.name)
      tray.changed()
    } else if (event.type === 'config.changed') {
      notifier.circumstancesChanged()
      tray.changed()
    } else if (event.type === 'file.stuck') notifier.happened(fileNotice(event), event.host)
    else if (event.type === 'file.returned') fileReturned(event)
    else if (event.type === 'job.changed' || event.type === 'job.removed' || event.type === 'apps.changed') tray.changed()
  }

  function fileReturned({ host, path, keptAs }: { host: string; path: string; keptAs: string | null }): void {
    if (keptAs !== null) notifier.happened(fileNotice({ host, path, keptAs }), host)
  }

  /** Comes with every sample, too. */
  function hostChanged(host: HostView): void {
    const state = `${host.state} ${host.error?.code}`
    if (hostStates.get(host.name) === state) return
    hostStates.set(host.name, state)
    attention.hostChanged(host)
    if (host.name !== LOCAL.name)
      notifier.hostChanged({ name: host.name, isConnected: host.state === 'connected', why: host.error?.message ?? null })
    tray.changed()
  }

  function seen(jobIds: readonly string[]): void {
    if (attention.dismiss(jobIds.map(id => `job:${id}`))) tray.changed()
  }

  async function open(route: string): Promise<void> {
    const { problem } = await methods()['window.open']({ display: display(), route }, owner)
    if (problem !== null) throw new AppError('NOT_FOUND', problem)
  }

  async function runAgain(jobId: string): Promise<void> {
    await methods()['job.rerun']({ job: jobId, host: null, terminal: null, jobId: randomUUID() }, owner)
  }

  async function launch(appId: string, host: string | null): Promise<void> {
    const jobs = (await options.apps?.launch(appId, host)) ?? []
    // A program of the terminal is shown by nobody else.
    for (const { id, hasTerminal } of jobs) if (hasTerminal) await open(`/jobs/${id}/terminal`)
  }

  async function chosen(action: TrayAction): Promise<void> {
    switch (action.type) {
      case 'open':
        return await open(action.route)
      case 'run-again':
        seen([action.jobId])
        return await runAgain(action.jobId)
      case 'stop':
        await methods()['job.stop']({ job: action.jobId, graceMs: 10_000, signal: 'TERM' }, owner)
        return
      case 'dismiss':
        if (attention.dismiss(action.ids)) tray.changed()
        return
      case 'launch':
        return await launch(action.appId, action.host)
      case 'quit':
        await methods()['core.stop']({}, owner)
    }
  }

  /** Who chose it looks at no window of ours: that it did not work is told where it was chosen. */
  function once(key: string, what: string, work: () => Promise<void>): void {
    if (underWay.has(key)) return
    underWay.add(key)
    void work()
      .catch(error => {
        onError(error)
        shell().notify(failureNotice({ what, why: toErrorBody(error).message, route: '/' }))
      })
      .finally(() => underWay.delete(key))
  }

  return {
    heard,
    jobEnded: job => {
      attention.jobEnded(job)
      notifier.jobEnded(job)
      tray.changed()
    },
    processMoved: change => {
      const { after } = change
      const notice = processNotice(change, config().notifications)
      if (notice) notifier.happened(notice, after.host ?? LOCAL.name)
      if (attention.processMoved(after, needsPerson(after))) tray.changed()
    },
    patternFound: found => notifier.happened(patternNotice(found), found.process.host ?? LOCAL.name),
    desktopChanged: () => {
      shell().desktopChanged()
      notifier.circumstancesChanged()
      tray.changed()
    },
    seen,
    onAction: (action, { jobId, route }) =>
      once(`${action} ${route}`, FAILURES[action === 'again' ? 'run-again' : 'open'], async () => {
        if (jobId !== null) seen([jobId])
        if (action === 'again') return jobId === null ? undefined : await runAgain(jobId)
        await open(jobId !== null && action === 'log' ? `${route}/log` : route)
      }),
    onTray: action => once(JSON.stringify(action), FAILURES[action.type], () => chosen(action)),
    close: () => {
      notifier.close()
      tray.close()
    },
  }
}

function policyRules({ quietFrom, quietTo, ...rules }: Config['notifications']): PolicyRules {
  const isSet = quietFrom !== null && quietTo !== null
  return { ...rules, quiet: isSet ? { fromMinute: minuteOf(quietFrom), toMinute: minuteOf(quietTo) } : null }
}

/** Of the environment what names a desktop. */
export function desktopOf(env: NodeJS.ProcessEnv): Display {
  return Object.fromEntries(DISPLAY_VARIABLES.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])))
}
