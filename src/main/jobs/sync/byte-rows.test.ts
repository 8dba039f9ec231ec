import { expect, test } from 'vitest'
import { byteText, ownBytes } from '../byte-path.ts'
import { ByteRows, textsOf } from './byte-rows.ts'
import { type Entry, packManifest, unpackManifest } from './manifest.ts'

const MEBIBYTE = 1024 * 1024

test('rows of any size come back in their order, behind the head', () => {
  const texts = ['a', 'b'.repeat(MEBIBYTE - 1), 'c', '', 'd'.repeat(3 * MEBIBYTE), '\xff\n', 'e'.repeat(MEBIBYTE)]
  const rows = new ByteRows()
  const places = texts.map(text => rows.add(text))
  expect(byteText(rows.bytes('head')) === `head${texts.join('')}`).toBe(true)
  expect(rows.totalBytes).toBe(texts.join('').length)
  for (const [index, { chunk, at }] of places.entries()) {
    const text = texts[index] ?? ''
    expect(byteText(rows.part({ chunk, from: at, to: at + text.length })) === text).toBe(true)
  }
  expect(byteText(new ByteRows().bytes())).toBe('')
})

test('texts are read as they stand, also an empty one; what has no end is none', () => {
  expect([...textsOf(ownBytes('a\0\0\xff b\0rest'))]).toEqual(['a', '', '\xff b'])
  expect([...textsOf(ownBytes(''))]).toEqual([])
})

test('a manifest of several chunks is sorted by the bytes of its paths, and reads back as it was', () => {
  const entry = (path: string, more: Partial<Entry> = {}): Entry => ({
    ...{ path, type: 'file', mode: 0o644, size: 3, mtimeNs: 5n, ctimeNs: -6n, inode: 7n },
    ...{ isRacy: false, isUnproven: false, target: '', ...more },
  })
  const long = 'n'.repeat(200)
  const entries = [
    ...Array.from({ length: 8000 }, (_, index) => entry(`${long}${(index * 4999) % 8000}`)),
    ...[entry('a.c'), entry('a/b'), entry('a', { type: 'dir', size: 0 }), entry('\xff', { isUnproven: true }), entry('a\n')],
    entry('link', { type: 'link', size: 0, target: 'to\xfe', isRacy: true }),
  ]
  const { bytes, stamp, ...totals } = packManifest(entries)
  expect(totals).toEqual({ files: 8004, dirs: 1, links: 1, totalBytes: 3 * 8004, isRacy: true })
  const sorted = entries.toSorted((one, other) => (one.path < other.path ? -1 : 1))
  expect(unpackManifest(bytes)).toEqual({ stamp, entries: sorted })
  expect(packManifest(sorted).stamp).toBe(stamp)
  expect(() => unpackManifest(bytes.subarray(0, -1))).toThrow('beginning or end')
  expect(() => unpackManifest(ownBytes(`drover-manifest 1 x\0${'f 644 1 1 1 1 0 a\0'.repeat(2)}`))).toThrow('not in order')
})
