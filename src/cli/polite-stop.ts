/**
 * What Ctrl+C does to what is followed without a terminal, or does not run yet: the first asks it to end, the second kills it, the third
 * leaves it alone. SIGTERM and SIGHUP ask it to end with the like signal.
 */
import type { Input } from '../shared/contract.ts'
import { visibleLines } from '../shared/visible.ts'
import type { Cli } from './cli.ts'
import { EXIT_INTERRUPTED } from './errors.ts'

type StopSignal = NonNullable<Input<'job.stop'>['signal']>
export type Stop = (how: { signal?: StopSignal; graceMs?: number }) => Promise<unknown>

export class PoliteStop {
  readonly #cli: Cli
  /** For people. */
  readonly #what: string
  #stopIt: Stop | undefined
  #presses = 0
  readonly #int = () => this.#pressed('INT')
  readonly #term = () => this.#pressed('TERM')
  readonly #hup = () => this.#pressed('HUP')

  constructor(cli: Cli, what: string) {
    this.#cli = cli
    this.#what = what
    process.on('SIGINT', this.#int).on('SIGTERM', this.#term).on('SIGHUP', this.#hup)
  }

  get isAsked(): boolean {
    return this.#presses > 0
  }

  /** The core knows it from now on, and this is how it is stopped. A Ctrl+C that came before is passed on. */
  ready(stop: Stop): void {
    this.#stopIt = stop
    if (this.#presses > 0) this.#stop({ signal: 'INT' })
  }

  dispose(): void {
    process.off('SIGINT', this.#int).off('SIGTERM', this.#term).off('SIGHUP', this.#hup)
  }

  #pressed(signal: StopSignal): void {
    this.#presses++
    if (this.#presses > 2) process.exit(EXIT_INTERRUPTED)
    if (this.#stopIt === undefined) {
      // The core may be about to take it: leaving now could leave it running unseen.
      this.#remark('Cancelling as soon as the core has answered; Ctrl+C again and again to leave at once.')
      return
    }
    this.#stop(this.#presses === 1 ? { signal } : { graceMs: 0 })
  }

  #stop(how: { signal?: StopSignal; graceMs?: number }): void {
    this.#remark(
      this.#presses === 1
        ? `Stopping ${this.#what}; Ctrl+C again to kill it.`
        : `Killing ${this.#what}; Ctrl+C again to leave it.`,
    )
    this.#stopIt?.(how).catch((error: Error) => {
      this.#cli.out.note(`It could not be stopped: ${visibleLines(error.message)}`)
    })
  }

  /** Only a person needs to be told what the next Ctrl+C would do. */
  #remark(text: string): void {
    if (this.#cli.out.stderr.isTTY) this.#cli.out.note(`\r\x1b[K${text}`)
  }
}
