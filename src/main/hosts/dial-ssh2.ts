/** Dials a host by the ssh2 library: reaches it, checks its key, logs in. Says in a `Ssh2Refusal` where only the system's ssh can help. */
import type { Duplex } from 'node:stream'
import type { BaseAgent } from 'ssh2'
import { AppError } from '../../shared/errors.ts'
import { algorithmsFor } from './algorithms.ts'
import { hostKeyError } from './host-key-errors.ts'
import type { KeyVault } from './key-vault.ts'
import type { KnownHosts, Verdict } from './known-hosts.ts'
import { connectProxy, connectTcp } from './socket.ts'
import type { SshHost } from './ssh-config.ts'
import { findIdentities, type Identities } from './ssh-keys.ts'
import type { SshSettings } from './ssh-tools.ts'
import { connectSsh2, HandshakeError, type Ssh2Connection } from './ssh2-connection.ts'
import type { Transport } from './transport.ts'

export type Hop = { connection: string; jumps: readonly string[] }
export type Ssh2DialDeps = {
  settings: SshSettings
  vault: KeyVault
  knownHosts: KnownHosts
  /** A connected jump host. `jumps` are passed before it; the one who keeps the hops shares them between hosts. */
  viaHop(hop: Hop): Promise<Transport>
}

/** ssh2 cannot do it, and the system's ssh may: `message` is the cause, a sentence for people. */
export class Ssh2Refusal extends Error {
  override name = 'Ssh2Refusal'
}

/**
 * @throws {Ssh2Refusal} on one of the causes listed here.
 * @throws {AppError} why the host cannot be used, whichever way.
 */
export async function dialSsh2(name: string, host: SshHost, deps: Ssh2DialDeps): Promise<Ssh2Connection> {
  const known = await deps.knownHosts.lookUp(host)
  const offer = algorithmsFor(host, known.keyTypes)
  if ('missing' in offer) throw new Ssh2Refusal(`ssh2 does not have ${offer.missing}`)
  const identities = await findIdentities(host, { vault: deps.vault, env: deps.settings.env })
  const socket = await reach(name, host, deps)
  let verdict: Verdict | null = null
  try {
    return await connectSsh2({
      host: name,
      socket,
      user: host.user,
      algorithms: offer.algorithms,
      identities: identities as unknown as BaseAgent,
      isHostKeyTrusted: blob => {
        verdict = known.judge(blob)
        return verdict.kind === 'known'
      },
    })
  } catch (error) {
    socket.destroy()
    if (!(error instanceof HandshakeError)) throw error
    const seen = verdict as Verdict | null // TypeScript does not see the callback's assignment.
    if (seen && seen.kind !== 'known') {
      if (seen.kind === 'unknown' && known.hasCertificateAuthority) {
        throw new Ssh2Refusal(`${name} proves itself by a certificate (@cert-authority in known_hosts), which ssh2 cannot check`)
      }
      throw hostKeyError(name, host, seen)
    }
    throw explain(name, host, error, identities)
  }
}

/** @throws {AppError} `HOST_UNREACHABLE`; {@link Ssh2Refusal} for a ProxyCommand that ssh2 cannot carry. */
export async function reach(
  name: string,
  host: SshHost,
  { settings, viaHop }: Pick<Ssh2DialDeps, 'settings' | 'viaHop'>,
): Promise<Duplex> {
  const [last, ...before] = host.proxyJump.toReversed()
  if (last !== undefined) {
    const hop = await viaHop({ connection: last, jumps: before.reverse() })
    if (!hop.forward) throw new AppError('BAD_CONFIG', `${name}: ${last} cannot be its jump host`)
    return hop.forward({ host: host.hostname, port: host.port })
  }
  if (host.proxyCommand === null) return connectTcp(name, host)
  if (host.usesProxyFdpass)
    throw new Ssh2Refusal('its ProxyCommand passes a file descriptor (ProxyUseFdpass), which ssh2 cannot take')
  try {
    return await connectProxy(host.proxyCommand, settings.env)
  } catch (error) {
    throw new Ssh2Refusal(`its ProxyCommand could not be started by Drover: ${error instanceof Error ? error.message : error}`)
  }
}

function explain(name: string, host: SshHost, error: HandshakeError, identities: Identities): Error {
  switch (error.kind) {
    case 'algorithms':
      return new Ssh2Refusal(`ssh2 and ${name} have ${error.message}`)
    case 'authentication':
      return explainLogin(name, host, error.methods, identities)
    default:
      return new AppError('HOST_UNREACHABLE', `Cannot connect to ${name}: ${error.message.replace(/^Lost .*?: /, '')}`, {
        cause: error,
      })
  }
}

function explainLogin(name: string, host: SshHost, methods: readonly string[], identities: Identities): Error {
  const [locked] = identities.wantedLocked
  if (locked !== undefined) return keyLocked(name, locked)
  if (identities.unsupported !== null) return new Ssh2Refusal(`${identities.unsupported}, which ssh2 cannot use`)
  if (host.usesGssapi && methods.includes('gssapi-with-mic'))
    return new Ssh2Refusal(`${name} takes Kerberos (GSSAPI), which ssh2 does not have`)
  if (host.usesHostbased && methods.includes('hostbased'))
    return new Ssh2Refusal(`${name} trusts this computer's host key (hostbased), which ssh2 cannot use`)
  const [unshown] = identities.unshown
  if (unshown !== undefined) return keyLocked(name, unshown)
  return loginRefused(name, host, methods, identities)
}

function keyLocked(name: string, keyPath: string): AppError {
  return new AppError(
    'KEY_LOCKED',
    `${name} wants the key ${keyPath}, which needs its passphrase. Unlock it: drover host test ${name}`,
    {
      details: { keyPath, host: name },
    },
  )
}

function loginRefused(name: string, host: SshHost, methods: readonly string[], identities: Identities): AppError {
  const who = `${host.user}@${host.hostname}`
  const details = { host: name, methods: [...methods] }
  if (identities.hasSigned) {
    const message = `${name} took the key of ${who} but wants a second proof (a password or code), which Drover cannot give. Exempt this key on the host`
    return new AppError('AUTH_FAILED', message, { details })
  }
  const tried = identities.size === 0 ? 'there is no key to show it' : `it took none of ${identities.size} keys`
  const accepts = methods.length > 0 ? `It accepts: ${methods.join(', ')}. ` : ''
  const onlyPasswords = methods.length > 0 && !methods.includes('publickey')
  const advice = onlyPasswords
    ? 'Drover logs in by keys only: allow PubkeyAuthentication on the host'
    : `To be let in by a key: ssh-copy-id ${host.port === 22 ? '' : `-p ${host.port} `}${who}`
  const problems = identities.problems.length > 0 ? ` (${identities.problems.join('; ')})` : ''
  return new AppError('AUTH_FAILED', `${name} does not let ${who} in: ${tried}${problems}. ${accepts}${advice}`, { details })
}
