/**
 * A process in a terminal of this machine, as a channel. node-pty is an optional package: where it has no build, only terminals are missing.
 */
import { constants } from 'node:os'
import { Readable, Writable } from 'node:stream'
import { AppError } from '../../shared/errors.ts'
import type { Channel, ChannelEnd, TerminalSize } from './transport.ts'

export type PtyCommand = {
  file: string
  args: string[]
  cwd: string
  env: NodeJS.ProcessEnv
  terminal: TerminalSize & { term: string }
  /** What the child's end means, where it is not its own code or signal. */
  toEnd?: (end: ChannelEnd) => ChannelEnd | Promise<ChannelEnd>
}

/** @throws {AppError} `MISSING_TOOL` if node-pty is not there for this platform. */
export async function ptyChannel(command: PtyCommand): Promise<Channel> {
  const { spawn } = await loadNodePty()
  const { columns, rows, term } = command.terminal
  const pty = spawn(command.file, command.args, {
    name: term,
    cols: columns,
    rows,
    cwd: command.cwd,
    env: { ...command.env, TERM: term },
    encoding: null,
  })
  const { promise: end, resolve } = Promise.withResolvers<ChannelEnd>()
  const stdout = new Readable({
    read: () => pty.resume(),
    destroy: (error, done) => {
      pty.resume() // Nobody reads any more; what runs shall not stand still for that.
      done(error)
    },
  })
  let isOver = false
  // With `encoding: null` node-pty gives and takes Buffers, whatever its types say.
  pty.onData(data => {
    if (!stdout.destroyed && !stdout.push(data)) pty.pause()
  })
  pty.onExit(({ exitCode, signal }) => {
    isOver = true
    stdout.push(null)
    const raw = signal ? { code: null, signal: signalName(signal) } : { code: exitCode, signal: null }
    const known = command.toEnd?.(raw) ?? raw
    if (stdout.readableEnded || stdout.destroyed) resolve(known)
    else stdout.once('close', () => resolve(known))
  })
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isOver) pty.write(chunk as unknown as string)
      done()
    },
  })
  const stderr = new Readable({ read: () => undefined })
  stderr.push(null)
  return {
    stdin,
    stdout,
    stderr,
    end,
    resize: size => {
      if (!isOver) pty.resize(size.columns, size.rows)
    },
    close: () => {
      // A terminal that goes away hangs up what runs in it.
      if (!isOver) pty.kill('SIGHUP')
      stdin.destroy()
      stdout.destroy()
      resolve({ code: null, signal: null })
    },
  }
}

async function loadNodePty(): Promise<typeof import('@lydell/node-pty')> {
  try {
    return await import('@lydell/node-pty')
  } catch (cause) {
    throw new AppError(
      'MISSING_TOOL',
      'Terminals need the npm package @lydell/node-pty, which has no build for this platform here',
      {
        cause,
        details: { tool: '@lydell/node-pty', host: 'local', install: 'npm install @lydell/node-pty' },
      },
    )
  }
}

function signalName(number: number): string {
  const [name] = Object.entries(constants.signals).find(([, value]) => value === number) ?? []
  return name?.replace(/^SIG/, '') ?? `${number}`
}
