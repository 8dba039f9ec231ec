/** config.yaml changed by others while a core runs: each way in which editors and people do it. */
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { addHost } from '../../src/main/config/config-edits.ts'
import { ConfigFile } from '../../src/main/config/config-file.ts'
import type { WatchOptions } from '../../src/main/config/file-watch.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const host = (name: string) => `hosts:\n  - name: ${name}\n    connection: ${name}\n`

type Watched = { file: ConfigFile; path: string; folder: string; heard: string[]; becomes(names: string): Promise<void> }

/** A config that is watched, and all that was heard of it: names of hosts, or the error. */
function watched(make: (folder: string) => string, options?: WatchOptions): Watched {
  const folder = join(temporaryFolder(), 'drover')
  mkdirSync(folder)
  const path = make(folder)
  const file = ConfigFile.open(path, options)
  onTestFinished(() => file.close())
  const heard: string[] = []
  file.onChange(({ config, error }) => heard.push(error?.code ?? config.hosts.map(one => one.name).join()))
  const becomes = async (names: string) => {
    await waitFor(() => heard.at(-1) === names, { what: `the config to become ${names}, heard ${heard}` })
  }
  return { file, path, folder, heard, becomes }
}

function plainFile(folder: string): string {
  writeFileSync(join(folder, 'config.yaml'), host('first'))
  return join(folder, 'config.yaml')
}

test('written in place', async () => {
  const { path, becomes, heard } = watched(plainFile)
  writeFileSync(path, host('second'))
  await becomes('second')
  expect(heard).toEqual(['second'])
})

test('emptied first and written after, as some editors do: nothing in between is believed', async () => {
  const { path, becomes, heard } = watched(plainFile, { doubtMs: 60_000 })
  truncateSync(path)
  await aWhile()
  appendFileSync(path, 'hosts:\n  - name: sec')
  await aWhile()
  appendFileSync(path, 'ond\n    connection: second\n')
  await becomes('second')
  expect(heard).toEqual(['second'])
})

/** Time for the watch to look, by its own settling time, at what must not be believed. */
async function aWhile(): Promise<void> {
  const start = performance.now()
  await waitFor(() => performance.now() - start > 250, { what: 'time to pass' })
}

test('replaced by a rename, again and again', async () => {
  const { path, becomes } = watched(plainFile)
  for (const name of ['second', 'third']) {
    writeFileSync(`${path}.new`, host(name))
    renameSync(`${path}.new`, path)
    await becomes(name)
  }
})

test('moved to a backup and written anew, as vim does', async () => {
  const { path, becomes, heard } = watched(plainFile)
  for (const name of ['second', 'third']) {
    renameSync(path, `${path}~`)
    writeFileSync(path, host(name))
    unlinkSync(`${path}~`)
    await becomes(name)
  }
  expect(heard).toEqual(['second', 'third'])
})

test('removed, and made again', async () => {
  const { path, becomes } = watched(plainFile)
  unlinkSync(path)
  await becomes('')
  writeFileSync(path, host('second'))
  await becomes('second')
})

test('made where none was', async () => {
  const { path, becomes } = watched(folder => join(folder, 'config.yaml'))
  writeFileSync(path, host('second'))
  await becomes('second')
})

test('broken: the last good one stays, the error is told, and goes when it is mended', async () => {
  const { path, file, becomes, heard } = watched(plainFile)
  writeFileSync(path, 'hosts: [\n')
  await becomes('BAD_CONFIG')
  expect(file.current.hosts.map(one => one.name)).toEqual(['first'])
  expect(file.error?.message).toContain(`${path}:2:1: `)
  writeFileSync(path, 'host: []\n')
  await waitFor(() => file.error?.message.includes('did you mean hosts?'), { what: 'the other error' })
  writeFileSync(path, host('first'))
  await becomes('first')
  expect(file.error).toBeNull()
  expect(heard).toEqual(['BAD_CONFIG', 'BAD_CONFIG', 'first'])
})

test('a link whose target is changed, and a link turned to another target', async () => {
  const { path, folder, becomes } = watched(made => {
    const dotfiles = join(made, '..', 'dotfiles')
    mkdirSync(dotfiles)
    writeFileSync(join(dotfiles, 'a.yaml'), host('first'))
    writeFileSync(join(dotfiles, 'b.yaml'), host('other'))
    symlinkSync('../dotfiles/a.yaml', join(made, 'config.yaml'))
    return join(made, 'config.yaml')
  })
  const dotfiles = join(folder, '..', 'dotfiles')
  writeFileSync(join(dotfiles, 'a.yaml'), host('second'))
  await becomes('second')
  symlinkSync('../dotfiles/b.yaml', `${path}.new`)
  renameSync(`${path}.new`, path)
  await becomes('other')
  writeFileSync(join(dotfiles, 'b.yaml'), host('last'))
  await becomes('last')
})

test('its whole folder removed and made again', async () => {
  const { path, folder, becomes } = watched(plainFile)
  rmSync(folder, { recursive: true })
  await becomes('')
  mkdirSync(folder)
  writeFileSync(path, host('second'))
  await becomes('second')
  writeFileSync(path, host('third'))
  await becomes('third')
})

test('our own change is heard once, and not again by the watch', async () => {
  const { file, path, becomes, heard } = watched(plainFile)
  await file.edit(document => addHost(document, { name: 'second', connection: 'second' }))
  expect(heard).toEqual(['first,second'])
  writeFileSync(path, host('third'))
  await becomes('third')
  expect(heard).toEqual(['first,second', 'third'])
})

test('after closing nothing is heard, and nothing keeps the process alive', async () => {
  const { file, path, heard } = watched(plainFile)
  const other = ConfigFile.open(path)
  onTestFinished(() => other.close())
  file.close()
  writeFileSync(path, host('second'))
  await waitFor(() => other.current.hosts[0]?.name === 'second', { what: 'another watch to see it' })
  expect(heard).toEqual([])
})
