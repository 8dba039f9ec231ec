/**
 * The machine the core runs on, as a host: child processes of /bin/sh. Each leads a session of its own, so that neither a Ctrl+C
 * in the core's terminal nor the core's death reaches what it runs.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { homedir } from 'node:os'
import { AppError } from '../../shared/errors.ts'
import { childChannel } from './child-channel.ts'
import { ptyChannel } from './pty.ts'
import type { Channel, ExecOptions, Transport } from './transport.ts'

export class LocalTransport implements Transport {
  readonly kind = 'local'
  /** This machine cannot be lost; it settles when we close. */
  readonly lost: Promise<Error>
  readonly #env: NodeJS.ProcessEnv
  readonly #lose: (error: Error) => void
  readonly #open = new Set<Channel>()
  #isClosed = false

  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.#env = env
    const { promise, resolve } = Promise.withResolvers<Error>()
    this.lost = promise
    this.#lose = resolve
  }

  async exec(command: string, options: ExecOptions): Promise<Channel> {
    if (this.#isClosed) throw new AppError('HOST_UNREACHABLE', 'local: the connection was closed')
    if (options.signal?.aborted) throw new AppError('CANCELLED', 'The command was cancelled before it began')
    const channel = await this.#start(command, options)
    this.#open.add(channel)
    const close = () => channel.close()
    options.signal?.addEventListener('abort', close, { once: true })
    channel.end.finally(() => {
      this.#open.delete(channel)
      options.signal?.removeEventListener('abort', close)
    })
    if (options.signal?.aborted) {
      channel.close()
      throw new AppError('CANCELLED', 'The command was cancelled')
    }
    return channel
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const channel of this.#open) channel.close()
    this.#lose(new AppError('HOST_UNREACHABLE', 'local: the connection was closed'))
  }

  /** As over ssh, a command begins in the home folder. */
  async #start(command: string, { terminal }: ExecOptions): Promise<Channel> {
    const cwd = this.#env.HOME ?? homedir()
    if (terminal) return (await ptyChannel({ file: '/bin/sh', args: ['-c', command], cwd, env: this.#env, terminal })).channel
    const child = spawn('/bin/sh', ['-c', command], { cwd, env: this.#env, detached: true, stdio: 'pipe' })
    try {
      await once(child, 'spawn')
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new AppError('HOST_UNREACHABLE', `local: cannot start /bin/sh in ${cwd}: ${message}`, { cause })
    }
    return childChannel(child).channel
  }
}
