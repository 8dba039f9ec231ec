/**
 * Private key files: which key one holds, whether it is locked, and signing with it. Opening a locked one takes most of a second of
 * computing, so that is done in a worker (unlock-key.worker.ts).
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { readKeyText } from './read-key.ts'
import { isMissing, runTool } from './ssh-tools.ts'
import { field, mpint } from './ssh-wire.ts'

export type KeyFile = {
  path: string
  /** The public key, or null for a locked file of the old kind without a `.pub` beside it. */
  publicBlob: Buffer | null
  isLocked: boolean
  /** Null while locked, and where only the `.pub` is there. */
  key: KeyObject | null
  /** Why the file cannot be used, for people. */
  problem: string | null
}

const OPENSSH_MAGIC = 'openssh-key-v1\0'

/** Looks at an identity file, without opening what is locked. Null if there is none. */
export async function readKeyFile(path: string, env: NodeJS.ProcessEnv): Promise<KeyFile | null> {
  const besides = await readPublicKey(`${path}.pub`)
  const nothing = { path, publicBlob: besides, isLocked: false, key: null, problem: null }
  try {
    const { mode } = await stat(path)
    const text = await readKeyText(path)
    const asPublic = parsePublicKey(text) // `IdentityFile key.pub` chooses one of the agent's keys.
    if (asPublic) return { ...nothing, publicBlob: asPublic }
    if ((mode & 0o077) !== 0) {
      return { ...nothing, problem: `${path} can be read by others, so ssh does not use it either. Run: chmod 600 ${path}` }
    }
    if (isLockedKey(text)) return { ...nothing, publicBlob: besides ?? publicPartOf(text), isLocked: true }
    const opened = await openKey(text)
    return { ...nothing, ...opened, publicBlob: opened.publicBlob ?? besides ?? (await askPublicKey(path, env)) }
  } catch (error) {
    if (isMissing(error)) return besides === null ? null : nothing
    return { ...nothing, problem: `${path}: ${error instanceof Error ? error.message : error}` }
  }
}

/**
 * Opens the text of a key file.
 *
 * @throws {Error} saying what is wrong with it; a wrong passphrase is `isWrongPassphrase`.
 */
export async function openKey(text: string, passphrase?: string): Promise<{ key: KeyObject; publicBlob: Buffer | null }> {
  const { default: ssh2 } = await import('ssh2')
  const parsed = ssh2.utils.parseKey(text, passphrase)
  if (!(parsed instanceof Error)) {
    // The types say one key; for some formats it is a list of one.
    const [first] = [parsed].flat()
    if (first?.isPrivateKey()) return { key: createPrivateKey(first.getPrivatePEM()), publicBlob: first.getPublicSSH() }
    throw new Error('it holds no private key')
  }
  // PKCS#8, which OpenSSH reads and ssh2 does not.
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) {
    return { key: createPrivateKey({ key: text, ...(passphrase !== undefined && { passphrase }) }), publicBlob: null }
  }
  throw parsed
}

/** Signs as the ssh2 library wants it: in DER for ECDSA, raw for the others. */
export function signWithKey(key: KeyObject, hash: string | undefined, data: Buffer): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return sign(null, data, key)
  if (key.asymmetricKeyType === 'ec') return sign(curveHash(key), data, key)
  return sign(hash ?? 'sha1', data, key)
}

/** Signs as ssh itself writes it: the algorithm, then the signature in that one's own form. */
export function sshSignature(key: KeyObject, hash: string | undefined, data: Buffer): Buffer {
  if (key.asymmetricKeyType === 'ec') {
    const both = sign(curveHash(key), data, { key, dsaEncoding: 'ieee-p1363' })
    const [r, s] = [both.subarray(0, both.length / 2), both.subarray(both.length / 2)]
    return Buffer.concat([field(curveName(key)), field(Buffer.concat([mpint(r), mpint(s)]))])
  }
  const rsa = { sha256: 'rsa-sha2-256', sha512: 'rsa-sha2-512' }[hash ?? ''] ?? 'ssh-rsa'
  const algorithm = key.asymmetricKeyType === 'ed25519' ? 'ssh-ed25519' : rsa
  return Buffer.concat([field(algorithm), field(signWithKey(key, hash, data))])
}

/** The public half as ssh writes it; null for a kind that ssh does not have. */
export function publicBlobOf(key: KeyObject): Buffer | null {
  const { x = '', y = '', n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' })
  const bytes = (text: string) => Buffer.from(text, 'base64url')
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return Buffer.concat([field('ssh-ed25519'), field(bytes(x))])
    case 'rsa':
      return Buffer.concat([field('ssh-rsa'), mpint(bytes(e)), mpint(bytes(n))])
    case 'ec': {
      const name = curveName(key)
      const point = Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)])
      return Buffer.concat([field(name), field(name.slice('ecdsa-sha2-'.length)), field(point)])
    }
    default:
      return null
  }
}

export function isLockedKey(text: string): boolean {
  if (/^Proc-Type: 4,ENCRYPTED/m.test(text) || text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')) return true
  const body = opensshBody(text)
  return body !== null && stringAt(body, OPENSSH_MAGIC.length).toString('latin1') !== 'none'
}

/** The new format has its public key in the clear, whatever the passphrase. */
function publicPartOf(text: string): Buffer | null {
  const body = opensshBody(text)
  if (body === null) return null
  let at = OPENSSH_MAGIC.length
  for (let field = 0; field < 3; field += 1) at += 4 + stringAt(body, at).length // cipher, kdf, its options
  return stringAt(body, at + 4)
}

function opensshBody(text: string): Buffer | null {
  const [, base64] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/.exec(text) ?? []
  if (base64 === undefined) return null
  const body = Buffer.from(base64, 'base64')
  if (!body.subarray(0, OPENSSH_MAGIC.length).equals(Buffer.from(OPENSSH_MAGIC))) throw new Error('it is not a whole OpenSSH key')
  return body
}

function stringAt(body: Buffer, at: number): Buffer {
  const length = at + 4 <= body.length ? body.readUInt32BE(at) : Number.POSITIVE_INFINITY
  if (at + 4 + length > body.length) throw new Error('it is not a whole OpenSSH key')
  return body.subarray(at + 4, at + 4 + length)
}

async function readPublicKey(path: string): Promise<Buffer | null> {
  try {
    return parsePublicKey(await readKeyText(path))
  } catch {
    return null // It only saves us opening the private key.
  }
}

function parsePublicKey(text: string): Buffer | null {
  const [, type = '', base64 = ''] = /^((?:ssh|ecdsa|sk)-[a-z0-9@.-]+) ([A-Za-z0-9+/=]+)/.exec(text.trim()) ?? []
  const blob = Buffer.from(base64, 'base64')
  return type !== '' && blob.length > 4 + type.length && blob.toString('latin1', 4, 4 + type.length) === type ? blob : null
}

async function askPublicKey(path: string, env: NodeJS.ProcessEnv): Promise<Buffer | null> {
  const { code, stdout } = await runTool('ssh-keygen', ['-y', '-P', '', '-f', path], env)
  return code === 0 ? parsePublicKey(stdout) : null
}

function curveHash(key: KeyObject): string {
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (curve === 'secp384r1') return 'sha384'
  return curve === 'secp521r1' ? 'sha512' : 'sha256'
}

function curveName(key: KeyObject): string {
  const bits = { sha384: 384, sha512: 521 }[curveHash(key)] ?? 256
  return `ecdsa-sha2-nistp${bits}`
}
