/**
 * Lines of several processes as one text: each with its time and its process before it, in that one's colour. For a terminal what would
 * disturb the others is taken out of a line; in a pipe lines are as they were written.
 */
import { bytesText } from '../../shared/format.ts'
import type { OutputEntry } from '../../shared/process.ts'
import { endText } from '../../shared/process-text.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import type { Output } from '../output.ts'
import { padToWidth } from '../width.ts'
import { tameLine } from './tame-line.ts'

/** No red, which is for what went wrong. */
const COLORS = ['36', '33', '32', '35', '34', '38;5;208', '96', '93', '92', '95', '94', '38;5;141'] as const
const NO_TIME = '        '

export type Labelled = { label: string; position: number }
type Told = { process: string; at: number | null }

export class LinePrinter {
  readonly #out: Output
  readonly #hasPrefix: boolean
  readonly #prefixes = new Map<string, { color: string; rest: string }>()
  #known: readonly Labelled[] = []
  #width = 0
  /** Whose line waits for its rest. */
  #open: string | undefined
  #day: string
  /** Of the time that was written last. */
  #second = { at: -1, time: '', day: '' }

  constructor(out: Output, { hasPrefix, now }: { hasPrefix: boolean; now: number }) {
    this.#out = out
    this.#hasPrefix = hasPrefix
    this.#day = dayText(now)
  }

  /** All whose lines may come: decides of colours, and how wide a prefix is. */
  know(processes: readonly Labelled[]): void {
    this.#known = processes
    this.#width = processes.reduce((widest, { label }) => Math.max(widest, label.length), this.#width)
    this.#prefixes.clear()
  }

  /** With its line end, but for the beginning of a line whose rest follows. Empty for what is nothing to print. */
  entry(entry: OutputEntry): string {
    switch (entry.type) {
      case 'line': {
        const text = this.#out.isTerminal ? tameLine(entry.text) : entry.text
        const start = this.#open === entry.process ? '' : this.#begin(entry)
        this.#open = entry.isCut ? entry.process : undefined
        return `${start}${text}${entry.isCut ? '' : '\n'}`
      }
      case 'skipped':
        return this.remark({ ...entry, at: null }, `${bytesText(entry.bytes)} left out here: drover logs has them`)
      case 'dropped':
        return this.remark({ ...entry, at: null }, `${bytesText(entry.bytes)} are gone from here: the log had reached its cap`)
      case 'run':
        return this.remark(entry, `run ${entry.run} started, job ${entry.jobId.slice(0, 8)}`)
      case 'ended':
        return this.remark(entry, endText(entry))
      case 'away':
        return this.remark({ ...entry, at: null }, `its output cannot be read now: ${visibleLines(entry.error.message)}`)
      case 'now':
        return ''
    }
  }

  /** A line of ours among those of the processes. Where lines have no prefix there is none. */
  remark(about: Told, text: string): string {
    if (!this.#hasPrefix) return ''
    return `${this.#begin(about)}${this.#out.paint('dim', `[${text}]`)}\n`
  }

  /** Ends a line whose rest did not come. */
  end(): string {
    const end = this.#open === undefined || !this.#hasPrefix ? '' : '\n'
    this.#open = undefined
    return end
  }

  #begin({ process, at }: Told): string {
    const before = this.#open === undefined ? '' : '\n'
    this.#open = undefined
    if (!this.#hasPrefix) return before
    if (at === null) return before + this.#prefix(process, NO_TIME)
    const { time, day } = this.#timeOf(at)
    // History may be of many days.
    const turn = day === this.#day ? '' : `${this.#out.paint('dim', `[${day}]`)}\n`
    this.#day = day
    return before + turn + this.#prefix(process, time)
  }

  #prefix(label: string, time: string): string {
    let prefix = this.#prefixes.get(label)
    if (prefix === undefined) {
      const position = this.#known.find(process => process.label === label)?.position ?? 0
      this.#width = Math.max(this.#width, label.length)
      prefix = { color: COLORS[position % COLORS.length] ?? COLORS[0], rest: ` ${padToWidth(visible(label), this.#width)} | ` }
      this.#prefixes.set(label, prefix)
    }
    return this.#out.paintColor(prefix.color, time + prefix.rest)
  }

  #timeOf(at: number): { time: string; day: string } {
    const second = Math.floor(at / 1000)
    if (second !== this.#second.at) this.#second = { at: second, time: timeText(new Date(at)), day: dayText(at) }
    return this.#second
  }
}

function timeText(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(':')
}

function dayText(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
