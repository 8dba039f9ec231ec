/** Finding and fetching Electron, over packages of the test's own: the real one is never run here. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isAlive, pidsWithEnv } from '../test/helpers/processes.ts'
import { temporaryFolder } from '../test/helpers/temporary-folder.ts'
import { waitFor } from '../test/helpers/wait.ts'
import { findElectron } from './electron.mjs'

const ON_A_DISPLAY = { PATH: process.env.PATH ?? '', DISPLAY: ':0' }
const PUTS_IT_THERE = `
const { mkdirSync, writeFileSync } = require('node:fs')
mkdirSync('dist')
writeFileSync('dist/electron', '')
writeFileSync('path.txt', 'electron')`

function electronPackage(script: string | null): { packageDir: string; said: string[]; say(text: string): void } {
  const packageDir = temporaryFolder()
  if (script !== null) writeFileSync(join(packageDir, 'install.js'), script)
  const said: string[] = []
  return { packageDir, said, say: text => void said.push(text) }
}

test('one that is there is found, without a display too: by its package, or by the folder one is told', async () => {
  const one = electronPackage(PUTS_IT_THERE)
  mkdirSync(join(one.packageDir, 'dist'))
  for (const name of ['dist/electron', 'electron']) writeFileSync(join(one.packageDir, name), '')
  writeFileSync(join(one.packageDir, 'path.txt'), 'electron')
  expect(await findElectron({ ...one, env: {} })).toEqual({ program: join(one.packageDir, 'dist/electron'), reason: '' })
  const env = { ELECTRON_OVERRIDE_DIST_PATH: one.packageDir }
  expect(await findElectron({ ...one, env })).toEqual({ program: join(one.packageDir, 'electron'), reason: '' })
  expect(one.said).toEqual([])
})

test('it is fetched where it could be shown, by the script of its package, and that is said', async () => {
  const one = electronPackage(PUTS_IT_THERE)
  expect(await findElectron({ ...one, env: {} })).toEqual({ program: null, reason: 'there is no display here' })
  expect(one.said).toEqual([])
  expect(await findElectron({ ...one, env: ON_A_DISPLAY })).toEqual({
    program: join(one.packageDir, 'dist/electron'),
    reason: '',
  })
  expect(one.said).toEqual(['Fetching Electron, once …'])
})

test('what could not be fetched is told of in one line, and not tried again for a day', async () => {
  const one = electronPackage(`throw new Error('getaddrinfo ENOTFOUND example.org\\nand much more')`)
  const { program, reason } = await findElectron({ ...one, env: ON_A_DISPLAY })
  expect([program, reason]).toEqual([null, 'Electron could not be fetched (Error: getaddrinfo ENOTFOUND example.org)'])
  writeFileSync(join(one.packageDir, 'install.js'), PUTS_IT_THERE)
  const tried = join(one.packageDir, '.drover-tried')
  expect((await findElectron({ ...one, env: ON_A_DISPLAY })).reason).toContain(`remove ${tried} to try again`)
  expect(one.said).toHaveLength(1)
  const now = statSync(tried).mtimeMs + 25 * 3_600_000
  expect((await findElectron({ ...one, env: ON_A_DISPLAY, now })).program).not.toBeNull()
})

test('a script that takes too long is ended, with what it started', async () => {
  const one = electronPackage(`
require('node:child_process').spawn('sleep', ['1000'])
setInterval(() => undefined, 1000)`)
  const env = { ...ON_A_DISPLAY, DROVER_TEST_FETCH: one.packageDir }
  const pids = () => pidsWithEnv(`DROVER_TEST_FETCH=${one.packageDir}`).filter(isAlive)
  const found = findElectron({ ...one, env, installMs: 1_000 })
  await waitFor(() => pids().length === 2)
  expect((await found).reason).toBe('Electron could not be fetched (not within 1 s)')
  await waitFor(() => pids().length === 0)
})

test('without the package there is nothing to try', async () => {
  const one = electronPackage(null)
  expect((await findElectron({ ...one, env: ON_A_DISPLAY })).reason).toBe('Electron is not among the packages')
  expect(existsSync(join(one.packageDir, '.drover-tried'))).toBe(false)
})
