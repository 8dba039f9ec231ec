/**
 * Judges a host's key by the person's known_hosts files. `ssh-keygen -F` reads them (hashed names, wildcards, ports, markers), so they mean
 * to us what they mean to ssh. We are always strict, as with StrictHostKeyChecking=yes, whatever is configured.
 */
import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import { fingerprint, keyType } from './host-key.ts'
import type { SshHost } from './ssh-config.ts'
import { requireUserFile, runTool, type SshSettings } from './ssh-tools.ts'

export type KnownKey = { marker: 'revoked' | 'ca' | null; type: string; blob: Buffer; file: string; line: number }
export type Verdict =
  | { kind: 'known' }
  | { kind: 'unknown'; fingerprint: string }
  | { kind: 'changed'; fingerprint: string; expected: readonly KnownKey[] }
  | { kind: 'revoked'; fingerprint: string; by: KnownKey }

export class KnownHosts {
  readonly #settings: Pick<SshSettings, 'env'>
  /** By file and name. An entry holds as long as the file was not touched: a reconnect of 100 hosts need not start 200 processes. */
  readonly #cache = new Map<string, { version: string; keys: KnownKey[] }>()

  constructor(settings: Pick<SshSettings, 'env'>) {
    this.#settings = settings
  }

  /** What the files say of this host, to be asked before it is dialled. */
  async lookUp(host: SshHost): Promise<KnownHost> {
    const files = [...host.userKnownHostsFiles, ...host.globalKnownHostsFiles]
    const [name, portless] = knownHostsNames(host)
    const [own, fallback] = await Promise.all([name, portless].map(each => (each === null ? [] : this.#find(files, each))))
    return new KnownHost(own ?? [], fallback ?? [])
  }

  async #find(files: readonly string[], name: string): Promise<KnownKey[]> {
    return (await Promise.all(files.map(file => this.#findIn(file, name)))).flat()
  }

  async #findIn(file: string, name: string): Promise<KnownKey[]> {
    const version = await versionOf(file)
    if (version === null) return []
    const cacheKey = `${name}\0${file}`
    const cached = this.#cache.get(cacheKey)
    if (cached?.version === version) return cached.keys
    await requireUserFile(file)
    const { code, stdout, stderr } = await runTool('ssh-keygen', ['-F', name, '-f', file], this.#settings.env)
    // 1: not found. Anything else: the file could not be read, and then nothing in it may be passed over.
    if (code !== 0 && code !== 1)
      throw new AppError('BAD_CONFIG', `Cannot read ${file}: ${stderr.trim() || `ssh-keygen ended with ${code}`}`)
    const keys = parseFound(stdout, file)
    this.#cache.set(cacheKey, { version, keys })
    return keys
  }
}

/** What is known of one host. */
export class KnownHost {
  readonly #own: readonly KnownKey[]
  readonly #portless: readonly KnownKey[]

  /** `portless`: what stands under the bare name of a host on a port of its own, which ssh accepts as well when it confirms the key. */
  constructor(own: readonly KnownKey[], portless: readonly KnownKey[]) {
    this.#own = own
    this.#portless = portless
  }

  judge(blob: Buffer): Verdict {
    const print = fingerprint(blob)
    const own = judge(this.#own, blob, print)
    if (own.kind !== 'unknown') return own
    return judge(this.#portless, blob, print).kind === 'known' ? { kind: 'known' } : own
  }

  /** Types of its plain keys: asked for first, so that a host known by one key is not asked for another. */
  get keyTypes(): string[] {
    return [...new Set([...this.#own, ...this.#portless].filter(key => key.marker === null).map(key => key.type))]
  }

  /** True if the host may prove itself by a certificate, which only the system's ssh understands. */
  get hasCertificateAuthority(): boolean {
    return this.#own.some(key => key.marker === 'ca')
  }
}

/** The name a host has in known_hosts, and the bare one if it has a port of its own. */
export function knownHostsNames({ hostKeyAlias, hostname, port }: SshHost): [name: string, portless: string | null] {
  if (hostKeyAlias !== null) return [hostKeyAlias, null]
  return port === 22 ? [hostname, null] : [`[${hostname}]:${port}`, hostname]
}

function judge(keys: readonly KnownKey[], blob: Buffer, print: string): Verdict {
  const same = keys.filter(key => key.blob.equals(blob))
  const revoked = same.find(key => key.marker === 'revoked')
  if (revoked) return { kind: 'revoked', fingerprint: print, by: revoked }
  if (same.some(key => key.marker === null)) return { kind: 'known' }
  const expected = keys.filter(key => key.marker === null)
  return expected.length > 0 ? { kind: 'changed', fingerprint: print, expected } : { kind: 'unknown', fingerprint: print }
}

/** `# Host NAME found: line N [REVOKED|CA]`, then the line itself. */
function parseFound(text: string, file: string): KnownKey[] {
  const keys: KnownKey[] = []
  let at: { line: number; marker: KnownKey['marker'] } | null = null
  for (const line of text.split('\n')) {
    const head = /^# Host .* found: line (\d+) ?(REVOKED|CA)?\s*$/.exec(line)
    if (head) {
      at = { line: Number(head[1]), marker: head[2] === 'REVOKED' ? 'revoked' : head[2] === 'CA' ? 'ca' : null }
      continue
    }
    const [, type, base64] = /^(?:@\S+\s+)?\S+\s+(\S+)\s+([A-Za-z0-9+/=]+)/.exec(line) ?? []
    const blob = Buffer.from(base64 ?? '', 'base64')
    // What is no key counts for nothing, as for ssh.
    if (at && type && keyType(blob) === type) keys.push({ ...at, type, blob, file })
    at = null
  }
  return keys
}

/** Changes whenever the file does; null if there is none. */
async function versionOf(file: string): Promise<string | null> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw new AppError('BAD_CONFIG', `Cannot read ${file}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}
