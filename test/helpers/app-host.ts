/** A host's apps for tests: desktop entries and icons below its own home. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { PNG_SIGNATURE, pngChunk } from './png-chunk.ts'

export const INDEX_THEME = `[Icon Theme]
Name=Hicolor
Directories=48x48/apps,128x128/apps,scalable/apps

[48x48/apps]
Size=48
Type=Threshold

[128x128/apps]
Size=128
Type=Threshold

[scalable/apps]
Size=64
MinSize=1
MaxSize=256
Type=Scalable
`

/** Writes `~/.local/share/applications/<name>`. */
export function writeEntry(home: string, name: string, text: string | Buffer): string {
  return write(join(home, '.local/share/applications', name), text)
}

export function writeIcon(home: string, path: string, bytes: string | Buffer): string {
  return write(join(home, '.local/share/icons', path), bytes)
}

export function entryText(fields: Readonly<Record<string, string>>): string {
  const all = { Type: 'Application', ...fields }
  return `[Desktop Entry]\n${Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')}`
}

/** A square of one colour. */
export function pngOf(side: number, [red, green, blue]: readonly [number, number, number]): Buffer {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, Buffer.from([red, green, blue]))])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const pixels = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)))
  return Buffer.concat([PNG_SIGNATURE, pngChunk('IHDR', header), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))])
}

function write(path: string, text: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}
