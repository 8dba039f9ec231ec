/**
 * Builds what has to do with apps, for core.ts: the catalogue of all hosts, launching, and the answers for clients of beowulf, which launch
 * by themselves. It decides nothing itself.
 */
import { dirname, join } from 'node:path'
import type { Display, Methods, Principal } from '../shared/contract.ts'
import type { EventBody } from '../shared/domain.ts'
import { AppError } from '../shared/errors.ts'
import type { Paths } from '../shared/paths.ts'
import type { BeowulfAnswers } from './api/beowulf.ts'
import { sshDestination } from './api/beowulf-messages.ts'
import { Apps } from './apps/apps.ts'
import type { CatalogueRoom } from './apps/catalogue-room.ts'
import { openCatalogueRoom } from './apps/catalogue-room.ts'
import { DisplayLinks } from './apps/display-links.ts'
import { ReportedApps } from './apps/reported-apps.ts'
import type { LaunchableApps } from './desktop-room.ts'
import type { HostDialler } from './hosts/host-dialler.ts'
import type { HostLink } from './hosts/host-link.ts'
import { type Hosts, LOCAL } from './hosts/hosts.ts'
import type { KeyVault } from './hosts/key-vault.ts'
import type { SshSettings } from './hosts/ssh-tools.ts'
import type { JobRoom } from './job-room.ts'
import { place } from './jobs/placer.ts'
import { launcherWords } from './launcher-words.ts'
import type { Log } from './log.ts'
import { appMethods } from './methods/app-methods.ts'
import { type CatalogueMethod, catalogueMethods } from './methods/catalogue-methods.ts'
import { newRow, UNSEEN_TERMINAL } from './methods/job-methods.ts'
import type { Store } from './store/store.ts'

export type AppRoomOptions = {
  store: Store
  paths: Paths
  env: NodeJS.ProcessEnv
  hosts: Hosts
  resolveSsh: HostDialler['resolve']
  mayPlay(host: string): boolean
  sshSettings: SshSettings
  vault: KeyVault
  room: JobRoom
  /** Whose wishes those of the tray are. */
  owner: Principal
  /** The desktop as it was last heard of. */
  desktop(): Display
  emit(event: EventBody): void
  now(): number
  log: Log
}
export type AppRoom = {
  apps: Apps
  catalogue: CatalogueRoom['catalogue']
  methods: Pick<Methods, CatalogueMethod | 'app.launch' | 'app.place'>
  tray: LaunchableApps
  /** What clients of beowulf launched. */
  reported: ReportedApps
  beowulf: BeowulfAnswers
  /** A file of this computer is at an app of a host by this id, or on its way. */
  isVisiting(visitId: string): boolean
  hostGone(name: string): void
  close(): void
}

const ALL_APPS = { query: '', host: null, locale: null, isAll: true, isFavourite: false }

export function openAppRoom(options: AppRoomOptions): AppRoom {
  const { store, paths, env, hosts, room, owner, desktop, now, log } = options
  const { jobs, runner, placer } = room
  const catalogueRoom = openCatalogueRoom({
    ...{ store, paths, hosts, env, now, log },
    drover: launcherWords(env),
    emit: options.emit,
    isRunning: id => jobs.isUnfinished(id),
  })
  const { catalogue } = catalogueRoom
  const apps = new Apps({
    ...{ jobs, hosts, env, log },
    links: new DisplayLinks({
      folder: join(dirname(paths.databaseFile), 'display'),
      settings: options.sshSettings,
      vault: options.vault,
      env,
    }),
    run: id => runner.run(id),
    resolveSsh: options.resolveSsh,
    mayPlay: options.mayPlay,
    bytesPerSecond: host => store.hosts.get(host).linkBytesPerSecond,
    place: ({ command, id }, without) => {
      const links = () => hosts.all().filter(({ name }) => !without.has(name))
      return place({ ...(id !== undefined && { id }), command, folder: null, kind: 'app' }, null, { ...placer, links })
    },
    desktop,
    newRow: input => newRow({ ...input, host: null, folder: null, sync: false, needs: [], pull: [], createdAt: now() }),
  })
  const reported = new ReportedApps({ history: store.history, holds: placer.holds, now, steadyNow: placer.steadyNow, log })
  const methods: AppRoom['methods'] = {
    ...appMethods(apps),
    ...catalogueMethods(catalogueRoom, {
      launch: ({ isTerminal, folder, env: more, ...what }) => {
        const terminal = isTerminal ? (what.terminal ?? UNSEEN_TERMINAL) : null
        return apps.launch({ ...what, needsDesktop: !isTerminal, folder: null, folderThere: folder, terminal, env: { ...more } })
      },
      place: ({ isTerminal, ...what }) => apps.weigh({ ...what, needsDesktop: !isTerminal }),
    }),
  }
  return {
    apps,
    catalogue,
    methods,
    tray: {
      list: () =>
        catalogue
          .list(ALL_APPS)
          .filter(app => app.isFavourite || app.usedAt !== null)
          .map(({ id, name, hosts: there }) => ({ id, name, hosts: there.map(({ host }) => host) })),
      launch: async (app, host) => {
        const how = { display: desktop(), newInstance: false, env: {}, isTerminal: false, terminal: null }
        const wish = { app, action: null, host, targets: [], ...how }
        return (await methods['app.open'](wish, owner)).jobs
      },
    },
    reported,
    beowulf: {
      allocate: async app => {
        // Its clients run ssh by themselves, so a host is what that can reach: never this computer.
        const links = () => hosts.all().filter(({ name }) => name !== LOCAL.name)
        const { host, reason } = await place({ command: { line: app }, folder: null, kind: 'app' }, null, { ...placer, links })
        reported.given(app, { host })
        return { host: sshDestination(hosts.get(host).connection), reason }
      },
      report: ({ app, pid, host }) => reported.report(app, pid, hostMeant(host, hosts)),
    },
    hostGone: name => {
      catalogueRoom.hostGone(name)
      reported.hostLost(name)
    },
    isVisiting: id => catalogueRoom.visits.isVisiting(id),
    close: () => {
      catalogueRoom.close()
      apps.close()
    },
  }
}

/** As we told it to a client of beowulf, or as it is called here; never this computer. @throws {AppError} `NOT_FOUND` */
function hostMeant(host: string, hosts: Hosts): HostLink {
  const others = hosts.all().filter(({ name }) => name !== LOCAL.name)
  const meant = others.find(link => sshDestination(link.connection) === host) ?? others.find(({ name }) => name === host)
  if (meant) return meant
  throw new AppError('NOT_FOUND', `No host "${host}". Known hosts: ${others.map(({ name }) => name).join(', ') || 'none'}`)
}
