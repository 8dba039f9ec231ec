/** Which browser is taken, from a PATH of real files. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import { candidates } from './browsers.ts'

const PAGE = 'file:///run/user/1000/drover/open-1-x.html'

/** A PATH of two folders with these programs in them. */
function pathWith(first: readonly string[], second: readonly string[] = []): string {
  const folders = [first, second].map(names => {
    const folder = temporaryFolder()
    for (const name of names) writeFileSync(join(folder, name), '#!/bin/sh\n', { mode: 0o755 })
    return folder
  })
  return folders.join(':')
}

const commands = (path: string, browser?: string) =>
  candidates(PAGE, path, browser === undefined ? {} : { BROWSER: browser }).map(({ name, args }) => [name, ...args])

test('Chromium and its kin give the page a window of its own, the first of them in our order, wherever in PATH it stands', () => {
  expect(commands(pathWith(['google-chrome'], ['chromium']))).toEqual([['chromium', `--app=${PAGE}`]])
  expect(commands(pathWith(['microsoft-edge', 'brave-browser', 'google-chrome']))).toEqual([['google-chrome', `--app=${PAGE}`]])
})

test('else what BROWSER names, then what the desktop has', () => {
  expect(commands(pathWith(['firefox', 'xdg-open', 'lynx']), 'nothing:firefox --new-window %s:lynx')).toEqual([
    ['firefox', '--new-window', PAGE],
    ['lynx', PAGE],
    ['xdg-open', PAGE],
  ])
  expect(commands(pathWith(['xdg-open']))).toEqual([['xdg-open', PAGE]])
  expect(commands(pathWith([]))).toEqual([])
})

test('words of BROWSER are words, whatever a shell would make of them', () => {
  expect(commands(pathWith(['firefox']), 'firefox $(reboot) ;reboot %s')).toEqual([['firefox', '$(reboot)', ';reboot', PAGE]])
  expect(commands(pathWith(['firefox']), ' : ::%s:-x')).toEqual([])
})

test('a folder, a file nobody may run, a link to nothing and a PATH that is not absolute hold no browser', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'chromium'))
  writeFileSync(join(folder, 'google-chrome'), '', { mode: 0o644 })
  symlinkSync('nowhere', join(folder, 'brave-browser'))
  expect(commands(folder)).toEqual([])
  expect(commands('.:relative::')).toEqual([])
})

test('an absolute BROWSER needs no PATH, and a relative one is not looked for in the folder we stand in', () => {
  const path = pathWith(['mine'])
  const [folder = ''] = path.split(':')
  expect(commands('', join(folder, 'mine'))).toEqual([['mine', PAGE]])
  expect(commands(path, './mine')).toEqual([])
})
