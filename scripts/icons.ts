/**
 * `node scripts/icons.ts`: draws assets/icon.svg in the sizes that desktops ask for, and once more as the one file that macOS takes; and the
 * tray's icons, for dark panels and for light ones. Their outcome is committed, so that packages need no drawing program.
 */
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './project.mjs'

const SOURCE = join(root, 'assets/icon.svg')
const LINUX_SIZES = [16, 32, 48, 64, 128, 256, 512]
/** What macOS calls each size; from 10.7 on a part may be a PNG. */
/** 16, 22, 24, 32 and 48, and each once more for screens of twice as many pixels. */
const TRAY_SIZES = [16, 22, 24, 32, 44, 48, 64, 96]
/** What `currentColor` is in them. */
const TRAY_PANELS = { dark: '#eceef1', light: '#2a2e35' }
const MAC_PARTS = { icp4: 16, icp5: 32, ic11: 32, ic12: 64, ic07: 128, ic08: 256, ic13: 256, ic09: 512, ic14: 512, ic10: 1024 }

const folder = join(root, 'assets/icons')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const size of LINUX_SIZES) writeFileSync(join(folder, `${size}x${size}.png`), draw(size))
writeFileSync(join(root, 'assets/icon.icns'), icns(Object.entries(MAC_PARTS).map(([type, size]) => part(type, draw(size)))))

const tray = join(root, 'assets/tray')
for (const source of globSync(join(tray, '*.svg'))) {
  const name = basename(source, '.svg')
  rmSync(join(tray, name), { recursive: true, force: true })
  mkdirSync(join(tray, name))
  for (const [panel, color] of Object.entries(TRAY_PANELS)) {
    const svg = readFileSync(source, 'utf8').replaceAll('currentColor', color)
    for (const size of TRAY_SIZES) writeFileSync(join(tray, name, `${panel}-${size}.png`), draw(size, svg))
  }
}

function draw(size: number, svg: string | Buffer = readFileSync(SOURCE)): Buffer {
  try {
    return execFileSync('rsvg-convert', ['-w', String(size), '-h', String(size)], { input: svg, maxBuffer: 10_000_000 })
  } catch (cause) {
    throw new Error('rsvg-convert could not draw the icon; the Debian package librsvg2-bin has it', { cause })
  }
}

function icns(parts: readonly Buffer[]): Buffer {
  return part('icns', Buffer.concat(parts))
}

/** A name of four letters, the length of it all, and what it holds. */
function part(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32BE(head.length + content.length, 4)
  return Buffer.concat([head, content])
}
