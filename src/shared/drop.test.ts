import { describe, expect, test } from 'vitest'
import {
  decodeUploadHeader,
  dropNameProblem,
  dropPathProblem,
  encodeUploadHeader,
  folderText,
  isDropped,
  isRuleFile,
  lastingFolder,
  resultsFolder,
  UPLOAD_HEADER_BYTES,
} from './drop.ts'

describe('paths of a dropped folder', () => {
  test.each([
    'a',
    'a/b',
    'a/',
    '...',
    '..a',
    'a b',
    '-rf',
    '\u202e',
    '🐑',
    'é/e\u0301',
    '.gitignore',
    '.git/info/exclude',
    'x/.git/index',
    `${'d/'.repeat(1000)}x`,
  ])('taken: %j', path => expect(dropPathProblem(path)).toBeNull())
  test.each([
    '',
    '/',
    '..',
    '../a',
    'a/..',
    'a/../b',
    './a',
    'a//b',
    '/a',
    'a\0',
    '\ud800',
    '.git/',
    '.git/config',
    'a/.git/hooks/x',
    '.git/.gitignore',
  ])('refused: %j', path => expect(dropPathProblem(path)).not.toBeNull())
  test('lengths count in bytes', () => {
    expect(dropPathProblem('é'.repeat(127))).toBeNull()
    expect(dropPathProblem('é'.repeat(128))).toContain('255 bytes')
    expect(dropPathProblem(`${'🐑/'.repeat(819)}`)).toBeNull()
    expect(dropPathProblem(`${'🐑/'.repeat(820)}`)).toContain('4095 bytes')
  })
  test('a name of a folder is one name', () => {
    expect(dropNameProblem('project')).toBeNull()
    for (const name of ['', '.', '..', 'a/b', '.git', 'a/']) expect(dropNameProblem(name), name).not.toBeNull()
  })
})

test('all drops of one folder are known by one path; any other folder by its own', () => {
  const at = (id: string, name: string) => `/home/me/.cache/drover/drops/${'0'.repeat(24)}${id}/${name}`
  expect(lastingFolder(at('-12345678', 'app'))).toBe(at('', 'app'))
  expect(lastingFolder(at('-abcdef00', 'two\nlines'))).toBe(at('', 'two\nlines'))
  for (const folder of [at('-12345678', 'app/src'), at('-1234567', 'app'), '/drover/drops/app', '/'])
    expect(lastingFolder(folder)).toBe(folder)
  expect(isDropped(at('-12345678', 'app'))).toBe(true)
  expect(isDropped('/home/me/app')).toBe(false)
  expect(folderText(at('-12345678', 'app'))).toBe('app (dropped)')
  expect(folderText('/home/me/app')).toBe('/home/me/app')
  const database = '/home/me/.local/share/drover/drover.db'
  expect(resultsFolder(at('-12345678', 'app'), database)).toBe('/home/me/.local/share/drover/results/app')
  expect(resultsFolder('/home/me/app', database)).toBe('/home/me/app')
})

test('rule files, and what only looks like one', () => {
  const rules = ['.gitignore', 'a/b/.gitignore', '.git/info/exclude', '.git/index', 'vendor/lib/.git/index']
  const others = [
    'gitignore',
    '.gitignore/x',
    'a.gitignore',
    '.git/x/index',
    '.git/modules/a/index',
    '.git/.git/index',
    'x.git/index',
    'info/exclude',
  ]
  expect(rules.filter(path => !isRuleFile(path))).toEqual([])
  expect(others.filter(isRuleFile)).toEqual([])
})

test('a header says the same when it is read back, beyond 4 GB too', () => {
  const header = { index: 4_000_000_000, offset: 2 ** 52 + 1, length: 196_608 }
  const bytes = encodeUploadHeader(header)
  expect(bytes).toHaveLength(UPLOAD_HEADER_BYTES)
  expect(decodeUploadHeader(bytes)).toEqual(header)
})
