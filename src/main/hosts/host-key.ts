/** A host's public key as it travels: its type and the fingerprint that people compare. */
import { createHash } from 'node:crypto'

/** As `ssh-keygen -l` prints it: `SHA256:…` without padding. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** The name inside a key blob: `ssh-ed25519`. Empty for what is no key. */
export function keyType(blob: Buffer): string {
  if (blob.length < 4) return ''
  const length = blob.readUInt32BE(0)
  return length > 64 || blob.length < 4 + length ? '' : blob.toString('latin1', 4, 4 + length)
}

/** The signature algorithms a key of this type can prove itself by, best first. */
export function hostKeyAlgorithmsOf(type: string): string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type]
}
