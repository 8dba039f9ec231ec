/**
 * One line on stderr that says how far something long has come. It appears after a second, is redrawn in place, and goes away
 * when the thing is done. Where stderr is no terminal there is none.
 */
import type { JobView, SyncProgress } from '../shared/domain.ts'
import { bytesText, countText } from '../shared/format.ts'
import { visible } from '../shared/visible.ts'
import type { Output } from './output.ts'
import { cutToWidth } from './width.ts'

const SHOW_AFTER_MS = 1000
const REDRAW_MS = 100
const BAR_CELLS = 20

export class ProgressLine {
  readonly #out: Output
  #text = ''
  #shown = ''
  #timer: NodeJS.Timeout | undefined

  constructor(out: Output) {
    this.#out = out
    if (out.stderr.isTTY) this.#timer = setTimeout(() => this.#begin(), SHOW_AFTER_MS)
    this.#timer?.unref()
  }

  set(text: string): void {
    this.#text = text
  }

  /** Takes the line away. */
  end(): void {
    clearInterval(this.#timer)
    if (this.#shown !== '') this.#out.stderr.write('\r\x1b[K')
    this.#shown = ''
  }

  #begin(): void {
    this.#draw()
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS)
    this.#timer.unref()
  }

  #draw(): void {
    const text = cutToWidth(this.#text, (this.#out.stderr.columns || 80) - 1)
    if (text === this.#shown) return
    this.#shown = text
    this.#out.stderr.write(`\r${text}\x1b[K`)
  }
}

/** What a job that does not run yet is waiting for. */
export function waitingText(job: JobView): string {
  const host = visible(job.host ?? '')
  if (job.progress !== null) return syncText(job.progress, host)
  switch (job.state) {
    case 'queued':
      return 'Waiting for a host …'
    case 'syncing':
      return `Preparing on ${host} …`
    case 'starting':
      return `Starting on ${host} …`
    default:
      return ''
  }
}

function syncText(progress: SyncProgress, host: string): string {
  const files = figures(progress.filesDone, progress.filesTotal, countText)
  const bytes = figures(progress.bytesDone, progress.bytesTotal, bytesText)
  switch (progress.phase) {
    case 'scanning':
      return `Looking through the folder: ${files} files, ${bytes}`
    case 'comparing':
      return `Comparing with ${host}: ${files} files`
    case 'sending':
      return `Sending to ${host} ${bar(progress.bytesDone, progress.bytesTotal)}${bytes}, ${files} files`
    case 'copying':
      return `Copying on ${host}: ${files} files`
  }
}

export function transferText(what: string, done: { files: number; bytes: number; bytesTotal: number | null }): string {
  const bytes = figures(done.bytes, done.bytesTotal, bytesText)
  return `${what} ${bar(done.bytes, done.bytesTotal)}${bytes}, ${countText(done.files)} files`
}

function figures(done: number, total: number | null, text: (count: number) => string): string {
  return total === null ? text(done) : `${text(done)} of ${text(total)}`
}

/** `[#####---------------] 24 % ` */
function bar(done: number, total: number | null): string {
  if (total === null || total <= 0) return ''
  const ratio = Math.min(1, done / total)
  const full = Math.floor(ratio * BAR_CELLS)
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_CELLS - full)}] ${Math.floor(ratio * 100)} %  `
}
