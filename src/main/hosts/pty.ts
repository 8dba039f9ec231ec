/**
 * A process in a terminal of this machine, as a channel. node-pty is an optional package: where it has no build, only terminals are missing.
 */
import { constants } from 'node:os'
import { Readable, Writable } from 'node:stream'
import { AppError } from '../../shared/errors.ts'
import type { ChildSession, ToEnd } from './child-channel.ts'
import { isOver } from './streams.ts'
import type { Channel, ChannelEnd, TerminalSize } from './transport.ts'

export type PtyCommand = {
  file: string
  args: string[]
  cwd: string
  env: NodeJS.ProcessEnv
  terminal: TerminalSize & { term: string }
  toEnd?: ToEnd
}

/** @throws {AppError} `MISSING_TOOL` if node-pty is not there for this platform. */
export async function ptyChannel(command: PtyCommand): Promise<ChildSession> {
  const { spawn } = await loadNodePty()
  const { file, args, cwd, terminal, toEnd = end => end } = command
  const env = { ...command.env, TERM: terminal.term }
  const pty = spawn(file, args, { name: terminal.term, cols: terminal.columns, rows: terminal.rows, cwd, env, encoding: null })
  const { promise: exited, resolve } = Promise.withResolvers<ChannelEnd>()
  const stdout = new Readable({
    read: () => pty.resume(),
    destroy: (error, done) => {
      pty.resume() // Nobody reads any more; what runs shall not stand still for that.
      done(error)
    },
  })
  let isGone = false
  // With `encoding: null` node-pty gives and takes Buffers, whatever its types say.
  pty.onData(data => {
    if (!stdout.destroyed && !stdout.push(data)) pty.pause()
  })
  pty.onExit(({ exitCode, signal }) => {
    isGone = true
    stdout.push(null)
    resolve(toEnd(signal ? { code: null, signal: signalName(signal) } : { code: exitCode, signal: null }))
  })
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isGone) pty.write(chunk as unknown as string)
      done()
    },
  })
  const stderr = new Readable({ read: () => undefined })
  stderr.push(null)
  const { promise: given, resolve: giveUp } = Promise.withResolvers<ChannelEnd>()
  const read = Promise.all([exited, isOver(stdout)]).then(([end]) => end)
  const channel: Channel = {
    stdin,
    stdout,
    stderr,
    end: Promise.race([read, given]),
    resize: size => {
      if (!isGone) pty.resize(size.columns, size.rows)
    },
    close: () => {
      if (!isGone) pty.kill('SIGHUP') // A terminal that goes away hangs up what runs in it.
      stdin.destroy()
      stdout.destroy()
      giveUp({ code: null, signal: null })
    },
  }
  return { channel, exited }
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
