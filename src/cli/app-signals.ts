/**
 * The signals of whoever started an app go to the app: INT, TERM, HUP and QUIT are its own to answer, Ctrl+Z holds it as it holds us. A
 * second Ctrl+C ends what did not listen to the first, a third leaves it alone.
 */
import type { Input } from '../shared/contract.ts'
import { isFinal } from '../shared/domain.ts'
import { visibleLines } from '../shared/visible.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { EXIT_INTERRUPTED } from './errors.ts'
import { jobExitCode } from './job-exit.ts'
import type { JobWatch } from './job-watch.ts'

type EndSignal = NonNullable<Input<'job.stop'>['signal']>

const ENDS = ['INT', 'TERM', 'HUP', 'QUIT'] as const

export class AppSignals {
  readonly #cli: Cli
  readonly #session: CoreSession
  readonly #listeners: [signal: NodeJS.Signals, listener: () => void][]
  #job: { watch: JobWatch; id: string } | undefined
  /** What came before there was a job. */
  #early: EndSignal | undefined
  #interrupts = 0

  constructor(cli: Cli, session: CoreSession) {
    this.#cli = cli
    this.#session = session
    this.#listeners = [
      ...ENDS.map((signal): [NodeJS.Signals, () => void] => [`SIG${signal}`, () => this.#end(signal)]),
      ['SIGTSTP', () => void this.#hold()],
      ['SIGCONT', () => void this.#pass('CONT')],
    ]
    for (const [signal, listener] of this.#listeners) process.on(signal, listener)
  }

  /** The core knows the job from now on. */
  async setJob(watch: JobWatch, id: string): Promise<void> {
    this.#job = { watch, id }
    if (this.#early !== undefined) await this.#stop({ signal: this.#early })
  }

  /** The exit code, when the app has ended. */
  async ended(watch: JobWatch): Promise<number> {
    return jobExitCode(await watch.until(isFinal))
  }

  dispose(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener)
  }

  #end(signal: EndSignal): void {
    if (signal === 'INT') this.#interrupts++
    if (this.#interrupts > 2) process.exit(EXIT_INTERRUPTED)
    if (this.#job === undefined) this.#early ??= signal
    else if (this.#interrupts > 1) void this.#stop({ graceMs: 0 })
    // One that does not run yet is cancelled.
    else if (this.#job.watch.job?.state === 'running') void this.#pass(signal)
    else void this.#stop({ signal })
  }

  async #hold(): Promise<void> {
    await this.#pass('STOP')
    process.kill(process.pid, 'SIGSTOP')
  }

  async #pass(signal: Input<'job.signal'>['signal']): Promise<void> {
    const { id } = this.#job ?? {}
    if (id === undefined) return
    await this.#session.call('job.signal', { job: id, signal }).catch(error => this.#tell(signal, error))
  }

  async #stop(how: { signal?: EndSignal; graceMs?: number }): Promise<void> {
    await this.#session.call('job.stop', { job: this.#job?.id ?? '', ...how }).catch(error => this.#tell('it to end', error))
  }

  #tell(what: string, error: Error): void {
    this.#cli.out.note(`The app could not be told ${what}: ${visibleLines(error.message)}`)
  }
}
