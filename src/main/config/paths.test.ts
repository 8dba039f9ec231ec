import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { type Paths, resolvePaths } from '../../shared/paths.ts'
import { prepareSocketPath, systemPaths, writeSocketPath } from './paths.ts'

/** `/tmp/drover-…` is left out, so that no test can meet the folder of a real core. */
function pathsIn(folder: string, runtime: string[]): Paths {
  const system = { home: folder, temporaryFolder: folder, userId: 1 }
  return { ...resolvePaths({ HOME: userInfo().homedir }, system), runtimeFolders: runtime }
}

test('the system paths are those of this process', () => {
  expect(systemPaths({ HOME: '/home/me' }).configFile).toBe('/home/me/.config/drover/config.yaml')
})

test('the first runtime folder is made 0700 and taken, again and again', () => {
  const folder = temporaryFolder()
  const paths = pathsIn(folder, [join(folder, 'drover'), join(folder, 'second')])
  for (let again = 0; again < 2; again++) expect(prepareSocketPath(paths)).toBe(join(folder, 'drover', 'core.sock'))
  expect(statSync(join(folder, 'drover')).mode & 0o777).toBe(0o700)
  expect(existsSync(join(folder, 'second'))).toBe(false)
})

test('a core with its database elsewhere has a socket of its own, always the same and no longer', () => {
  const folder = temporaryFolder()
  const socketOf = (databaseFile: string) => prepareSocketPath({ ...pathsIn(folder, [join(folder, 'run')]), databaseFile })
  const sockets = ['/a/drover.db', '/b/drover.db', '/a/drover.db'].map(socketOf)
  expect(sockets[0]).toMatch(/\/run\/core\.[\w-]{4}$/)
  expect(sockets[1]).not.toBe(sockets[0])
  expect(sockets[2]).toBe(sockets[0])
})

test('a runtime folder that cannot be made gives way to the next', () => {
  const folder = temporaryFolder()
  expect(prepareSocketPath(pathsIn(folder, ['/proc/drover', join(folder, 'good')]))).toBe(join(folder, 'good', 'core.sock'))
})

test('a runtime folder whose parent is missing, or whose path is too long, gives way to the next', () => {
  const folder = temporaryFolder()
  const long = join(folder, 'x'.repeat(107))
  mkdirSync(long)
  const paths = pathsIn(folder, [join(folder, 'missing', 'drover'), join(long, 'drover'), join(folder, 'good')])
  expect(prepareSocketPath(paths)).toBe(join(folder, 'good', 'core.sock'))
})

test('a socket path of 107 bytes fits, one of 108 does not', () => {
  const folder = temporaryFolder()
  const fill = (bytes: number) => join(folder, 'y'.repeat(bytes - folder.length - '/'.length - '/core.sock'.length))
  expect(Buffer.byteLength(prepareSocketPath(pathsIn(folder, [fill(107)])))).toBe(107)
  expect(() => prepareSocketPath(pathsIn(folder, [fill(108)]))).toThrow(/at most 107 bytes, this one 108/)
})

test('a folder that is open to others, a link, or a file is refused, with what to do', () => {
  const folder = temporaryFolder()
  const paths = (name: string) => pathsIn(folder, [join(folder, name), join(folder, 'never')])
  mkdirSync(join(folder, 'open'))
  chmodSync(join(folder, 'open'), 0o750)
  mkdirSync(join(folder, 'target'), { mode: 0o700 })
  symlinkSync(join(folder, 'target'), join(folder, 'link'))
  writeFileSync(join(folder, 'file'), '')
  expect(() => prepareSocketPath(paths('open'))).toThrow(/open to others \(mode 750\); close it with: chmod 700/)
  expect(() => prepareSocketPath(paths('link'))).toThrow(/is not a folder/)
  expect(() => prepareSocketPath(paths('file'))).toThrow(/is not a folder/)
  expect(existsSync(join(folder, 'never'))).toBe(false)
})

test('a folder of another user is refused, and so is one inside it', () => {
  const folder = temporaryFolder()
  const theirs = process.getuid?.() === 0 ? join(folder, 'theirs') : '/usr'
  if (theirs !== '/usr') {
    mkdirSync(theirs, { mode: 0o700 })
    chownSync(theirs, 12345, 12345)
  }
  expect(() => prepareSocketPath(pathsIn(folder, [theirs]))).toThrow(
    /belongs to another user \(uid \d+\)\. Or set XDG_RUNTIME_DIR or TMPDIR/,
  )
  const paths = pathsIn(folder, [join(theirs, 'drover'), join(folder, 'ours')])
  expect(prepareSocketPath(paths)).toBe(join(folder, 'ours', 'core.sock'))
})

test('the path of the socket is written for clients of other environments', () => {
  const folder = temporaryFolder()
  const paths = { ...pathsIn(folder, []), socketPathFile: join(folder, 'drover/core.socket') }
  for (const path of ['/first/core.sock', '/second/core.sock']) {
    writeSocketPath(paths, path)
    expect(readFileSync(paths.socketPathFile, 'utf8')).toBe(`${path}\n`)
  }
  expect(statSync(paths.socketPathFile).mode & 0o777).toBe(0o600)
  expect(() => prepareSocketPath(paths)).toThrow(/No folder fits/)
})
