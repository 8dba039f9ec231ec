/** Ids made where they are needed, in a page as in a program: a page without TLS from another machine has no `crypto.randomUUID`. */

/** Of browsers and of Node alike. */
declare const crypto: { getRandomValues(bytes: Uint8Array): unknown }

/** A random UUID (version 4). */
export function newId(): string {
  const bytes = new Uint8Array(16)
  crypto.getRandomValues(bytes)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const digits = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
