/**
 * Launches apps, and looks after what draws them. An app is a job: it is listed, logged, stopped and found again as every job. What is its
 * own is here: the desktop it shows itself on, the link through which it is drawn, and what becomes of it when that is lost.
 */
import { randomUUID } from 'node:crypto'
import type { Methods } from '../../shared/contract.ts'
import type { JobView, Placement } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { shortId } from '../../shared/format.ts'
import type { AgentJob } from '../hosts/agent.ts'
import type { Live } from '../hosts/host-link.ts'
import type { Hosts } from '../hosts/hosts.ts'
import type { SshHost } from '../hosts/ssh-config.ts'
import type { Prepared } from '../jobs/job-runner.ts'
import { jobScript } from '../jobs/job-script.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import type { JobApp, JobRow } from '../store/job-table.ts'
import { directScript, drawnScript } from './app-script.ts'
import { chooseCompression, isThisMachine } from './compression.ts'
import { type Desktop, requireDesktop, requireWayland, waylandSocket } from './desktop.ts'
import type { DisplayLink, DisplayLinks } from './display-links.ts'
import { HostProbes, type Probe } from './host-probe.ts'
import { isListening } from './listening.ts'
import { programOf } from './program-of.ts'
import { requireInstalled, requireOwnInstance, requireWaypipe } from './requirements.ts'
import { asNewInstance, instancesOf } from './single-instance.ts'
import { requireSoundServer } from './sound/sound-server.ts'
import { localWaypipe, requireSpeaking, type WaypipeVersion } from './waypipe-version.ts'

/** On a best host only these count; all, if it is not said. */
type Among = { among?: readonly string[] }
/** `folderThere`: where it begins, whichever its host. */
type LaunchInput = Parameters<Methods['app.launch']>[0] & Among & { folderThere?: string | null }
type PlaceInput = Parameters<Methods['app.place']>[0] & Among

export type AppsOptions = {
  jobs: Jobs
  hosts: Hosts
  links: DisplayLinks
  env: NodeJS.ProcessEnv
  run(jobId: string): void
  resolveSsh(connection: string): Promise<SshHost>
  /** Whether apps of that host may be heard here. */
  mayPlay(host: string): boolean
  /** The line to a host as it was measured last. */
  bytesPerSecond(host: string): number | null
  /** By the allocator, among all hosts but those. @throws {AppError} `NO_HOST` */
  place(app: { command: LaunchInput['command']; id?: string | undefined }, without: ReadonlySet<string>): Promise<Placement>
  /** The desktop as it was last heard of. */
  desktop(): Desktop
  newRow(input: {
    command: LaunchInput['command']
    env: Record<string, string>
    terminal: LaunchInput['terminal']
    id: string
  }): JobRow
  log: Log
}

const LOCAL = 'local'
const WATCH_EVERY_MS = 1_000
/** How long a connection that draws nothing is kept for the next launch. */
const IDLE_MS = 10 * 60_000
/** What is so on this host only: another may have the app. */
const ELSEWHERE = new Set(['MISSING_TOOL', 'HOST_UNREACHABLE', 'HOST_ERROR', 'TIMEOUT', 'CONFLICT'])

export class Apps {
  readonly #options: AppsOptions
  readonly #probes = new HostProbes()
  readonly #timer: NodeJS.Timeout
  /** Links that this core has seen up: of another nobody knows when it was lost. */
  readonly #seenUp = new Set<string>()
  readonly #lastUsed = new Map<string, number>()
  readonly #cutting = new Set<string>()
  readonly #sshHosts = new WeakMap<Live, SshHost>()
  #waypipe: WaypipeVersion | null = null

  constructor(options: AppsOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#watch(), WATCH_EVERY_MS).unref()
  }

