/** A folder that comes by a browser: what the core decides and stages, over its real socket, by the page's own code. */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { resultsFolder } from '../../src/shared/drop.ts'
import { drop, dropClient, folderSource, memorySource, stagedFiles } from '../helpers/drop-client.ts'
import { git, makeRepository, makeTree } from '../helpers/folder-tree.ts'
import { openOnBox, type Product } from '../helpers/product.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

let product: Product
let close: () => Promise<void>
beforeAll(async () => {
  ;({ product, close } = await openOnBox())
})
afterAll(() => close())

describe('what is sent', () => {
  test('is what git says, as for any push; the rest never leaves the page; then a job runs on it', async () => {
    const folder = temporaryFolder()
    makeTree(folder, {
      '.gitignore': '*.o\n/build/\n',
      'main.c': 'int main;\n',
      'main.o': 'x',
      'kept.o': 'tracked',
      'mine.txt': 'excluded by .git/info/exclude',
      'build/out': 'x',
      'lib/.gitignore': '*.log\n',
      'lib/a.log': 'x',
      'lib/a.c': 'a',
      'empty/': '',
      'run.sh': '#!/bin/sh\necho ran\n',
    })
    git(folder, 'init', '-q')
    git(folder, 'add', '-f', 'kept.o')
    writeFileSync(join(folder, '.git/info/exclude'), 'mine.txt\n')
    symlinkSync('main.c', join(folder, 'link'))
    chmodSync(join(folder, 'main.c'), 0o600)
    const source = folderSource(folder)
    const sent = await drop(await dropClient(product), source)
    expect(sent).toMatchObject({ missing: [], lost: [] })
    expect(Object.keys(stagedFiles(sent.folder)).sort()).toEqual([
      '.gitignore',
      'kept.o',
      'lib/.gitignore',
      'lib/a.c',
      'main.c',
      'run.sh',
    ])
    expect(stagedFiles(sent.folder)).toMatchObject({
      'run.sh': 'file 755 #!/bin/sh\necho ran\n',
      'main.c': 'file 644 int main;\n',
    })
    expect(statSync(join(sent.folder, 'empty')).isDirectory()).toBe(true)
    expect(statSync(join(sent.folder, 'main.c')).mtimeMs).toBe(Math.floor(statSync(join(folder, 'main.c')).mtimeMs))
    expect(source.opened).not.toContain('main.o')
    expect(source.opened).not.toContain('mine.txt')
    expect(sent.decision).toMatchObject({ files: 6, ignoredFiles: 4, wantedFiles: 6 })
    expect(Object.fromEntries(sent.decision.skipped.map(({ path, rule }) => [path, rule]))).toEqual({
      build: '.gitignore:2: /build/',
      'lib/a.log': 'lib/.gitignore:1: *.log',
      'main.o': '.gitignore:1: *.o',
      'mine.txt': '.git/info/exclude:1: mine.txt',
    })

    const { job } = await product.call('job.push', {
      command: { line: './run.sh; cat kept.o; ls -A' },
      folder: sent.folder,
      sync: true,
      host: 'box',
      terminal: null,
    })
    await product.reaches(job.id, 'ended')
    const { stdout } = await product.drover(['logs', job.id])
    expect(stdout).toBe('ran\ntracked.gitignore\nempty\nkept.o\nlib\nmain.c\nrun.sh\n')
  })

  test('what a job from it brings back has a place of its own, which no further drop touches', async () => {
    const client = await dropClient(product)
    const { folder } = await drop(client, memorySource({ a: 'one' }, { name: 'brings' }))
    const push = { command: { line: 'mkdir out; echo made > out/x' }, folder, sync: true, host: 'box', terminal: null }
    const { job } = await client.call('job.push', { ...push, pull: ['out'] })
    const brought = join(product.home.dir, '.local/share/drover/results/brings/out/x')
    await waitFor(() => existsSync(brought), { what: 'the results' })
    expect(join(resultsFolder(folder, (await product.status()).databasePath), 'out/x')).toBe(brought)
    await product.reaches(job.id, 'ended')
    await drop(client, memorySource({ b: 'two' }, { name: 'brings' }))
    expect(readFileSync(brought, 'utf8')).toBe('made\n')
  })

  test('a repository whose index git cannot read by itself: told, and its rules count', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { '.gitignore': '*.o\n', 'a.c': 'a', 'a.o': 'o' })
    makeRepository(folder)
    writeFileSync(join(folder, '.git/index'), 'DIRC but not really')
    const sent = await drop(await dropClient(product), folderSource(folder, { name: 'broken' }))
    expect(Object.keys(stagedFiles(sent.folder)).sort()).toEqual(['.gitignore', 'a.c'])
    expect(sent.decision.warnings).toEqual([expect.stringContaining('git cannot read the index')])
  })

  test('the same folder again: only what changed is opened; what is gone goes', async () => {
    const client = await dropClient(product)
    const first = memorySource({ a: 'one', b: 'two', 'c/d': 'three' }, { name: 'again' })
    const { folder } = await drop(client, first)
    const second = memorySource({ a: 'one', b: 'TWO!', d: 'four' }, { name: 'again' })
    const sent = await drop(client, second)
    expect(second.opened.sort()).toEqual(['b', 'd'])
    expect(stagedFiles(sent.folder)).toEqual({ a: 'file 644 one', b: 'file 644 TWO!', d: 'file 644 four' })
    const third = await drop(client, memorySource({ 'a/x': '1', b: 'TWO!', 'd/e/f': '2' }, { name: 'again' }))
    expect(third.missing).toEqual([])
    expect(stagedFiles(third.folder)).toEqual({ 'a/x': 'file 644 1', b: 'file 644 TWO!', 'd/e/f': 'file 644 2' })
    expect(stagedFiles(folder)).toEqual({ a: 'file 644 one', b: 'file 644 two', 'c/d': 'file 644 three' })
    expect(readdirSync(join(third.folder, '../..', `.${third.folder.split('/').at(-2)}`))).not.toContain('parts')
  })

  test('a folder in an ignored home repository, 150 levels deep, with odd names', async () => {
    makeRepository(product.home.dir)
    writeFileSync(join(product.home.dir, '.gitignore'), '*.c\n')
    onTestFinished(() => {
      rmSync(join(product.home.dir, '.git'), { recursive: true })
      rmSync(join(product.home.dir, '.gitignore'))
    })
    const deep = `${'d/'.repeat(150)}x.c`
    const files = {
      [deep]: 'deep',
      'two\nlines': '1',
      'caf\u00e9': 'nfc',
      'cafe\u0301': 'nfd',
      '$(id)': '2',
      '-rf': '3',
      parts: '4',
    }
    const { folder, decision } = await drop(await dropClient(product), memorySource(files, { name: '.drover' }))
    expect(decision).toMatchObject({ files: 7, ignoredFiles: 0 })
    const there = Object.fromEntries(Object.keys(files).map(path => [path, readFileSync(join(folder, path), 'utf8')]))
    expect(there).toEqual(files)
    const { job } = await product.call('job.push', {
      command: { line: `cat ${deep}` },
      folder,
      sync: true,
      host: 'box',
      terminal: null,
    })
    await product.reaches(job.id, 'ended')
    expect((await product.drover(['logs', job.id])).stdout).toBe('deep')
  })

  test('files that change or vanish under it: sent as they are then, or told by name, and the rest comes', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { changes: 'before', vanishes: 'x', stays: 'y' })
    const source = folderSource(folder, { name: 'moving' })
    const sent = await drop(await dropClient(product), source, {
      onDecision: () => {
        if (!existsSync(join(folder, 'vanishes'))) return
        writeFileSync(join(folder, 'changes'), 'after, and longer')
        rmSync(join(folder, 'vanishes'))
      },
    })
    expect(stagedFiles(sent.folder)).toEqual({ changes: 'file 644 after, and longer', stays: 'file 644 y' })
    expect(sent).toMatchObject({ lost: ['vanishes'], missingCount: 0 })
  })
})
