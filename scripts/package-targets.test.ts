import { expect, test } from 'vitest'
import { chooseTargets } from './package-targets.mjs'

const choose = (words: string[], { system = 'linux', programs = ['ar', 'rpmbuild'] } = {}) =>
  chooseTargets({ words, system, hasProgram: (name: string) => programs.includes(name) })

test('without words, all that this system can make', () => {
  expect(choose([])).toEqual({ platform: 'linux', targets: ['AppImage', 'deb', 'rpm', 'tar.gz'], leftOut: [] })
  expect(choose([], { system: 'darwin' })).toEqual({ platform: 'mac', targets: ['dmg'], leftOut: [] })
})

test('what lacks a program is left out, by the name of its Debian package', () => {
  const { targets, leftOut } = choose(['deb', 'rpm'], { programs: ['ar'] })
  expect(targets).toEqual(['deb'])
  expect(leftOut).toEqual([{ target: 'rpm', why: 'rpmbuild is not installed; the Debian package rpm has it' }])
})

test('a disk image for macOS is made there; what goes into it can be looked at here', () => {
  expect(choose(['--mac', 'dmg', 'dir'])).toEqual({
    platform: 'mac',
    targets: ['dir'],
    leftOut: [{ target: 'dmg', why: 'it can be made on macOS only' }],
  })
})

test('words that make no sense are told of', () => {
  expect(choose(['--windows']).wrong).toMatch(/not --windows$/)
  expect(choose(['--linux', '--mac']).wrong).toMatch(/not --linux and --mac$/)
  expect(choose(['dmg']).wrong).toMatch(/not dmg$/)
  expect(choose(['toString']).wrong).toMatch(/not toString$/)
  expect(choose([], { system: 'win32' }).wrong).toContain('this is win32')
})
