/** Why the system's ssh did not get in, told as the other transport tells it. */
import { AppError } from '../../shared/errors.ts'
import type { OpensshTarget } from './openssh-master.ts'
import { missing } from './ssh-tools.ts'

/** `words`: what ssh wrote to stderr before it ended. */
export function opensshError({ name, host }: OpensshTarget, words: string): AppError {
  const where = `${name} (${host.hostname} port ${host.port})`
  const last = words.trim().split('\n').at(-1)?.trim() || 'ssh gives no reason'
  const details = { host: name, ssh: words.slice(-1_000) }
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(words)) {
    const [shown = 'a new key'] = /SHA256:\S+/.exec(words) ?? []
    const [, known = 'known_hosts'] = /Offending .* in (\S+:\d+)/.exec(words) ?? []
    return new AppError(
      'HOST_KEY_CHANGED',
      `THE KEY OF ${where} HAS CHANGED. Someone may be listening in, or the machine was set up anew. It now shows ${shown.replace(/\.$/, '')}; ` +
        `another is known in ${known}. Nothing was sent to it. Only if you know why it changed, remove the old key yourself: ssh-keygen -R`,
      { details },
    )
  }
  if (/REVOKED HOST KEY|marked as revoked/.test(words)) {
    return new AppError('HOST_KEY_CHANGED', `THE KEY OF ${where} IS REVOKED in known_hosts. Nothing was sent to it`, { details })
  }
  if (/host key is known for|Host key verification failed/.test(words)) {
    return new AppError('HOST_KEY_UNKNOWN', `${where} is not known yet. See its key and accept it: drover host trust ${name}`, {
      details,
    })
  }
  if (/Permission denied|Too many authentication failures/.test(words)) {
    const problem = `${name} does not let ${host.user}@${host.hostname} in, by the system's ssh either: ${last}`
    return new AppError(
      'AUTH_FAILED',
      `${problem}. A key with a passphrase is to be unlocked first: drover unlock KEY, or ssh-add KEY`,
      { details },
    )
  }
  if (/not found/.test(words) && /ssh: (command )?not found|: ssh: not found/.test(words)) return missing('ssh')
  return new AppError('HOST_UNREACHABLE', `Cannot connect to ${where} by the system's ssh: ${last}`, { details })
}
