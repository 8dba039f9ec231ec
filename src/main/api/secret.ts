/** Secrets that let somebody in at the web address. What is kept of one is its SHA-256: whoever reads that cannot come in with it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** The one that this secret belongs to. How long it takes tells nothing of how near a wrong one came. */
export function findBySecret<Entry extends { readonly hash: string }>(
  entries: Iterable<Entry>,
  secret: string,
): Entry | undefined {
  const given = Buffer.from(hashOf(secret), 'hex')
  let found: Entry | undefined
  for (const entry of entries) if (timingSafeEqual(Buffer.from(entry.hash, 'hex'), given)) found = entry
  return found
}
