/**
 * What a scan finds, where git has no word for it: empty folders, other kinds of files, names, rights, loops; when a folder counts as
 * changed; and big folders.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync, watch, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { scan } from '../../src/main/jobs/sync/scan.ts'
import { git, makeRepository, makeTree } from '../helpers/folder-tree.ts'
import { ownWorkers, scanGround } from '../helpers/scan-ground.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const ground = scanGround()
const { workers, entriesOf, sent, skipped } = ground
let folder: string
beforeEach(() => {
  folder = ground.folder
})

describe('what is there', () => {
  test('empty folders, links, modes, and .git whole', async () => {
    makeTree(folder, { 'empty/deep/': '', 'only/a.o': '', 'run.sh': '#!/bin/sh\n', '.gitignore': '*.o\n' })
    chmodSync(join(folder, 'run.sh'), 0o750)
    symlinkSync('run.sh', join(folder, 'link'))
    symlinkSync('nowhere', join(folder, 'dangling'))
    symlinkSync('..', join(folder, 'empty/loop'))
    makeRepository(folder)
    const entries = await entriesOf()
    expect(entries.get('empty/deep')?.type).toBe('dir')
    expect(entries.get('only')?.type).toBe('dir')
    expect(entries.get('run.sh')).toMatchObject({ type: 'file', mode: 0o750, size: 10 })
    expect(entries.get('link')).toMatchObject({ type: 'link', target: 'run.sh' })
    expect(entries.get('dangling')).toMatchObject({ type: 'link', target: 'nowhere' })
    expect(entries.get('empty/loop')).toMatchObject({ type: 'link', target: '..' })
    const gitFiles = execFileSync('find', ['.git'], { cwd: folder, encoding: 'utf8' }).trim().split('\n').sort()
    expect([...entries.keys()].filter(path => path === '.git' || path.startsWith('.git/'))).toEqual(gitFiles)
  })

  test('names of every kind', async () => {
    const names = [
      'a b',
      "it's",
      'say "hi"',
      'two\nlines',
      '-rf',
      '--help',
      '$(touch x)',
      '`id`',
      'a;b',
      '*',
      '\\',
      ' ',
      'end ',
      '~',
      '#x',
      ':(top)',
      'n'.repeat(255),
      '\x1b[31m',
    ]
    const folderName = names.join('|').replaceAll('/', '').slice(0, 100)
    makeTree(folder, [...names, ...names.map(name => `${folderName}/${name}`)])
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe, 0x2e])]), '')
    git(folder, 'init', '-q')
    const expected = [...names, ...names.map(name => `${folderName}/${name}`), '\xff\xfe.'].sort()
    expect(await sent()).toEqual(expected)
    makeTree(folder, { '.gitignore': '*\n' })
    expect(await sent()).toEqual([])
    expect((await skipped()).map(({ rule }) => rule)).toEqual(Array(names.length + 3).fill('.gitignore:1: *'))
    expect((await skipped()).map(({ path }) => path)).toContain('\\xff\\xfe.')
    expect((await skipped()).map(({ path }) => path)).toContain('\\x1b[31m')
  })

  test('sockets and pipes are left out', async () => {
    const server = createServer().listen(join(folder, 'socket'))
    onTestFinished(() => {
      server.close()
    })
    execFileSync('mkfifo', [join(folder, 'pipe')])
    makeTree(folder, ['file'])
    expect(await sent()).toEqual(['file'])
    expect(await skipped()).toEqual(['pipe', 'socket'].map(path => ({ path, rule: 'not a regular file' })))
  })

  test('a folder that is not there, or is no folder', async () => {
    makeTree(folder, ['file'])
    await expect(scan({ workers, folder: join(folder, 'no') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('/no'),
    })
    await expect(scan({ workers, folder: join(folder, 'file') })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  test('without git all is sent, unless there are rules that only git can read', async () => {
    const path = process.env.PATH
    process.env.PATH = join(folder, 'nothing-here')
    onTestFinished(() => {
      process.env.PATH = path
    })
    const own = ownWorkers()
    makeTree(folder, ['a', 'b/c'])
    expect((await scan({ workers: own, folder })).manifest.files).toBe(2)
    makeTree(folder, { 'b/.gitignore': '' })
    await expect(scan({ workers: own, folder })).rejects.toMatchObject({ code: 'MISSING_TOOL', details: { tool: 'git' } })
  })

  test('files without read right are named, and nothing is pushed', async () => {
    makeTree(folder, { 'secret/key': '', 'closed/x': '', open: '', '.gitignore': 'ignored/\n', 'ignored/x': '' })
    chmodSync(join(folder, 'secret/key'), 0)
    for (const path of ['closed', 'ignored']) chmodSync(join(folder, path), 0)
    const home = join(folder, '..')
    execFileSync('chown', ['-R', '65534:65534', home])
    expect(scanAsNobody(folder)).toMatch(/^BAD_INPUT Nothing was pushed from .*: no right to read closed, secret\/key\. /)
    for (const path of ['closed', 'secret/key']) chmodSync(join(folder, path), 0o700)
    expect(scanAsNobody(folder)).toMatch(/^4 files/)
  })
})

describe('stamps', () => {
  const old = new Date(Date.now() - 60_000)
  async function settled() {
    return scan({ workers, folder, now: () => Date.now() + 10_000 })
  }

  test('are the same as long as nothing changes, and not after any change', async () => {
    makeTree(folder, { 'a.c': 'one', 'b.c': 'two', 'ignored.o': '', '.gitignore': '*.o\n', 'sub/': '' })
    symlinkSync('a.c', join(folder, 'link'))
    const first = await settled()
    expect((await settled()).manifest.stamp).toBe(first.manifest.stamp)
    expect(first.manifest.isRacy).toBe(false)
    makeTree(folder, { 'more.o': '' })
    expect((await settled()).manifest.stamp).toBe(first.manifest.stamp)
    const seen = new Set([first.manifest.stamp])
    const changes: (() => void)[] = [
      () => writeFileSync(join(folder, 'a.c'), 'ONE'),
      // The same size and time: only the inode's own time tells.
      () => writeFileSync(join(folder, 'a.c'), 'oNe') ?? utimesSync(join(folder, 'a.c'), old, old),
      () => writeFileSync(join(folder, 'a.c'), 'onE') ?? utimesSync(join(folder, 'a.c'), old, old),
      () => chmodSync(join(folder, 'a.c'), 0o755),
      () => chmodSync(join(folder, 'sub'), 0o700),
      () => renameSync(join(folder, 'b.c'), join(folder, 'c.c')),
      () => rmSync(join(folder, 'c.c')),
      () => rmSync(join(folder, 'link')) ?? symlinkSync('b.c', join(folder, 'link')),
      () => rmSync(join(folder, 'sub'), { recursive: true }) ?? writeFileSync(join(folder, 'sub'), ''),
    ]
    for (const change of changes) {
      change()
      const { manifest } = await settled()
      expect(seen.has(manifest.stamp)).toBe(false)
      seen.add(manifest.stamp)
    }
  })

  test('of a file changed just before the scan are not trusted', async () => {
    makeTree(folder, ['a'])
    expect((await scan({ workers, folder })).manifest.isRacy).toBe(true)
    expect((await settled()).manifest.isRacy).toBe(false)
  })
})

describe('a big folder', () => {
  test('tells how far it is, and can be cancelled', async () => {
    for (let index = 0; index < 200; index += 1)
      makeTree(
        folder,
        Array.from({ length: 50 }, (_, file) => `d${index}/${file}`),
      )
    const abort = new AbortController()
    await expect(scan({ workers, folder, signal: abort.signal, onProgress: () => abort.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    const found = await scan({ workers, folder })
    expect(found.manifest).toMatchObject({ files: 10_000, dirs: 200 })
  })

  test('that vanishes meanwhile is told of', async () => {
    makeTree(folder, ['a'])
    const gone = scan({ workers, folder })
    renameSync(folder, `${folder}.away`)
    await expect(gone).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(folder) })
  })

  test('leaves nothing of ours behind', async () => {
    const own = temporaryFolder()
    const { TMPDIR } = process.env
    process.env.TMPDIR = own
    onTestFinished(() => {
      if (TMPDIR === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = TMPDIR
    })
    makeTree(folder, ['a'])
    const made = new Set<string | null>()
    const watcher = watch(own, (_event, name) => made.add(name))
    onTestFinished(() => watcher.close())
    await scan({ workers: ownWorkers(), folder, explain: 10 })
    expect(readdirSync(own)).toEqual([])
    expect([...made]).toEqual([expect.stringMatching(/^drover-scan-/)])
  })
})

test('small folders, one after the other, are work for one thread', async () => {
  makeTree(folder, ['a'])
  const own = ownWorkers()
  let started = 0
  const count = () => void started++
  process.on('worker', count)
  onTestFinished(() => void process.off('worker', count))
  for (let round = 0; round < 5; round += 1) await scan({ workers: own, folder })
  expect(started).toBe(1)
})

/** Root may read everything: another user is needed to be refused. */
function scanAsNobody(path: string): string {
  const sync = new URL('../../src/main/jobs/sync/', import.meta.url)
  const program = join(path, '../scan.mjs')
  writeFileSync(
    program,
    `import { FileWorkers } from '${new URL('file-workers.ts', sync)}'
    import { scan } from '${new URL('scan.ts', sync)}'
    const workers = new FileWorkers()
    await scan({ workers, folder: ${JSON.stringify(path)} })
      .then(({ manifest }) => console.log(manifest.files + ' files'), error => console.log(error.code, error.message))
    await workers.close()`,
  )
  const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : ['env']
  const [command = '', ...args] = [...asNobody, process.execPath, program]
  const env = { PATH: process.env.PATH ?? '', HOME: join(path, '..') }
  const result = spawnSync(command, args, { encoding: 'utf8', env, cwd: '/' })
  if (result.stdout === '') throw new Error(result.stderr)
  return result.stdout
}
