/** `drover pull ID PATTERN [LOCAL]`: files of a job, here. */
import type { CoreEvent } from '../../shared/domain.ts'
import { AppError, fromErrorBody } from '../../shared/errors.ts'
import { counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import type { CoreSession } from '../core-client.ts'
import { EXIT_INTERRUPTED } from '../errors.ts'
import { absolutePath } from '../folder.ts'
import { ProgressLine, transferText } from '../progress.ts'

type Ended = Extract<CoreEvent, { type: 'pull.ended' }>

export async function run(cli: Cli, args: Args): Promise<number> {
  const input = {
    job: args.required('ID'),
    pattern: args.required('PATTERN'),
    destination: absolutePath(args.operand('LOCAL') ?? '.'),
    overwrite: args.has('force'),
  }
  const session = await cli.client().connect()
  const progress = new ProgressLine(cli.out)
  try {
    const pull = await PullEvents.start(session, progress)
    const interrupt = cancelOnInterrupt(cli, session)
    const { pullId } = await session.call('job.pull', input)
    interrupt.setPull(pullId)
    const { files, error } = await pull.ended(pullId)
    interrupt.undo()
    progress.end()
    if (error?.code === 'CANCELLED') return EXIT_INTERRUPTED
    if (error !== null) throw fromErrorBody(error)
    if (cli.out.isJson) cli.out.json({ destination: input.destination, files })
    else if (cli.out.isTerminal) cli.out.line(`Brought ${counted(files.length, 'file')} to ${visible(input.destination)}`)
    else for (const file of files) cli.out.line(visible(file))
    return 0
  } finally {
    progress.end()
    session.close()
  }
}

/** The first Ctrl+C cancels, as soon as the core has said which pull is ours; the next leaves at once. */
function cancelOnInterrupt(cli: Cli, session: CoreSession): { setPull(pullId: string): void; undo(): void } {
  let pullId: string | undefined
  let isAsked = false
  const cancel = () => {
    if (!isAsked || pullId === undefined) return
    session.call('pull.cancel', { pullId }).catch((error: Error) => cli.out.note(visible(error.message)))
  }
  const interrupted = () => {
    process.once('SIGINT', () => process.exit(EXIT_INTERRUPTED))
    isAsked = true
    cancel()
  }
  process.once('SIGINT', interrupted)
  return {
    setPull: id => {
      pullId = id
      cancel()
    },
    undo: () => process.off('SIGINT', interrupted),
  }
}

/** Events of pulls, kept from before ours is known by its id. */
class PullEvents {
  readonly #ended = new Map<string, Ended>()
  #pullId: string | undefined
  #finish: ((ended: Ended) => void) | undefined
  #fail: ((error: Error) => void) | undefined

  static async start(session: CoreSession, progress: ProgressLine): Promise<PullEvents> {
    const events = new PullEvents()
    await session.onEvent(event => events.#heard(event, progress))
    session.onReconnect(() =>
      events.#fail?.(new AppError('CORE_UNREACHABLE', 'The core was restarted, and the pull with it is gone. Pull again.')),
    )
    session.onGone(error => events.#fail?.(error))
    return events
  }

  ended(pullId: string): Promise<Ended> {
    this.#pullId = pullId
    return new Promise((resolve, reject) => {
      const ended = this.#ended.get(pullId)
      if (ended !== undefined) resolve(ended)
      this.#finish = resolve
      this.#fail = reject
    })
  }

  #heard(event: CoreEvent, progress: ProgressLine): void {
    if (event.type === 'pull.ended') {
      this.#ended.set(event.pullId, event)
      if (event.pullId === this.#pullId) this.#finish?.(event)
    }
    if (event.type === 'pull.progress' && event.pullId === this.#pullId) {
      progress.set(transferText('Pulling', { files: event.filesDone, bytes: event.bytesDone, bytesTotal: event.bytesTotal }))
    }
  }
}
