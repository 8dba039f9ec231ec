/** The stream an ssh connection runs on: a TCP socket, or a command of the person's (ProxyCommand). */
import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { homedir } from 'node:os'
import type { Duplex } from 'node:stream'
import { AppError } from '../../shared/errors.ts'
import type { SshHost } from './ssh-config.ts'
import { toolEnv } from './ssh-tools.ts'
import { joinStreams } from './streams.ts'

const CONNECT_TIMEOUT_MS = 15_000

/** @throws {AppError} `HOST_UNREACHABLE`, in words. */
export function connectTcp(
  host: string,
  { hostname, port, addressFamily, bindAddress, connectTimeoutMs }: SshHost,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const timeoutMs = connectTimeoutMs || CONNECT_TIMEOUT_MS
  const socket = connect({ host: hostname, port, family: addressFamily, ...(bindAddress && { localAddress: bindAddress }) })
  // Without it each keystroke and each small command waits for the acknowledgement of the one before.
  socket.setNoDelay(true)
  const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs)
  socket.once('connect', () => {
    clearTimeout(timer)
    resolve(socket)
  })
  socket.once('error', (cause: NodeJS.ErrnoException) => {
    clearTimeout(timer)
    const place = hostname === host ? `port ${port}` : `${hostname} port ${port}`
    reject(new AppError('HOST_UNREACHABLE', `Cannot connect to ${host} (${place}): ${reasonOf(cause)}`, { cause }))
  })
  return promise
}

/** @throws {Error} if it cannot be started. */
export async function connectProxy(command: string, env: NodeJS.ProcessEnv): Promise<Duplex> {
  // A group of its own: a Ctrl+C in the core's terminal is not meant for it. When we go, its input ends.
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { env: toolEnv(env), cwd: homedir(), detached: true, stdio: 'pipe' })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-500)
  })
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  child.on('error', () => undefined) // Only a failed kill: its end is told by its outputs.
  const stream = joinStreams(child.stdout, child.stdin, { onDestroy: () => child.kill(), endsByError: true })
  child.once('close', code => {
    const words = complaint.trim().split('\n').at(-1) || `it ended with ${code}`
    stream.destroy(new Error(`the ProxyCommand "${command}" failed: ${words}`))
  })
  return stream
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'it refused the connection. Is its ssh server running?'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known. Is it spelled rightly, and is the network up?'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to it. Is the network up?'
    case 'ETIMEDOUT':
      return 'it did not answer. Is it switched on?'
    default:
      return error.message
  }
}
