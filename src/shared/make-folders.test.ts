import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolders } from './make-folders.ts'

const disk = {
  isFolder: (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  make: (path: string) => mkdirSync(path),
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'drover-test-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

test('a folder is made with those above it, and one that is there is left alone', () => {
  const path = join(folder(), 'a/b/c')
  makeFolders(path, disk)
  makeFolders(path, disk)
  expect(statSync(path).isDirectory()).toBe(true)
})

test('one that another process makes at the same moment is fine; a file in its place is not', () => {
  const home = folder()
  makeFolders(join(home, 'a/b'), {
    ...disk,
    make: path => {
      mkdirSync(path)
      mkdirSync(path)
    },
  })
  expect(statSync(join(home, 'a/b')).isDirectory()).toBe(true)
  writeFileSync(join(home, 'file'), '')
  expect(() => makeFolders(join(home, 'file'), disk)).toThrow(/EEXIST/)
  expect(() => makeFolders(join(home, 'file/x'), disk)).toThrow(/EEXIST.*file'/)
})

test('a folder that takes none is told, not tried for ever', () => {
  expect(() => makeFolders('/proc/drover/x', disk)).toThrow(/ENOENT.*'\/proc\/drover'/)
})
