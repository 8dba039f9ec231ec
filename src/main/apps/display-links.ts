/**
 * The ways by which windows of apps on hosts come to the desktops here: for each desktop a `waypipe client`, for each host a connection of
 * ssh, and forwards from one to the other. They outlive the core, and a new one finds them by their records. Nothing is shaken hands over
 * for a launch when its link is up.
 */
import { randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import { shellQuote } from '../../shared/shell-quote.ts'
import type { KeyVault } from '../hosts/key-vault.ts'
import type { SshHost } from '../hosts/ssh-config.ts'
import type { SshSettings } from '../hosts/ssh-tools.ts'
import type { DrawingLink } from './app-script.ts'
import type { Compression } from './compression.ts'
import { endMaster, forward, runThrough, startMaster } from './display-master.ts'
import { type ClientRecord, DisplayRecords, type MasterRecord } from './display-records.ts'
import { isListening } from './listening.ts'
import { isRunning } from './process-mark.ts'
import { endSound, knownSound, openSound } from './sound/sound-links.ts'
import { SpareDisplays } from './spare-displays.ts'
import { endStrayClients } from './stray-clients.ts'
import { endClient, startClient } from './waypipe-client.ts'

export type DisplayLinksOptions = {
  folder: string
  settings: SshSettings
  /** Keys that were unlocked serve here as well. */
  vault: KeyVault
  env: NodeJS.ProcessEnv
}
export type DisplayLink = { id: string; remoteSocket: string; compression: Compression }
export type LinkRequest = {
  host: string
  connection: string
  ssh: SshHost
  /** The agent's folder there, absolute. */
  root: string
  desktopSocket: string
  compression: Compression
}

export class DisplayLinks {
  readonly #records: DisplayRecords
  readonly #options: DisplayLinksOptions
  readonly #spares: SpareDisplays
  /** One link at a time is made, so that two launches do not make two of what they can share. */
  #making: Promise<unknown> = Promise.resolve()
  #inMaking = 0

  constructor(options: DisplayLinksOptions) {
    this.#options = options
    this.#spares = new SpareDisplays(options.settings)
    this.#records = new DisplayRecords(options.folder)
    endStrayClients(options.settings.runtimeDir, new Set(this.#clients().map(({ socketPath }) => socketPath)))
  }

  /** The link from that host to that desktop, made where there is none. @throws {AppError} why it cannot be made. */
  acquire(request: LinkRequest): Promise<DisplayLink> {
    const known = this.#known(request)
    return known ? Promise.resolve(known) : this.#inTurn(() => this.#known(request) ?? this.#make(request))
  }

  /** The socket on the host of that link through which its apps play on the sound server here. @throws {AppError} why there is none. */
  async acquireSound(linkId: string, serverPath: string): Promise<string> {
    const master = () => {
      const found = this.#find(linkId)?.master
      if (found === undefined) throw new AppError('HOST_UNREACHABLE', 'the connection that would carry it was lost')
      return found
    }
    const how = { records: this.#records, settings: this.#options.settings, env: this.#options.env }
    const known = knownSound(master(), serverPath, this.#records)
    return known ?? (await this.#inTurn(() => openSound(master(), serverPath, how)))
  }

  /** An app begins to use the link, and takes the display that is ready there: for the next one another is made. */
  renewSpare(link: DrawingLink, { root, shell }: { root: string; shell: string }): void {
    const controlPath = this.#find(link.id)?.master.controlPath
    if (controlPath !== undefined) this.#spares.renew({ link, controlPath, root, shell })
  }

  /** The links stay. */
  close(): void {
    this.#spares.close()
  }

  /** True when nothing can be drawn through it any more: its connection, its client or its desktop is gone. */
  isDown(linkId: string): boolean {
    const found = this.#find(linkId)
    if (found === null || !isRunning(found.master.mark) || !isRunning(found.client.mark)) return true
    return !isListening(found.client.desktopSocket)
  }

  /** The links there are, also those that are down. */
  all(): { linkId: string; masterId: string; host: string; remoteSocket: string }[] {
    return this.#masters().flatMap(({ id, host, forwards }) => forwards.map(one => ({ ...one, masterId: id, host })))
  }

  /** Ends the connections that are named no more, and what only they needed; and sound for hosts that may not play here. */
  keepOnly(isNeeded: (masterId: string) => boolean, mayPlay: (host: string) => boolean): void {
    if (this.#inMaking > 0) return // Half of what is being made looks as if nobody needed it.
    for (const master of this.#masters()) {
      if (!isRunning(master.mark) || !isNeeded(master.id)) endMaster(master, this.#records)
    }
    const used = new Set(this.#masters().flatMap(({ forwards }) => forwards.map(({ clientId }) => clientId)))
    for (const client of this.#clients()) {
      if (!isRunning(client.mark) || !used.has(client.id)) endClient(client, this.#records)
    }
    endSound(this.#records, mayPlay)
  }

  /** After what is being made, and before what is asked for next. */
  #inTurn<T>(make: () => T | Promise<T>): Promise<T> {
    this.#inMaking++
    const made = this.#making.then(make).finally(() => {
      this.#inMaking--
    })
    this.#making = made.catch(() => undefined) // Whoever asked for it is told.
    return made
  }

  #known({ host, connection, desktopSocket, compression }: LinkRequest): DisplayLink | null {
    const client = this.#client(desktopSocket, compression)
    const master = this.#master(host, connection)
    const there = master?.forwards.find(({ clientId }) => clientId === client?.id)
    return there ? { id: there.linkId, remoteSocket: there.remoteSocket, compression } : null
  }

  async #make(request: LinkRequest): Promise<DisplayLink> {
    const { host, connection, ssh, root, desktopSocket, compression } = request
    const records = this.#records
    const { settings, vault, env } = this.#options
    const how = { records, settings }
    const [client, master] = await Promise.all([
      this.#client(desktopSocket, compression) ??
        startClient({ desktopSocket, compression }, { records, runtimeDir: settings.runtimeDir, env }),
      this.#master(host, connection) ?? startMaster({ name: host, connection, host: ssh }, { ...how, vault }),
    ])
    const folder = `${root}/display`
    await runThrough(master, sweptFolder(folder), settings)
    const linkId = randomBytes(6).toString('hex')
    const remoteSocket = `${folder}/s${linkId}`
    await forward(master, { linkId, remoteSocket, client }, how)
    return { id: linkId, remoteSocket, compression }
  }

  #client(desktopSocket: string, compression: Compression): ClientRecord | undefined {
    return this.#clients().find(
      one => one.desktopSocket === desktopSocket && one.compression === compression && isRunning(one.mark),
    )
  }

  #master(host: string, connection: string): MasterRecord | undefined {
    return this.#masters().find(one => one.host === host && one.connection === connection && isRunning(one.mark))
  }

  #find(linkId: string): { master: MasterRecord; client: ClientRecord } | null {
    for (const master of this.#masters()) {
      const there = master.forwards.find(one => one.linkId === linkId)
      const client = this.#clients().find(({ id }) => id === there?.clientId)
      if (client) return { master, client }
    }
    return null
  }

  #clients(): ClientRecord[] {
    return this.#records.list().filter(record => record.kind === 'client')
  }

  #masters(): MasterRecord[] {
    return this.#records.list().filter(record => record.kind === 'master')
  }
}

/** Makes the folder for our sockets on a host, open to nobody else. What earlier links left behind goes. */
function sweptFolder(folder: string): string {
  // sshd binds its sockets by their whole path, waypipe its own by their name. What stood ready is named by its process.
  return [
    `umask 077; d=${shellQuote(folder)}; mkdir -p "$d" && chmod 700 "$d" && cd "$d" || exit`,
    'for s in s* w*; do',
    '  [ -S "$s" ] || continue',
    '  grep -qF -e " $d/$s" -e " $s" /proc/net/unix || rm -f "$s"',
    'done',
    `for s in *.*; do [ ! -p "$s" ] || [ -e "/proc/\${s##*.}" ] || rm -f "$s"; done`,
  ].join('\n')
}
