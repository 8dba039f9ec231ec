/** One terminal stream of a job, joined to ours: bytes go both ways as they are, and the size follows our window. */

import type { TerminalStream } from '../shared/core-stream.ts'
import type { AppError } from '../shared/errors.ts'
import { AlternateScreen } from './alternate-screen.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { written } from './output.ts'
import { isLoss } from './stream-job.ts'
import type { RawTerminal } from './terminal.ts'

const CTRL_C = 0x03

/** `closed`: the host's side ended it, by a detach or with the job; `left`: Ctrl+C did. */
export type AttachEnd = { kind: 'closed' } | { kind: 'left' } | { kind: 'lost'; error: AppError; wasOpen: boolean }

/** @throws {AppError} `CONFLICT` when the job has no terminal, or has none any more. */
export async function attachTerminal(
  cli: Cli,
  session: CoreSession,
  options: { jobId: string; terminal: RawTerminal; leavesOnCtrlC: boolean; opened: () => void },
): Promise<AttachEnd> {
  const { jobId, terminal, leavesOnCtrlC } = options
  let stream: TerminalStream | undefined
  let isLeft = false
  const screen = new AlternateScreen()
  const undo: (() => void)[] = []
  try {
    const size = terminal.size
    stream = await session.openTerminal({ job: jobId, ...size, term: cli.env.TERM ?? 'xterm-256color' })
    const opened = stream
    options.opened()
    terminal.holdForProgram()
    undo.push(terminal.onResize(now => opened.resize(now)))
    if (terminal.size.columns !== size.columns || terminal.size.rows !== size.rows) opened.resize(terminal.size)
    const leave = () => {
      isLeft = true
      opened.close()
    }
    undo.push(terminal.onInput(bytes => (leavesOnCtrlC && bytes.includes(CTRL_C) ? leave() : send(terminal, opened, bytes))))
    for await (const bytes of opened) {
      terminal.touchScreen()
      screen.see(bytes)
      await written(cli.out.stdout, bytes)
    }
    if (!isLeft && !screen.isEntered) terminal.leaveScreen()
    return { kind: isLeft ? 'left' : 'closed' }
  } catch (error) {
    if (isLeft) return { kind: 'left' }
    if (isLoss(error)) return { kind: 'lost', error, wasOpen: stream !== undefined }
    throw error
  } finally {
    for (const one of undo) one()
    stream?.close()
  }
}

/** Reads no further keys until these have been taken. Where they cannot be, the output says why. */
function send(terminal: RawTerminal, stream: TerminalStream, bytes: Uint8Array): void {
  terminal.pauseInput()
  stream.write(bytes).then(
    () => terminal.resumeInput(),
    () => undefined,
  )
}
