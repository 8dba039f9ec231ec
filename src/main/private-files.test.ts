import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers/temporary-folder.ts'
import { ensurePrivateFile, ensurePrivateFolder, replaceFile } from './private-files.ts'

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('a folder is made with its parents, closed when open, and a link to one of ours will do', () => {
  const folder = temporaryFolder()
  ensurePrivateFolder(join(folder, 'a', 'b'))
  expect([mode(join(folder, 'a')), mode(join(folder, 'a', 'b'))]).toEqual(['700', '700'])
  mkdirSync(join(folder, 'open'))
  symlinkSync(join(folder, 'open'), join(folder, 'link'))
  ensurePrivateFolder(join(folder, 'link'))
  expect(mode(join(folder, 'open'))).toBe('700')
  writeFileSync(join(folder, 'file'), '')
  expect(() => ensurePrivateFolder(join(folder, 'file', 'x'))).toThrow(/Cannot make the folder .*file\/x/)
})

test('a file is made empty, and one that is there keeps its content', () => {
  const path = join(temporaryFolder(), 'file')
  ensurePrivateFile(path)
  expect([mode(path), readFileSync(path, 'utf8')]).toEqual(['600', ''])
  writeFileSync(path, 'text')
  chmodSync(path, 0o644)
  ensurePrivateFile(path)
  expect([mode(path), readFileSync(path, 'utf8')]).toEqual(['600', 'text'])
})

test('a file is replaced whole, 0600, and nothing else is left in its folder', () => {
  const folder = temporaryFolder()
  const path = join(folder, 'file')
  expect(replaceFile(path, 'größe'.repeat(100_000))).toBe(true)
  expect(replaceFile(path, 'new')).toBe(true)
  expect([mode(path), readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['600', 'new', ['file']])
})

test('a replacement that is not wanted any more, or fails, leaves all as it was', () => {
  const folder = temporaryFolder()
  const path = join(folder, 'file')
  writeFileSync(path, 'old')
  expect(replaceFile(path, 'new', () => false)).toBe(false)
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['old', ['file']])
  expect(() => replaceFile(join(folder, 'missing', 'file'), 'new')).toThrow(/Cannot write .*missing\/file/)
})
