/**
 * Keeps a display ready on a host for the next app: one for each link, begun a moment after a launch, when nobody waits, and given up when
 * none came for a while. Each hangs on a process of ssh, a child of the core: it ends with the link, with the core, and when that is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { type SshSettings, toolEnv } from '../hosts/ssh-tools.ts'
import type { DrawingLink } from './app-script.ts'
import { byLoginShell } from './by-login-shell.ts'
import { sessionArguments } from './display-master.ts'
import { spareScript } from './spare-script.ts'

export type SpareRequest = { link: DrawingLink; controlPath: string; root: string; shell: string }

/** An app that begins has the machine to itself for so long. */
const AFTER_LAUNCH_MS = 500
const IDLE_MS = 10 * 60_000

export class SpareDisplays {
  readonly #settings: SshSettings
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #keepers = new Map<string, ChildProcess>()

  constructor(settings: SshSettings) {
    this.#settings = settings
  }

  /** An app takes what is ready for that link: another is made. */
  renew(request: SpareRequest): void {
    this.#after(request.link.id, AFTER_LAUNCH_MS, () => this.#make(request))
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    for (const linkId of [...this.#keepers.keys()]) this.#end(linkId)
  }

  #make({ link, controlPath, root, shell }: SpareRequest): void {
    this.#end(link.id) // Taken or not: a job that has it holds it itself.
    const name = `w${randomBytes(6).toString('hex')}`
    const args = sessionArguments(controlPath, byLoginShell(shell, spareScript({ root, link, name })))
    const keeper = spawn('ssh', args, { env: toolEnv(this.#settings.env), cwd: homedir(), stdio: ['pipe', 'ignore', 'ignore'] })
    this.#keepers.set(link.id, keeper)
    const forget = () => this.#keepers.get(link.id) === keeper && this.#keepers.delete(link.id)
    // Without one, an app begins its own.
    keeper.on('error', forget).on('exit', forget)
    keeper.stdin.on('error', () => undefined)
    this.#after(link.id, IDLE_MS, () => this.#end(link.id))
  }

  #end(linkId: string): void {
    this.#keepers.get(linkId)?.stdin?.end()
    this.#keepers.delete(linkId)
  }

  #after(linkId: string, ms: number, work: () => void): void {
    clearTimeout(this.#timers.get(linkId))
    const timer = setTimeout(() => {
      this.#timers.delete(linkId)
      work()
    }, ms)
    this.#timers.set(linkId, timer.unref())
  }
}
