/**
 * What `--pull` brings back by itself at the end of a job: the core does it, one pull for each pattern; this waits for them,
 * so that the files are here when the command line returns.
 */
import type { CoreEvent, JobView } from '../shared/domain.ts'
import { shellQuote } from '../shared/shell-quote.ts'
import type { Cli } from './cli.ts'
import { EXIT_NOT_PULLED } from './errors.ts'
import { counted, shortId } from './format.ts'
import { hasRunToItsEnd } from './job-exit.ts'
import type { JobWatch } from './job-watch.ts'
import { ProgressLine, transferText } from './progress.ts'
import { visibleLines } from './visible.ts'

/** A pull tells every few seconds that it goes on: after so long a silence the core was restarted in its midst. */
const SILENCE_MS = 30_000

type PullEnded = Extract<CoreEvent, { type: 'pull.ended' }>

export class PulledFiles {
  readonly #cli: Cli
  readonly #watch: JobWatch
  readonly #ended: PullEnded[] = []

  /** Made before the job can end, so that no pull is missed. */
  constructor(cli: Cli, watch: JobWatch) {
    this.#cli = cli
    this.#watch = watch
    watch.onChange(event => event?.type === 'pull.ended' && this.#ended.push(event))
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
    const progress = new ProgressLine(out)
    const haveCome = await this.#come(job.pull.length, progress)
    progress.end()
    if (!haveCome) {
      out.error(
        'Nothing was heard of the files to bring back',
        job.pull.map(pattern => byHand(job, pattern)),
      )
      return false
    }
    for (const { pattern, error, files } of this.#ended) {
      if (error !== null) {
        out.error(`"${pattern}" was not brought back: ${error.message}`, error.code === 'NOT_FOUND' ? [] : [byHand(job, pattern)])
      } else if (out.stderr.isTTY) out.note(visibleLines(`Brought back ${counted(files.length, 'file')}`))
    }
    return this.#ended.every(pull => pull.error === null)
  }

  #come(count: number, progress: ProgressLine): Promise<boolean> {
    return new Promise(resolve => {
      let timer: NodeJS.Timeout
      const look = (event?: CoreEvent) => {
        clearTimeout(timer)
        if (event?.type === 'pull.progress') {
          const { filesDone: files, bytesDone: bytes, bytesTotal } = event
          progress.set(transferText('Pulling', { files, bytes, bytesTotal }))
        }
        if (this.#ended.length >= count) return done(true)
        timer = setTimeout(() => done(false), SILENCE_MS)
      }
      const stop = this.#watch.onChange(look)
      const done = (answer: boolean) => {
        stop()
        resolve(answer)
      }
      look()
    })
  }
}

function byHand(job: JobView, pattern: string): string {
  return `Bring it elsewhere: drover pull ${shortId(job.id)} ${shellQuote(pattern)} FOLDER`
}