  async launch(input: LaunchInput): Promise<{ job: JobView }> {
    const { jobs } = this.#options
    const id = input.jobId ?? randomUUID()
    if (jobs.find(id)) return { job: jobs.get(id) }
    const desktop = definedOf(input.display ?? this.#options.desktop())
    if (input.needsDesktop && input.host === LOCAL) requireDesktop(desktop)
    const { placement, live, probe } = await this.#place({ ...input, id })
    const { command, app, problem } = await this.#appOf({ ...input, id, desktop, host: placement.host, live, probe })
    const row = this.#options.newRow({ command, env: input.env, terminal: input.terminal, id })
    // The same, sent again, may have come here first.
    if (!jobs.find(id)) {
      jobs.add({ ...row, kind: 'app', host: placement.host, placement, app, reason: problem ?? null })
      this.#options.run(id)
    }
    return { job: jobs.get(id) }
  }

  /** Where it was shown before, unless that desktop is gone: then where we are now. */
  relaunch(row: JobRow, how: Pick<LaunchInput, 'host' | 'terminal' | 'jobId'>): Promise<{ job: JobView }> {
    const { command, env, app } = row
    const before = waylandSocket(app?.desktop ?? {})
    const display = app !== null && before !== null && isListening(before) ? app.desktop : null
    const needsDesktop = app?.way !== 'terminal'
    const folder = app?.startFolder ?? null
    // Another host may have no such folder.
    const folderThere = app?.way !== 'direct' && how.host === row.host ? folder : null
    return this.launch({ ...how, command, env: { ...env }, display, needsDesktop, folder, folderThere, newInstance: false })
  }

  async weigh(input: PlaceInput): Promise<Placement> {
    return (await this.#place({ ...input, newInstance: true })).placement
  }

  /** What the app's job runs, when its host is about to begin it: again after this core or the link was lost meanwhile. */
  async prepare(row: JobRow, live: Live): Promise<Omit<Prepared, 'process'>> {
    const app = row.app
    const workdir = app?.startFolder ?? live.agent.info.home
    if (app === null || app.way === 'terminal') return { script: jobScript(row), workdir }
    if (app.way === 'direct') return { script: directScript(row, app.desktop), workdir }
    const host = row.host ?? ''
    const isUp = app.link && !this.#options.links.isDown(app.link.id)
    const link = isUp && app.link ? app.link : (await this.#link(host, live, app.desktop)).link
    if (link.id !== app.link?.id) this.#options.jobs.update(row.id, { app: { ...app, link } })
    this.#seenUp.add(link.id)
    this.#options.links.renewSpare(link, live.agent.info)
    return { script: drawnScript(toldOfSound(row, link), { agent: live.agent.info, link }), workdir }
  }

  /** An app whose window was taken from it says so by any code; that its link was lost is known here. */
  asTold(row: JobRow, job: AgentJob): AgentJob {
    const linkId = row.app?.link?.id
    if (job.state !== 'ended' || job.isStopped || linkId === undefined || !this.#seenUp.has(linkId)) return job
    return this.#options.links.isDown(linkId) ? { ...job, state: 'link-lost' } : job
  }

  close(): void {
    clearInterval(this.#timer)
    this.#options.links.close()
  }

  /** A host that has what the app needs. One that was asked for is told about; of all others the next best is taken. */
  async #place(
    input: PlaceInput & { newInstance: boolean; id?: string },
  ): Promise<{ placement: Placement; live: Live; probe: Probe }> {
    const { hosts, place } = this.#options
    if (input.host !== null && input.host !== 'auto') {
      const live = await hosts.get(input.host).ready()
      const probe = await this.#check(input.host, live, input)
      return { placement: { host: input.host, reason: 'asked for', score: 0, candidates: [] }, live, probe }
    }
    const refused = new Map<string, AppError>()
    const { among } = input
    const others = among ? hosts.all().flatMap(({ name }) => (among.includes(name) ? [] : [name])) : []
    for (;;) {
      const placement = await place(input, new Set([...others, ...refused.keys()])).catch(error => {
        throw refused.size === 0 ? error : noneHasIt(refused)
      })
      const { host } = placement
      try {
        const live = await hosts.get(host).ready()
        const probe = await this.#check(host, live, input)
        const left = [...refused].map(([name, error]) => ({ host: name, score: null, refused: error.message }))
        return { placement: { ...placement, candidates: [...placement.candidates, ...left] }, live, probe }
      } catch (error) {
        if (!(error instanceof AppError) || !ELSEWHERE.has(error.code) || refused.has(host)) throw error
        refused.set(host, error)
      }
    }
  }

  /** @throws {AppError} what stands in the way there, and what to do. */
  async #check(host: string, live: Live, input: PlaceInput & { newInstance: boolean }): Promise<Probe> {
    const program = programOf(input.command)
    const probe = await this.#probes.ask({ host, live }, program, input.needsDesktop ? instancesOf(program) : [])
    requireInstalled({ host, program, probe })
    if (!input.needsDesktop) return probe
    if (!input.newInstance)
      requireOwnInstance({ host, program, probe, isOurs: jobId => this.#options.jobs.find(jobId)?.kind === 'app' })
    if (host === LOCAL) return probe
    requireWaypipe({ host, program, probe })
    return probe
  }

  async #appOf(
    launch: LaunchInput & { id: string; desktop: Desktop; host: string; live: Live; probe: Probe },
  ): Promise<{ command: LaunchInput['command']; app: JobApp; problem?: string | null }> {
    const { desktop, host, live } = launch
    const command = launch.newInstance ? newInstanceOf(launch.command, live) : launch.command
    const startFolder = launch.folderThere ?? null
    if (!launch.needsDesktop) return { command, app: { way: 'terminal', desktop: {}, link: null, startFolder } }
    if (host === LOCAL) {
      requireDesktop(desktop)
      return { command, app: { way: 'direct', desktop, link: null, startFolder: startFolder ?? launch.folder } }
    }
    const { link, problem } = await this.#link(host, live, desktop)
    return { command, app: { way: 'waypipe', desktop, link, startFolder }, problem }
  }

  /** `problem`: why it will not be heard, although it may be. */
  async #link(host: string, live: Live, desktop: Desktop): Promise<{ link: JobApp['link'] & object; problem: string | null }> {
    const { hosts, links, env, resolveSsh, bytesPerSecond } = this.#options
    const desktopSocket = await requireWayland(desktop)
    this.#waypipe ??= await localWaypipe(env)
    const { waypipe: there } = await this.#probes.ask({ host, live }, null, [])
    if (there === null) throw new AppError('MISSING_TOOL', `waypipe is not installed on ${host}`)
    requireSpeaking(this.#waypipe, there, host)
    const { connection } = hosts.get(host)
    const ssh = this.#sshHosts.get(live) ?? (await resolveSsh(connection))
    this.#sshHosts.set(live, ssh)
    const line = { isLoopback: isThisMachine(ssh.hostname), bytesPerSecond: bytesPerSecond(host) }
    const compression = chooseCompression(line, [this.#waypipe, there])
    const link = await links.acquire({ host, connection, ssh, root: live.agent.info.root, desktopSocket, compression })
    this.#seenUp.add(link.id)
    return await this.#withSound(link, host, desktop)
  }

  /** An app that cannot be heard can be seen: why is told, and it is begun. */
  async #withSound(link: DisplayLink, host: string, desktop: Desktop) {
    const { links, mayPlay, log } = this.#options
    if (!mayPlay(host)) return { link: { ...link, sound: null }, problem: null }
    try {
      return { link: { ...link, sound: await links.acquireSound(link.id, await requireSoundServer(desktop)) }, problem: null }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      log.warning('an app runs without sound', { host, why })
      return { link: { ...link, sound: null }, problem: `runs without sound: ${why}` }
    }
  }

  /** Ends apps whose windows are gone, as soon as their host can be told; and connections that nobody needs. */
  #watch(): void {
    const { jobs, links, mayPlay } = this.#options
    const drawn = jobs.unfinishedApps().flatMap(row => (row.app?.link ? [{ row, linkId: row.app.link.id }] : []))
    const down = new Map<string, boolean>()
    for (const { row, linkId } of drawn) {
      const isDown = down.get(linkId) ?? links.isDown(linkId)
      down.set(linkId, isDown)
      if (!isDown) this.#seenUp.add(linkId)
      else if (row.state === 'running') this.#cut(row)
    }
    const now = performance.now()
    const used = new Set(drawn.map(({ linkId }) => linkId))
    for (const { linkId, masterId } of links.all()) {
      if (used.has(linkId) || !this.#lastUsed.has(masterId)) this.#lastUsed.set(masterId, now)
    }
    links.keepOnly(masterId => now - (this.#lastUsed.get(masterId) ?? now) < IDLE_MS, mayPlay)
  }

  #cut({ id, host }: JobRow): void {
    const { jobs, hosts, log } = this.#options
    const live = host !== null && hosts.has(host) ? hosts.get(host).live : null
    if (!live || this.#cutting.has(id)) return
    this.#cutting.add(id)
    log.info('the link of an app was lost: it is ended', { job: id, host })
    live.agent
      .cut(id)
      .then(job => jobs.told(job))
      .catch(error => log.warning('an app without a link could not be ended', { job: shortId(id), error: String(error) }))
      .finally(() => this.#cutting.delete(id))
  }
}

/** What the person sets with --env comes after. */
function toldOfSound(row: JobRow, { sound }: JobApp['link'] & object): JobRow {
  return sound ? { ...row, env: { PULSE_SERVER: `unix:${sound}`, ...row.env } } : row
}

/** Of one host its own words; of several all of them. */
function noneHasIt(refused: ReadonlyMap<string, AppError>): AppError {
  const [[, first] = [], ...others] = [...refused]
  if (first !== undefined && others.length === 0) return first
  const reasons = [...refused.values()].map(({ message }) => message)
  return new AppError('NO_HOST', `No host can run it. ${reasons.join('. ')}`, { details: { hosts: [...refused.keys()] } })
}

function definedOf(display: Readonly<Record<string, string | undefined>>): Desktop {
  return Object.fromEntries(Object.entries(display).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** @throws {AppError} `BAD_INPUT` where nobody knows how. */
function newInstanceOf(command: LaunchInput['command'], { agent }: Live): LaunchInput['command'] {
  const program = programOf(command)
  const changed = program === null ? null : asNewInstance(command, program, `${agent.info.root}/profiles`)
  if (changed) return changed
  throw new AppError(
    'BAD_INPUT',
    `How ${program ?? 'this'} is told to be an instance of its own is not known to Drover: give the app's own option for it in place of --new-instance`,
  )
}
