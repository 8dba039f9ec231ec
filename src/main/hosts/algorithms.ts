/**
 * What we offer a server: the ssh2 library's safe algorithms, in our order, as far as the person's ssh config allows them.
 * Where nothing is left, the system's ssh must do it.
 */
import type { Algorithms } from 'ssh2'
import { hostKeyAlgorithmsOf } from './host-key.ts'
import type { SshHost } from './ssh-config.ts'

/** Group exchange is left out: there the server chooses how long our only thread computes. */
const KEX = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
] as const
const HOST_KEYS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]
/** AES-GCM is the fastest in Node by far. */
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
]
const MACS = ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512']

/** `knownKeyTypes`: offered first. Null, with the reason, where the config allows none of ours. */
export function algorithmsFor(host: SshHost, knownKeyTypes: readonly string[]): { algorithms: Algorithms } | { missing: string } {
  const known = knownKeyTypes.flatMap(hostKeyAlgorithmsOf).filter(name => HOST_KEYS.includes(name))
  const chosen = {
    kex: allowed(KEX, host.kexAlgorithms),
    serverHostKey: allowed([...new Set([...known, ...HOST_KEYS])], host.hostKeyAlgorithms),
    cipher: allowed(CIPHERS, host.ciphers),
    hmac: allowed(MACS, host.macs),
    compress: ['none'],
  }
  if (chosen.kex.length === 0) return { missing: `its key exchange (KexAlgorithms ${host.kexAlgorithms.join(',')})` }
  if (chosen.serverHostKey.length === 0) return { missing: `its host key algorithm (${host.hostKeyAlgorithms.join(',')})` }
  if (chosen.cipher.length === 0) return { missing: `its cipher (Ciphers ${host.ciphers.join(',')})` }
  if (chosen.hmac.length === 0) return { missing: `its MAC (MACs ${host.macs.join(',')})` }
  return { algorithms: chosen as Algorithms }
}

function allowed(ours: readonly string[], theirs: readonly string[]): string[] {
  return ours.filter(name => theirs.includes(name))
}
