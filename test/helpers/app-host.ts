/** A host's apps for tests: desktop entries and icons below its own home. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

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
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

function write(path: string, text: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}
