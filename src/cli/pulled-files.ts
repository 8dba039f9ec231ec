/**
 * What `--pull` brings back by itself at the end of a job: the core does it, and notes in the job how each pattern went; this waits for
 * that, so that the files are here when the command line returns. A core that dies meanwhile is followed by one that goes on.
 */
import { type CoreEvent, type JobView, owedPulls } from '../shared/domain.ts'
import { AppError, type ErrorBody } from '../shared/errors.ts'
import { counted, shortId } from '../shared/format.ts'
import { shellQuote } from '../shared/shell-quote.ts'
import { visible, visibleLines } from '../shared/visible.ts'
import type { Cli } from './cli.ts'
import { EXIT_NOT_PULLED } from './errors.ts'
import { hasRunToItsEnd } from './job-exit.ts'
import type { JobWatch } from './job-watch.ts'
import { ProgressLine, transferText } from './progress.ts'

export class PulledFiles {
  readonly #cli: Cli
  readonly #watch: JobWatch
  /** Those that the core does not wait for any more, though they are owed, and why. */
  readonly #dropped = new Map<string, ErrorBody>()

  /** Made before the job can end, so that nothing is missed. */
  constructor(cli: Cli, watch: JobWatch) {
    this.#cli = cli
    this.#watch = watch
    watch.onChange(event => event?.type === 'pull.dropped' && this.#dropped.set(event.pattern, event.error))
  }

  /** The job's exit code, or one of ours if that is 0 but its files are not here. */
  async exitCode(code: number): Promise<number> {
    const { job } = this.#watch
    if (job === undefined || job.state !== 'ended') return code
    return (await this.all(job)) || code !== 0 ? code : EXIT_NOT_PULLED
  }

  /** Waits for all pulls and tells of them on stderr; false if one failed. */
  async all(job: JobView): Promise<boolean> {
    if (job.pull.length === 0 || !hasRunToItsEnd(job)) return true
    const { out } = this.#cli
    try {
      const after = await this.#settled()
      const dropped = owedPulls(after).map(pattern => ({ pattern, files: 0, error: this.#dropped.get(pattern) ?? null }))
      const results = [...after.pullResults, ...dropped]
      for (const { pattern, files, error } of results) {
        if (error !== null) this.#tellFailure(job, pattern, error)
        else if (out.stderr.isTTY) out.note(visibleLines(`Brought back ${counted(files, 'file')}`))
      }
      return results.every(({ error }) => error === null)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const owed = error.code === 'NOT_FOUND' ? [] : owedPulls(this.#watch.job ?? job)
      out.error(
        `It is not known whether all files were brought back: ${error.message}`,
        owed.map(pattern => byHand(job, pattern)),
      )
      return false
    }
  }

  /** @throws {AppError} if the job is removed or the core is gone before. */
  async #settled(): Promise<JobView> {
    const progress = new ProgressLine(this.#cli.out)
    const stop = this.#watch.onChange(event => event?.type === 'pull.progress' && progress.set(this.#text(event)))
    try {
      return await this.#watch.until(job => owedPulls(job).every(pattern => this.#dropped.has(pattern)))
    } finally {
      stop()
      progress.end()
    }
  }

  #text({ filesDone: files, bytesDone: bytes, bytesTotal, isWaiting }: Extract<CoreEvent, { type: 'pull.progress' }>): string {
    if (isWaiting) return `Waiting for ${visible(this.#watch.job?.host ?? 'the host')}, to bring back files …`
    return transferText('Pulling', { files, bytes, bytesTotal })
  }

  #tellFailure(job: JobView, pattern: string, error: ErrorBody): void {
    const advice = error.code === 'NOT_FOUND' ? [] : [byHand(job, pattern)]
    this.#cli.out.error(`"${pattern}" was not brought back: ${error.message}`, advice)
  }
}

function byHand(job: JobView, pattern: string): string {
  return `Bring it elsewhere: drover pull ${shortId(job.id)} ${shellQuote(pattern)} FOLDER`
}
