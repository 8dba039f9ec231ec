/** Reads the details of a host's error, which come over the wire as they are: what is not as expected is taken as not there. */
import type { HostView } from '../../shared/domain.ts'
import { NEEDS_PERSON } from '../../shared/errors.ts'

/** Also while it is tried all the same. */
export function needsPerson({ state, error }: Pick<HostView, 'state' | 'error'>): boolean {
  return state !== 'connected' && error !== null && NEEDS_PERSON.has(error.code)
}

export function lockedKeyOf(host: Pick<HostView, 'error'>): string | null {
  return host.error?.code === 'KEY_LOCKED' ? textOf(host, 'keyPath') : null
}

/** What the known key is, what is offered, and the command by which a person who knows why removes the old one. */
export function changedKeyOf(host: Pick<HostView, 'error'>): { known: string[]; offered: string; forget: string | null } | null {
  if (host.error?.code !== 'HOST_KEY_CHANGED') return null
  const { expected } = host.error.details
  const known = Array.isArray(expected) ? expected.filter(key => typeof key === 'string') : []
  return { known, offered: textOf(host, 'fingerprint') ?? '', forget: textOf(host, 'forget') }
}

export function textOf({ error }: Pick<HostView, 'error'>, name: string): string | null {
  const value = error?.details[name]
  return typeof value === 'string' ? value : null
}
