/**
 * Connects to a host by whichever way works: ssh2, and the system's ssh only for a cause that ssh2 names. For the links to hosts and for hops.
 */
import { AppError } from '../../shared/errors.ts'
import { dialSsh2, type Ssh2DialDeps, Ssh2Refusal } from './dial-ssh2.ts'
import { dialOpenssh } from './openssh-transport.ts'
import { resolveSshHost } from './ssh-config.ts'
import { Ssh2Transport } from './ssh2-transport.ts'
import type { Transport } from './transport.ts'

export type DialTarget = {
  /** What the person calls the host; for messages. */
  name: string
  /** `user@host:port`, or an alias of the ssh config. */
  connection: string
  /** In place of the ProxyJump of the config: what stands before a hop in someone else's. */
  jumps?: readonly string[]
  /** Why OpenSSH was needed the last time: then ssh2 is not tried first. */
  rememberedReason?: string | null
}
export type DialDeps = Ssh2DialDeps
export type Dialled = {
  transport: Transport
  /** Why OpenSSH is used in place of ssh2; null when it is not. */
  reason: string | null
}

/**
 * @throws {AppError} `BAD_INPUT`, `BAD_CONFIG`, `HOST_UNREACHABLE`, `HOST_KEY_UNKNOWN`, `HOST_KEY_CHANGED`, `AUTH_FAILED`, `KEY_LOCKED`, `MISSING_TOOL`.
 */
export async function dial(target: DialTarget, deps: DialDeps): Promise<Dialled> {
  const { name, connection, jumps, rememberedReason } = target
  const host = await resolveSshHost(connection, deps.settings, jumps)
  if (rememberedReason) {
    const transport = await dialOpenssh({ name, connection, host, jumps }, deps).catch(onlyIfUnusable)
    if (transport) return { transport, reason: rememberedReason }
  }
  try {
    const first = await dialSsh2(name, host, deps)
    return { transport: new Ssh2Transport(first, { host: name, openAnother: () => dialSsh2(name, host, deps) }), reason: null }
  } catch (error) {
    if (!(error instanceof Ssh2Refusal)) throw error
    return { transport: await dialOpenssh({ name, connection, host, jumps }, deps), reason: error.message }
  }
}

/** What was true the last time may not be now: then ssh2 has its turn. A host that is away is away for ssh2 as well. */
function onlyIfUnusable(error: unknown): null {
  if (error instanceof AppError && (error.code === 'AUTH_FAILED' || error.code === 'MISSING_TOOL')) return null
  throw error
}
