/** Asks a host for its public keys, one handshake for each type, without logging in. By ssh-keyscan where ssh2 and the host have no key exchange in common. */
import type { Duplex } from 'node:stream'
import ssh2, { type Algorithms } from 'ssh2'
import { AppError } from '../../shared/errors.ts'
import { algorithmsFor } from './algorithms.ts'
import { keyType } from './host-key.ts'
import type { SshHost } from './ssh-config.ts'
import { runTool } from './ssh-tools.ts'

const FAMILIES = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
] as const
const TIMEOUT_MS = 15_000

/** @throws {AppError} `HOST_UNREACHABLE` */
export async function offeredKeys(
  name: string,
  host: SshHost,
  { reach, env }: { reach(): Promise<Duplex>; env: NodeJS.ProcessEnv },
): Promise<Buffer[]> {
  const offer = algorithmsFor(host, [])
  const keys: Buffer[] = []
  let problem = 'it offers no key of a kind we know'
  for (const family of 'missing' in offer ? [] : FAMILIES) {
    const socket = await reach()
    const key = await oneKey(socket, { ...('missing' in offer ? {} : offer.algorithms), serverHostKey: [...family] })
    if (Buffer.isBuffer(key)) keys.push(key)
    else problem = key.message
  }
  if (keys.length === 0 && host.proxyJump.length === 0 && host.proxyCommand === null) keys.push(...(await scan(host, env)))
  if (keys.length === 0)
    throw new AppError('HOST_UNREACHABLE', `Cannot get the key of ${name} (${host.hostname} port ${host.port}): ${problem}`)
  return keys
}

/** The handshake is broken off as soon as the key is seen. */
async function oneKey(socket: Duplex, algorithms: Algorithms): Promise<Buffer | Error> {
  const { promise, resolve } = Promise.withResolvers<Buffer | Error>()
  const client = new ssh2.Client()
  client.on('error', resolve)
  client.on('close', () => resolve(new Error('the connection was closed by the other side')))
  socket.on('error', resolve)
  try {
    client.connect({
      sock: socket as never, // A Duplex will do; the types say Readable.
      username: 'none',
      algorithms,
      readyTimeout: TIMEOUT_MS,
      authHandler: () => false as never,
      hostVerifier: (blob: Buffer) => {
        resolve(Buffer.from(blob))
        return false
      },
    })
    return await promise
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    socket.destroy()
  }
}

async function scan(host: SshHost, env: NodeJS.ProcessEnv): Promise<Buffer[]> {
  const { stdout } = await runTool('ssh-keyscan', ['-T', '5', '-p', `${host.port}`, '--', host.hostname], env)
  const blobs = stdout
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => Buffer.from(line.split(' ')[2] ?? '', 'base64'))
  return blobs.filter(blob => keyType(blob) !== '')
}
