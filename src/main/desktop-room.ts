/**
 * Builds what a person is shown of the core without asking, for core.ts: notifications and the tray; and does what he chooses there. What
 * they say comes from events; what is chosen goes through the same methods that every face uses.
 */
import { randomUUID } from 'node:crypto'
import type { Display, Methods, Principal } from '../shared/contract.ts'
import type { CoreEvent, HostState, HostView } from '../shared/domain.ts'
import type { Config } from './config/schema.ts'
import { LOCAL } from './hosts/hosts.ts'
import { Attention } from './shell/attention.ts'
import type { EndedJob, Notice, NoticeAction } from './shell/notice.ts'
import type { PolicyRules } from './shell/notice-policy.ts'
import { Notifier } from './shell/notifier.ts'
import { minuteOf } from './shell/quiet-hours.ts'
import type { Shell } from './shell/shell.ts'
import { Tray } from './shell/tray.ts'
import { type TrayAction, type TrayApp, type TrayJob, trayView } from './shell/tray-model.ts'

export type LaunchableApps = {
  /** Favourites first, then what was used last. */
  list(): readonly TrayApp[]
  /** `host` null: on the best one. */
  launch(appId: string, host: string | null): Promise<void>
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
  onError(error: unknown): void
}
export type DesktopRoom = {
  /** To be told of everything that happens. */
  heard(event: CoreEvent): void
  jobEnded(job: EndedJob): void
  /** What `display` gives may be another than before. */
  desktopChanged(): void
  /** The person has seen how these jobs ended. */
  seen(jobIds: readonly string[]): void
  onAction(action: NoticeAction, notice: Notice): void
  onTray(action: TrayAction): void
  close(): void
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
    show: notice => shell().notify(notice),
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
      notifier.rulesChanged()
      tray.changed()
    } else if (event.type === 'job.changed' || event.type === 'job.removed' || event.type === 'apps.changed') tray.changed()
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
    await methods()['window.open']({ display: display(), route }, owner)
  }

  async function runAgain(jobId: string): Promise<void> {
    await methods()['job.rerun']({ job: jobId, host: null, terminal: null, jobId: randomUUID() }, owner)
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
        return await options.apps?.launch(action.appId, action.host)
      case 'quit':
        await methods()['core.stop']({}, owner)
    }
  }

  function once(key: string, work: () => Promise<void>): void {
    if (underWay.has(key)) return
    underWay.add(key)
    void work()
      .catch(onError)
      .finally(() => underWay.delete(key))
  }

  return {
    heard,
    jobEnded: job => {
      attention.jobEnded(job)
      notifier.jobEnded(job)
      tray.changed()
    },
    desktopChanged: () => {
      shell().desktopChanged()
      tray.changed()
    },
    seen,
    onAction: (action, { jobId, route }) =>
      once(`${action} ${route}`, async () => {
        if (jobId !== null) seen([jobId])
        if (action === 'again') return jobId === null ? undefined : await runAgain(jobId)
        await open(jobId !== null && action === 'log' ? `${route}/log` : route)
      }),
    onTray: action => once(JSON.stringify(action), () => chosen(action)),
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
