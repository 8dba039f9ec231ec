/**
 * Whether some bytes of a host are a picture that may be shown. PNG: of a size that an icon has, since a small file can unpack to
 * gigabytes. SVG: without anything that acts, refers to elsewhere or multiplies itself. A page shows them by `<img>` alone, in which a
 * browser runs and loads nothing; this is the second lock on that door, and the only one where a desktop's panel draws the picture.
 */
export type PictureType = 'image/png' | 'image/svg+xml'
export type Picture = { type: PictureType; bytes: Buffer }

export const MAX_ICON_BYTES = 512 * 1024
const MAX_SIDE = 1_024
/** Each may stand for all that stands before it. */
const MOST_USES = 24
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export function pictureOf(bytes: Buffer): Picture | null {
  if (bytes.length > MAX_ICON_BYTES) return null
  const size = pngSize(bytes)
  if (size) return isSide(size.width) && isSide(size.height) ? { type: 'image/png', bytes } : null
  return isPlainSvg(bytes) ? { type: 'image/svg+xml', bytes } : null
}

/** Null for what is no PNG. */
export function pngSize(bytes: Buffer): { width: number; height: number } | null {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(PNG) || bytes.toString('latin1', 12, 16) !== 'IHDR') return null
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

function isSide(pixels: number): boolean {
  return pixels >= 1 && pixels <= MAX_SIDE
}

/** Anything of another encoding, or that hides its letters, is none. */
function isPlainSvg(bytes: Buffer): boolean {
  const text = bytes.toString('utf8')
  if (text.includes('\ufffd') || text.includes('\0') || !/<svg[\s>]/.test(text.slice(0, 8_192))) return false
  if (!/^\ufeff?\s*</.test(text)) return false
  if (/<!ENTITY|<!DOCTYPE[^>]{0,500}\[|<\?xml-stylesheet|@import/i.test(text)) return false
  // By which a style could write what is looked for below in other letters.
  if (/\\[0-9a-f]/i.test(text)) return false
  if (
    /<(?:[^\s<>/:]{1,40}:)?(?:script|foreignObject|iframe|object|embed|image|feImage|animate\w*|set|handler|listener)[\s/>]/i.test(
      text,
    )
  )
    return false
  if (/[\s"'/]on[a-z]+\s*=/i.test(text) || /javascript:/i.test(text)) return false
  if ((text.match(/<(?:[^\s<>/:]{1,40}:)?use[\s/>]/gi)?.length ?? 0) > MOST_USES) return false
  return refersToItself(text)
}

/** Every reference is to something in the picture. */
function refersToItself(text: string): boolean {
  for (const [, value = ''] of text.matchAll(/\bhref\s*=\s*["']\s*([^"']{0,200})/gi)) if (!value.startsWith('#')) return false
  for (const [, value = ''] of text.matchAll(/\burl\(\s*["']?\s*([^)"']{0,200})/gi)) if (!value.startsWith('#')) return false
  return true
}
