/** Which bytes of a host are a picture that may be shown. */
import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { MAX_ICON_BYTES, pictureOf } from './icon-picture.ts'
import { stepOf } from './icons.ts'

const svg = (inside: string, head = '') => Buffer.from(`${head}<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`)

test('a PNG of the size of an icon is one', () => {
  expect(pictureOf(png(64, 64))?.type).toBe('image/png')
})

test.each([
  [30_000, 30_000],
  [0, 16],
  [16, 1_025],
])('a PNG of %i by %i pixels is none', (width, height) => {
  expect(pictureOf(png(width, height))).toBeNull()
})

test('a plain SVG is one, with gradients, shapes used again and the head of a drawing program', () => {
  const head =
    '<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
  const inside = '<linearGradient id="g"/><path id="p" fill="url(#g)" d="M0 0h9"/><use xlink:href="#p"/>'
  expect(pictureOf(svg(inside, head))?.type).toBe('image/svg+xml')
})

test.each([
  ['a script', '<script>alert(1)</script>'],
  ['a script of another prefix', '<s:script>alert(1)</s:script>'],
  ['a script of a prefix with a number', '<s_1:script>alert(1)</s_1:script>'],
  ['a style in other letters', '<style>path { fill: u\\72l(http://x/) }</style>'],
  ['a handler', '<path onload="alert(1)"/>'],
  ['a handler behind a slash', '<path/onload=alert(1)>'],
  ['a page', '<foreignObject><p/></foreignObject>'],
  ['a picture from elsewhere', '<image href="http://x/y.png"/>'],
  ['a reference to elsewhere', '<use href="http://x/y.svg#a"/>'],
  ['a paint from elsewhere', '<path fill="url(http://x/#a)"/>'],
  ['a style from elsewhere', '<style>@import "http://x/";</style>'],
  ['an address that acts', '<a href="javascript:x"/>'],
  ['a change over time', '<animate attributeName="href"/>'],
  ['too much of itself', '<use href="#a"/>'.repeat(30)],
  ['too much of itself by a prefix', '<s1:use href="#a"/>'.repeat(30)],
])('an SVG with %s is none', (_what, inside) => {
  expect(pictureOf(svg(inside))).toBeNull()
})

test('an SVG with entities, of another encoding, or too big is none', () => {
  expect(pictureOf(svg('&a;', '<!DOCTYPE svg [<!ENTITY a "b">]>'))).toBeNull()
  expect(pictureOf(Buffer.from('\ufeff<svg></svg>', 'utf16le'))).toBeNull()
  expect(pictureOf(svg(' '.repeat(MAX_ICON_BYTES)))).toBeNull()
})

test('what is neither is none', () => {
  for (const text of ['', 'GIF89a', '<html><svg></svg></html>', '#!/bin/sh\n<svg>', 'root:x:0:0:']) {
    const picture = pictureOf(Buffer.from(text))
    expect([text, picture === null || text.startsWith('<html')]).toEqual([text, true])
  }
})

test('long runs of what begins something cost no time to speak of', () => {
  const hostile = ['<!DOCTYPE ', 'href', 'url(', ' on', '<use', 'href=" ', '<svg '].map(part =>
    part.repeat(MAX_ICON_BYTES / part.length - 10),
  )
  for (const part of hostile) pictureOf(Buffer.from(`<svg>${part}`))
})

function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(data.length)
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, data, Buffer.alloc(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(16))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

test('whoever asks for all sizes gets few', () => {
  const sizes = new Set(Array.from({ length: 505 }, (_, index) => stepOf(index + 8)))
  expect([...sizes]).toEqual([16, 24, 32, 48, 64, 96, 128, 192, 256, 512])
})
