import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pngOf } from '../../test/helpers/app-host.ts'
import { temporaryFolder } from '../../test/helpers/temporary-folder.ts'
import { shrinkPng } from './small-png.ts'

test('a picture of few colours keeps each of them', () => {
  const path = join(temporaryFolder(), 'square.png')
  writeFileSync(path, pngOf(7, [200, 30, 90]))
  expect(shrinkPng(path)).toBe(readFileSync(path).length)
  const bytes = readFileSync(path)
  expect([...bytes.subarray(16, 29)]).toEqual([0, 0, 0, 7, 0, 0, 0, 7, 8, 3, 0, 0, 0])
  expect([...partOf(bytes, 'PLTE')]).toEqual([200, 30, 90])
  expect([...inflateSync(partOf(bytes, 'IDAT'))]).toEqual(Array.from({ length: 7 * 8 }, () => 0))
})

test('another kind of picture is refused', () => {
  const path = join(temporaryFolder(), 'small.png')
  writeFileSync(path, pngOf(7, [200, 30, 90]))
  shrinkPng(path)
  expect(() => shrinkPng(path)).toThrow('RGB')
})

function partOf(bytes: Buffer, type: string): Buffer {
  const at = bytes.indexOf(type)
  return bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4))
}
