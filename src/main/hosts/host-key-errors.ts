/** What people are told when a host's key is not the one they know, by whichever transport it was met. */
import { AppError } from '../../shared/errors.ts'
import { fingerprint } from './host-key.ts'
import { type KnownKey, knownHostsNames, type Verdict } from './known-hosts.ts'
import type { SshHost } from './ssh-config.ts'

/** The error for a verdict other than `known`. `name`: what the person calls the host. */
export function hostKeyError(name: string, host: SshHost, verdict: Exclude<Verdict, { kind: 'known' }>): AppError {
  const address = `${host.hostname} port ${host.port}`
  const details = { host: name, address: host.hostname, port: host.port, fingerprint: verdict.fingerprint }
  switch (verdict.kind) {
    case 'unknown':
      return new AppError(
        'HOST_KEY_UNKNOWN',
        `${name} (${address}) is not known yet. Its key is ${verdict.fingerprint}. If that is the right one: drover host trust ${name}`,
        { details },
      )
    case 'changed': {
      const expected = verdict.expected.map(key => `${fingerprint(key.blob)} (${key.type}, ${key.file}:${key.line})`)
      const [knownName] = knownHostsNames(host)
      const command = forget(knownName, verdict.expected)
      return new AppError(
        'HOST_KEY_CHANGED',
        `THE KEY OF ${name} (${address}) HAS CHANGED. Someone may be listening in, or the machine was set up anew. ` +
          `It now shows ${verdict.fingerprint}; known is ${expected.join(', ')}. Nothing was sent to it. ` +
          `Only if you know why it changed, remove the old key yourself: ${command}`,
        { details: { ...details, expected, forget: command } },
      )
    }
    case 'revoked':
      return new AppError(
        'HOST_KEY_CHANGED',
        `THE KEY OF ${name} (${address}) IS REVOKED: ${verdict.fingerprint} is marked @revoked in ${verdict.by.file}:${verdict.by.line}. ` +
          'Nothing was sent to it. The host needs a new key',
        { details: { ...details, revokedIn: `${verdict.by.file}:${verdict.by.line}` } },
      )
  }
}

function forget(name: string, keys: readonly KnownKey[]): string {
  const files = [...new Set(keys.map(key => key.file))]
  return files.map(file => `ssh-keygen -R '${name}' -f ${file}`).join(' && ')
}
