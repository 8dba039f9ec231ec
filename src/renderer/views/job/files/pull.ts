/** One pull as its dialog sees it: begun, told of by events, ended, or left. */
import type { CoreEvent } from '../../../../shared/domain.ts'
import { type ErrorBody, toErrorBody } from '../../../../shared/errors.ts'
import { core } from '../../../core.ts'
import { onCoreEvent } from '../../../link/follow-core.ts'
import { useCore } from '../../../stores/core-store.ts'

export type PullState =
  | { kind: 'asking' }
  | { kind: 'running'; filesDone: number; bytesDone: number; bytesTotal: number | null; isWaiting: boolean }
  /** `files`: the first of them. */
  | { kind: 'in-the-way'; files: readonly string[]; count: number }
  | { kind: 'failed'; message: string }
  | { kind: 'done'; files: readonly string[] }

const STARTED: PullState = { kind: 'running', filesDone: 0, bytesDone: 0, bytesTotal: null, isWaiting: false }

export class Pull {
  readonly #jobId: string
  readonly #tell: (state: PullState) => void
  #pullId: string | undefined
  /** What came before the core's answer said which pull is ours. */
  #early: CoreEvent[] = []
  #forget: () => void = () => undefined

  constructor(jobId: string, tell: (state: PullState) => void) {
    this.#jobId = jobId
    this.#tell = tell
  }

  async begin(what: { pattern: string; destination: string; overwrite: boolean }): Promise<void> {
    this.forget()
    this.#tell(STARTED)
    const forgetEvents = onCoreEvent(event => {
      if (this.#pullId === undefined) this.#early.push(event)
      else this.#heard(event)
    })
    // It went with the core that did it.
    const forgetLink = useCore.subscribe(({ link }, { link: before }) => {
      if (before.kind === 'connected' && link.kind !== 'connected')
        this.#end({ kind: 'failed', message: 'The connection to the core broke, and the pull with it. Pull again.' })
    })
    this.#forget = () => {
      forgetEvents()
      forgetLink()
    }
    try {
      const { pullId } = await core.call('job.pull', { job: this.#jobId, ...what })
      this.#pullId = pullId
      for (const event of this.#early.splice(0)) this.#heard(event)
    } catch (error) {
      this.#end({ kind: 'failed', message: toErrorBody(error).message })
    }
  }

  async cancel(): Promise<void> {
    // It may have ended just now.
    if (this.#pullId !== undefined) await core.call('pull.cancel', { pullId: this.#pullId }).catch(() => undefined)
  }

  forget(): void {
    this.#forget()
    this.#forget = () => undefined
    this.#pullId = undefined
    this.#early = []
  }

  #heard(event: CoreEvent): void {
    if (!('pullId' in event) || event.pullId !== this.#pullId) return
    if (event.type === 'pull.progress') {
      const { filesDone, bytesDone, bytesTotal, isWaiting } = event
      this.#tell({ kind: 'running', filesDone, bytesDone, bytesTotal, isWaiting })
    } else this.#end(event.error === null ? { kind: 'done', files: 'files' in event ? event.files : [] } : failure(event.error))
  }

  #end(state: PullState): void {
    this.forget()
    this.#tell(state)
  }
}

function failure({ code, message, details }: ErrorBody): PullState {
  const { files, count } = details
  if (code === 'CONFLICT' && Array.isArray(files) && typeof count === 'number')
    return { kind: 'in-the-way', files: files.map(String), count }
  return code === 'CANCELLED' ? { kind: 'asking' } : { kind: 'failed', message }
}
