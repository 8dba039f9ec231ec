/**
 * Tells of processes what their output does not: what they wait for, that they are ready, that they are started again. The end of a run is
 * told where its output ends, so what is heard of it earlier waits for that.
 */
import { ageText } from '../../shared/format.ts'
import type { OutputEntry, ProcessView } from '../../shared/process.ts'
import { endText } from '../../shared/process-text.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import type { LinePrinter } from './line-printer.ts'
import { hasEnded } from './outcome.ts'

type EndEntry = Extract<OutputEntry, { type: 'ended' }>

export class Narrator {
  readonly #lines: LinePrinter
  readonly #now: () => number
  readonly #latest = new Map<string, ProcessView>()
  /** Ends whose output is not here yet. */
  readonly #held = new Map<string, ProcessView>()
  /** Runs whose end has been told. */
  readonly #told = new Set<string>()

  readonly #since: number

  /** What ended before `since` is not told of. */
  constructor(lines: LinePrinter, { now, since }: { now: () => number; since: number }) {
    this.#lines = lines
    this.#now = now
    this.#since = since
  }

  entry(entry: OutputEntry): string {
    if (entry.type === 'run') {
      const { host } = this.#latest.get(entry.process) ?? {}
      return this.#lines.remark(entry, `started${host ? ` on ${visible(host)}` : ''}, job ${entry.jobId.slice(0, 8)}`)
    }
    return entry.type === 'ended' ? this.#ended(entry) : this.#lines.entry(entry)
  }

  /** Of a process that is not as it was. */
  change(process: ProcessView): string {
    const { label } = process
    const before = this.#latest.get(label)
    this.#latest.set(label, process)
    const held = this.#held.get(label)
    if (held !== undefined && held.jobId !== process.jobId) return this.#release(held) + this.#tell(process, before)
    return this.#tell(process, before)
  }

  /** Whether all that it was told of the run's end has been printed. */
  hasToldEnd(process: ProcessView): boolean {
    return process.jobId === null || this.#told.has(process.jobId)
  }

  /** What is still held, as no more output will come. */
  rest(): string {
    return [...this.#held.values()].map(process => this.#release(process)).join('')
  }

  #tell(process: ProcessView, before: ProcessView | undefined): string {
    if (!isEndOfRun(process)) return this.#say(process, changeText(process, before))
    if ((process.endedAt ?? 0) < this.#since) return ''
    if (this.#told.has(process.jobId ?? '')) {
      const isNews = before?.jobId === process.jobId && (before.state !== process.state || before.retryAt !== process.retryAt)
      return isNews ? this.#say(process, sequelText(process, this.#now())) : ''
    }
    this.#held.set(process.label, process)
    return ''
  }

  #ended(entry: EndEntry): string {
    this.#told.add(entry.jobId)
    const held = this.#held.get(entry.process)
    if (held?.jobId === entry.jobId) return this.#release(held)
    return this.#lines.remark(entry, endText(entry))
  }

  #release(process: ProcessView): string {
    this.#held.delete(process.label)
    this.#told.add(process.jobId ?? '')
    const sequel = sequelText(process, this.#now())
    const text = process.state === 'stopped' ? 'stopped' : endText(process)
    return this.#say(process, sequel === '' ? text : `${text}, ${sequel}`)
  }

  #say(process: ProcessView, text: string): string {
    return text === '' ? '' : this.#lines.remark({ process: process.label, at: this.#now() }, text)
  }
}

/** Its newest run had begun and is over, and nothing has become of it since. */
function isEndOfRun(process: ProcessView): boolean {
  const { state, isRestartDue, startedAt, endedAt, unknownSince } = process
  if (startedAt === null || endedAt === null || unknownSince !== null) return false
  return hasEnded(process) || state === 'dead' || (state === 'waiting' && isRestartDue)
}

function changeText(process: ProcessView, before: ProcessView | undefined): string {
  const host = visible(process.host ?? 'its host')
  if (process.unknownSince !== null) {
    return before?.unknownSince === process.unknownSince ? '' : `${host} cannot be reached; what runs there goes on`
  }
  const isBack = before !== undefined && before.unknownSince !== null
  if (isBack) return [`${host} is back`, before.lastState === process.state ? '' : stateText(process)].filter(Boolean).join(', ')
  return before?.state === process.state && before.reason === process.reason ? '' : stateText(process, before)
}

/** Empty for what its output tells. */
function stateText({ state, reason, hasReadiness }: ProcessView, before?: ProcessView): string {
  const why = reason === null ? '' : visibleLines(reason)
  switch (state) {
    case 'ready':
      return hasReadiness ? 'ready' : ''
    case 'dead':
      return why === '' ? 'could not start' : `could not start: ${why}`
    case 'broken':
    case 'stopping':
      return why === '' ? '' : `${state}: ${why}`
    case 'stopped':
      return before === undefined ? '' : 'stopped'
    default:
      return why
  }
}

/** What follows from its end. */
function sequelText({ state, reason, retryAt, isFlapping }: ProcessView, now: number): string {
  if (state === 'broken') return reason === null ? 'broken' : `broken: ${visibleLines(reason)}`
  if (retryAt === null) return isFlapping && state === 'dead' ? 'and keeps ending' : ''
  const pause = retryAt - now < 1000 ? 'at once' : `in ${ageText(retryAt - now)}`
  return `${isFlapping ? 'keeps ending, ' : ''}starts again ${pause}`
}
