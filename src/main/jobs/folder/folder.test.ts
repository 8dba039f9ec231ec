/** What is asked of real folders, hostile ones among them. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import { folderCommands } from './folder-commands.ts'
import { subFolders } from './sub-folders.ts'

test('commands of all files of a folder, each with its file', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{"scripts":{"test":"x"}}')
  writeFileSync(join(folder, 'yarn.lock'), '')
  writeFileSync(join(folder, 'Makefile'), 'all:\n\ttrue\n')
  expect(await folderCommands(folder)).toEqual([
    { command: 'yarn test', source: 'package.json' },
    { command: 'make', source: 'Makefile' },
    { command: 'make all', source: 'Makefile' },
  ])
})

test('a link out of the folder is not read, a FIFO is not waited for, an endless file is read in part', async () => {
  const folder = temporaryFolder()
  const outside = join(temporaryFolder(), 'package.json')
  writeFileSync(outside, '{"scripts":{"secret":"x"}}')
  symlinkSync(outside, join(folder, 'package.json'))
  execFileSync('mkfifo', [join(folder, 'Makefile')])
  writeFileSync(join(folder, 'justfile'), `${'#'.repeat(300_000)}\nlate:\n`)
  mkdirSync(join(folder, 'Cargo.toml'))
  expect(await folderCommands(folder)).toEqual([])
  expect(await folderCommands(join(folder, 'gone'))).toEqual([])
})

test('the folders in a folder: no files, no links, hidden ones last', async () => {
  const folder = temporaryFolder()
  for (const name of ['b', '.hidden', 'a']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'file'), '')
  symlinkSync('/', join(folder, 'link'))
  expect(await subFolders(folder)).toEqual({ folders: ['a', 'b', '.hidden'], isCut: false })
})

test('what is no folder is said', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  await expect(subFolders(join(folder, 'gone'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(subFolders(join(folder, 'file'))).rejects.toMatchObject({ code: 'BAD_INPUT' })
})
