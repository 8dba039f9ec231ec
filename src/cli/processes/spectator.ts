/** Shows what processes print and what becomes of them, and knows when all of it is over and how it went. */
import type { OutputEntry, ProcessView, ProjectView } from '../../shared/process.ts'
import { safeJson, visible } from '../../shared/visible.ts'
import type { Cli } from '../cli.ts'
import { delay } from '../delay.ts'
import { written } from '../output.ts'
import { LinePrinter } from './line-printer.ts'
import { Narrator } from './narrator.ts'
import { failureCode, failureText, hasEnded } from './outcome.ts'
import type { ProjectWatch } from './project-watch.ts'

/** Output may come a little after the end of what printed it. */
const DRAIN_MS = 2000

export class Spectator {
  readonly #cli: Cli
  readonly #watch: ProjectWatch
  readonly #startedAt: number
  readonly #lines: LinePrinter
  readonly #narrator: Narrator
  readonly #begun = Promise.withResolvers<void>()
  /** By label: what failed, and has not begun again since. */
  readonly #failed = new Map<string, ProcessView>()
  /** Labels; null: all of the project. */
  #ours: ReadonlySet<string> | null = null
  #isStopAsked: () => boolean = () => false
  /** What never began, as what it waits for did not come. */
  #stuck: readonly ProcessView[] = []
  #entryCame: () => void = () => undefined

  constructor(cli: Cli, watch: ProjectWatch, { hasPrefix, startedAt }: { hasPrefix: boolean; startedAt: number }) {
    this.#cli = cli
    this.#watch = watch
    this.#startedAt = startedAt
    this.#lines = new LinePrinter(cli.out, { hasPrefix, now: startedAt })
    this.#narrator = new Narrator(this.#lines, { now: () => cli.now(), since: startedAt })
  }

  /** What comes before it is known whose output is shown waits for that. */
  readonly take = async (entries: readonly OutputEntry[]): Promise<void> => {
    await this.#begun.promise
    const { out } = this.#cli
    const text = entries.map(entry => {
      if (!('process' in entry) || !this.#isOurs(entry.process)) return ''
      const said = this.#narrator.entry(entry)
      return out.isJson ? `${safeJson(entry)}\n` : said
    })
    this.#entryCame()
    await written(out.stdout, Buffer.from(text.join('')))
  }

  /**
   * `ours`: labels, or null for all. Settles when none of them runs or will by itself, and all that they printed is here. Gives those that
   * wait in vain.
   */
  async watchUntilEnd(ours: readonly string[] | null, isStopAsked: () => boolean): Promise<readonly ProcessView[]> {
    this.#ours = ours && new Set(ours)
    this.#isStopAsked = isStopAsked
    for (const process of this.#processes) this.#changed(process)
    this.#begun.resolve()
    this.#watch.onChange(process => this.#isOurs(process.label) && this.#changed(process))
    const isOver = () => this.#processes.every(process => this.#isOver(process))
    do {
      await this.#watch.until(isOver)
      await Promise.race([this.#drained(), delay(DRAIN_MS)])
    } while (!isOver())
    if (!this.#cli.out.isJson) this.#cli.out.stdout.write(this.#narrator.rest() + this.#lines.end())
    this.#stuck = this.#processes.filter(process => process.isStuck)
    return this.#stuck
  }

  /** The exit code: 0 if they were stopped from here or have ended well, else that of the first that failed. */
  summarise(project: ProjectView): number {
    const { out } = this.#cli
    const away = this.#processes.filter(process => process.unknownSince !== null)
    for (const process of away) out.error(`${failureText(process, this.#cli.now())}. It is stopped as soon as that answers.`)
    if (this.#isStopAsked()) return away.length === 0 ? 0 : 1
    for (const { label, reason } of this.#stuck) out.error(`${visible(label)} was not started: it ${visible(reason ?? 'waits')}`)
    const [first] = this.#failed.values()
    if (first === undefined) return this.#stuck.length === 0 ? 0 : 1
    out.error(`${visible(project.name)} has ended: ${failureText(first, this.#cli.now())}`)
    return failureCode(first)
  }

  get #processes(): ProcessView[] {
    return this.#watch.processes.filter(process => this.#isOurs(process.label))
  }

  #isOurs(label: string): boolean {
    return this.#ours === null || this.#ours.has(label)
  }

  /** Whoever has asked for their end does not wait for a host that is away. */
  #isOver(process: ProcessView): boolean {
    return hasEnded(process) || process.isStuck || (this.#isStopAsked() && process.unknownSince !== null)
  }

  async #drained(): Promise<void> {
    const isDue = ({ endedAt }: ProcessView) => endedAt !== null && endedAt >= this.#startedAt
    while (this.#processes.some(process => isDue(process) && !this.#narrator.hasToldEnd(process))) {
      await new Promise<void>(resolve => {
        this.#entryCame = resolve
      })
    }
  }

  #changed(process: ProcessView): void {
    this.#lines.know(this.#processes)
    const { out } = this.#cli
    if (process.state === 'broken' || (process.state === 'dead' && !process.isRestartDue))
      this.#failed.set(process.label, process)
    else if (process.state === 'starting' || process.state === 'running') this.#failed.delete(process.label)
    const said = this.#narrator.change(process)
    if (out.isJson) out.stdout.write(`${safeJson({ type: 'process.changed', process })}\n`)
    else if (said !== '') out.stdout.write(said)
  }
}
