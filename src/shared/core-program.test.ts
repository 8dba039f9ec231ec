import { expect, test } from 'vitest'
import { coreProgram } from './core-program.ts'
import { CORE_FLAGS } from './node-flags.ts'

const clone = { execPath: '/clone/node', isElectron: false, env: {}, headless: '/clone/out/main/headless.js' }
const mounted = {
  execPath: '/tmp/.mount_x/drover-window',
  isElectron: true,
  env: { APPIMAGE: '/home/ann/Drover.AppImage', APPDIR: '/tmp/.mount_x' },
  headless: '/tmp/.mount_x/resources/app.asar/out/main/headless.js',
}

test('from a clone by the Node that runs', () => {
  expect(coreProgram(clone)).toEqual({ file: '/clone/node', args: [...CORE_FLAGS, clone.headless], env: {} })
})

test('from a package by Electron, which must be told to be a Node', () => {
  const { file, args, env } = coreProgram({ ...clone, execPath: '/opt/Drover/drover-window', isElectron: true })
  expect([file, args.at(-1), env]).toEqual(['/opt/Drover/drover-window', clone.headless, { ELECTRON_RUN_AS_NODE: '1' }])
})

test('from an AppImage by the AppImage, whose place in the file system ends with whoever called it', () => {
  expect(coreProgram(mounted)).toEqual({ file: '/home/ann/Drover.AppImage', args: ['core'], env: {} })
})

test('who was started from another AppImage is not in it', () => {
  expect(coreProgram({ ...clone, env: mounted.env }).file).toBe('/clone/node')
  expect(coreProgram({ ...mounted, env: { ...mounted.env, APPDIR: '/tmp/.mount_' } }).file).toBe(mounted.execPath)
})
