/**
 * Accepting a host's key: shows what keys the host offers, and writes the one that the person names into known_hosts. Jump hosts first:
 * what is behind one that is not known cannot be asked.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { TrustOffer } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { makeFolder } from '../private-files.ts'
import { reach, type Ssh2DialDeps } from './dial-ssh2.ts'
import { fingerprint as fingerprintOf, keyType } from './host-key.ts'
import { hostKeyError } from './host-key-errors.ts'
import { knownHostsNames, type Verdict } from './known-hosts.ts'
import { offeredKeys } from './offered-keys.ts'
import { resolveSshHost, type SshHost } from './ssh-config.ts'

export type TrustRequest = { name: string; connection: string /** Null: only say what it offers. */; fingerprint: string | null }

/**
 * @throws {AppError} `HOST_KEY_CHANGED` where another key is known: that one the person must remove himself. `NOT_FOUND` if the host
 * offers no key of this fingerprint. Else as `dial` does.
 */
export async function trustHost({ name, connection, fingerprint }: TrustRequest, deps: Ssh2DialDeps): Promise<TrustOffer> {
  const target = await firstUntrusted(name, connection, deps)
  const { host, keys, verdicts } = target
  if (fingerprint === null || isTrusted(verdicts)) return offer(target, isTrusted(verdicts))
  const chosen = keys.findIndex(key => fingerprintOf(key) === fingerprint)
  const [key, verdict] = [keys[chosen], verdicts[chosen]]
  if (!key || !verdict) {
    const offered = keys.map(each => fingerprintOf(each)).join(', ')
    throw new AppError('NOT_FOUND', `${target.name} does not offer the key ${fingerprint}. It offers: ${offered}`)
  }
  if (verdict.kind === 'changed' || verdict.kind === 'revoked') throw hostKeyError(target.name, host, verdict)
  await remember(host, key)
  return offer(target, true)
}

type Target = { name: string; host: SshHost; keys: Buffer[]; verdicts: Verdict[] }

/** The host itself, or the first jump host on the way to it whose key is not known. */
async function firstUntrusted(name: string, connection: string, deps: Ssh2DialDeps, jumps?: readonly string[]): Promise<Target> {
  const host = await resolveSshHost(connection, deps.settings, jumps)
  for (const [index, hop] of host.proxyJump.entries()) {
    // What stands before the first hop is for its own config to say.
    const target = await firstUntrusted(hop, hop, deps, index === 0 ? undefined : host.proxyJump.slice(0, index))
    if (!isTrusted(target.verdicts)) return target
  }
  const known = await deps.knownHosts.lookUp(host)
  const keys = await offeredKeys(name, host, { reach: () => reach(name, host, deps), env: deps.settings.env })
  return { name, host, keys, verdicts: keys.map(key => known.judge(key)) }
}

function isTrusted(verdicts: readonly Verdict[]): boolean {
  return verdicts.some(verdict => verdict.kind === 'known') && !verdicts.some(verdict => verdict.kind === 'revoked')
}

function offer({ name, host, keys, verdicts }: Target, isNowTrusted: boolean): TrustOffer {
  const changed = verdicts.flatMap(verdict => (verdict.kind === 'changed' ? verdict.expected : []))
  return {
    host: name,
    address: `${host.hostname} port ${host.port}`,
    keys: keys.map(key => ({ type: keyType(key), fingerprint: fingerprintOf(key) })),
    isTrusted: isNowTrusted,
    changedFrom: isNowTrusted ? [] : [...new Set(changed.map(key => `${fingerprintOf(key.blob)} (${key.file}:${key.line})`))],
  }
}

/** Adds one line to the first of the person's files; never touches another. */
async function remember(host: SshHost, key: Buffer): Promise<void> {
  const [file] = host.userKnownHostsFiles
  if (file === undefined) {
    throw new AppError(
      'BAD_CONFIG',
      `The ssh config names no UserKnownHostsFile for ${host.alias}, so its key cannot be remembered`,
    )
  }
  const [name] = knownHostsNames(host)
  const line = `${host.isHashingKnownHosts ? hashed(name) : name} ${keyType(key)} ${key.toString('base64')}\n`
  try {
    makeFolder(dirname(file))
    const handle = await open(file, 'a+', 0o600)
    try {
      await handle.appendFile((await endsInLine(handle)) ? line : `\n${line}`)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw new AppError('BAD_CONFIG', `Cannot write ${file}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

async function endsInLine(handle: import('node:fs/promises').FileHandle): Promise<boolean> {
  const { size } = await handle.stat()
  if (size === 0) return true
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a
}

/** As ssh does with HashKnownHosts: the file then does not tell where its owner logs in. */
function hashed(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}
