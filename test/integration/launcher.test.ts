/** bin/drover: finds its clone through any links, keeps the name it was called by, and says what to do when nothing is built. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NODE_FLAGS } from '../../src/shared/node-flags.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')

/** A clone whose command line only says how it was called. */
function makeClone(name = 'clone'): string {
  const clone = join(temporaryFolder(), name)
  for (const folder of ['bin', 'out/cli', 'node_modules/.bin']) mkdirSync(join(clone, folder), { recursive: true })
  copyFileSync(join(root, 'bin/drover'), join(clone, 'bin/drover'))
  chmodSync(join(clone, 'bin/drover'), 0o755)
  symlinkSync(process.execPath, join(clone, 'node_modules/.bin/node'))
  const program = 'console.log(JSON.stringify([process.env.DROVER_CALLED_AS, process.execPath, ...process.argv.slice(2)]))'
  writeFileSync(join(clone, 'out/cli/launch.cjs'), program)
  return clone
}

const env = { PATH: '/usr/bin:/bin' }
const call = (program: string, args: string[] = [], options = {}): unknown =>
  JSON.parse(execFileSync(program, args, { encoding: 'utf8', env, ...options }))

test('it runs the project’s own Node, and passes every word as it is', () => {
  const clone = makeClone()
  const words = ['push', '--', 'a b', '', '-rf', '$(id)', 'new\nline', '*', '\'"\\', 'ü']
  expect(call(join(clone, 'bin/drover'), words)).toEqual(['drover', process.execPath, ...words])
})

test('with the flags without which a Node may never end', () => {
  const clone = makeClone()
  writeFileSync(join(clone, 'out/cli/launch.cjs'), 'console.log(JSON.stringify(process.execArgv))')
  expect(call(join(clone, 'bin/drover'))).toEqual(NODE_FLAGS)
})

test.each(['clone', 'a clone with spaces', "it's $HOME", '-rf', 'new\nline'])('it is found in a folder named %j', name => {
  expect(call(join(makeClone(name), 'bin/drover'))).toEqual(['drover', process.execPath])
})

test('links lead to it: absolute, relative, through others and through linked folders; the name is that of the first', () => {
  const clone = makeClone()
  const bin = join(temporaryFolder(), 'my bin')
  mkdirSync(bin)
  symlinkSync(join(clone, 'bin/drover'), join(bin, 'p'))
  symlinkSync('p', join(bin, 'beowulf'))
  symlinkSync('../my bin/beowulf', join(bin, 'again'))
  symlinkSync(join(clone, 'bin'), join(bin, 'folder'))
  expect(call(join(bin, 'p'))).toEqual(['p', process.execPath])
  expect(call(join(bin, 'beowulf'))).toEqual(['beowulf', process.execPath])
  expect(call(join(bin, 'again'))).toEqual(['again', process.execPath])
  expect(call(join(bin, 'folder/drover'))).toEqual(['drover', process.execPath])
  expect(call('p', ['x'], { env: { PATH: `${bin}:${env.PATH}` } })).toEqual(['p', process.execPath, 'x'])
  expect(call('./p', [], { cwd: bin })).toEqual(['p', process.execPath])
  expect(call('sh', ['drover'], { cwd: join(clone, 'bin') })).toEqual(['drover', process.execPath])
})

test('it works in every POSIX shell that may be /bin/sh', () => {
  const drover = join(makeClone(), 'bin/drover')
  for (const shell of [['dash'], ['bash', '--posix'], ['busybox', 'sh']])
    expect(call(shell[0] ?? '', [...shell.slice(1), drover, 'x']), shell.join(' ')).toEqual(['drover', process.execPath, 'x'])
})

test('what is not installed or not built is said, with what to type', () => {
  const clone = makeClone()
  execFileSync('rm', [join(clone, 'out/cli/launch.cjs')])
  const unbuilt = spawnSync(join(clone, 'bin/drover'), { encoding: 'utf8', env: { ...env, missing: 'nothing' } })
  expect([unbuilt.status, unbuilt.stderr]).toEqual([127, expect.stringContaining(`cd '${clone}' && npm run build`)])
  execFileSync('rm', [join(clone, 'node_modules/.bin/node')])
  const bare = spawnSync(join(clone, 'bin/drover'), { encoding: 'utf8', env })
  expect([bare.status, bare.stderr]).toEqual([127, expect.stringContaining(`cd '${clone}' && npm start`)])
})

test('links that lead in a circle are told of', () => {
  const dir = temporaryFolder()
  const clone = makeClone()
  symlinkSync(join(dir, 'b'), join(dir, 'a'))
  symlinkSync(join(dir, 'a'), join(dir, 'b'))
  const result = spawnSync('sh', ['-c', `. "${join(clone, 'bin/drover')}"`, join(dir, 'a')], { encoding: 'utf8', env })
  expect([result.status, result.stderr]).toEqual([126, expect.stringContaining('leads nowhere')])
})
