/** A folder that comes by a browser: what the core decides and stages, over its real socket, by the page's own code. */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { batchesOf } from '../../src/renderer/drop/batches.ts'
import { type DropEntry, encodeUploadHeader, UPLOAD_END } from '../../src/shared/drop.ts'
import { drop, dropClient, folderSource, memorySource } from '../helpers/drop-client.ts'
import { git, listTree, makeRepository, makeTree } from '../helpers/folder-tree.ts'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { mountSmallDisk } from '../helpers/small-disk.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor, within } from '../helpers/wait.ts'

let box: Sshd
let product: Product
beforeAll(async () => {
  box = await startSshd()
  product = await openProduct({ box })
})
afterAll(async () => {
  await product.close()
  await box.stop()
})

/** Paths of the files in a staged folder, and what is in them. */
function staged(folder: string): Record<string, string> {
  return Object.fromEntries([...listTree(folder)].filter(([, what]) => !what.startsWith('dir')))
}

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
    expect(Object.keys(staged(sent.folder)).sort()).toEqual([
      '.gitignore',
      'kept.o',
      'lib/.gitignore',
      'lib/a.c',
      'main.c',
      'run.sh',
    ])
    expect(staged(sent.folder)).toMatchObject({ 'run.sh': 'file 755 #!/bin/sh\necho ran\n', 'main.c': 'file 644 int main;\n' })
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
    await product.reaches(job.id, 'ended')
    await drop(client, memorySource({ b: 'two' }, { name: 'brings' }))
    expect(staged(folder)).toEqual({ b: 'file 644 two' })
    expect(readFileSync(brought, 'utf8')).toBe('made\n')
  })

  test('a repository whose index git cannot read by itself: told, and its rules count', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { '.gitignore': '*.o\n', 'a.c': 'a', 'a.o': 'o' })
    makeRepository(folder)
    writeFileSync(join(folder, '.git/index'), 'DIRC but not really')
    const sent = await drop(await dropClient(product), folderSource(folder, { name: 'broken' }))
    expect(Object.keys(staged(sent.folder)).sort()).toEqual(['.gitignore', 'a.c'])
    expect(sent.decision.warnings).toEqual([expect.stringContaining('git cannot read the index')])
  })

  test('the same folder again: only what changed is opened; what is gone goes', async () => {
    const client = await dropClient(product)
    const first = memorySource({ a: 'one', b: 'two', 'c/d': 'three' }, { name: 'again' })
    const { folder } = await drop(client, first)
    const second = memorySource({ a: 'one', b: 'TWO!', d: 'four' }, { name: 'again' })
    const sent = await drop(client, second)
    expect(sent.folder).toBe(folder)
    expect(second.opened.sort()).toEqual(['b', 'd'])
    expect(staged(folder)).toEqual({ a: 'file 644 one', b: 'file 644 TWO!', d: 'file 644 four' })
    expect((await drop(client, memorySource({ 'a/x': '1', b: 'TWO!', 'd/e/f': '2' }, { name: 'again' }))).missing).toEqual([])
    expect(staged(folder)).toEqual({ 'a/x': 'file 644 1', b: 'file 644 TWO!', 'd/e/f': 'file 644 2' })
    expect(readdirSync(join(folder, '../..', `.${folder.split('/').at(-2)}`, 'parts'))).toEqual([])
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
    expect(staged(sent.folder)).toEqual({ changes: 'file 644 after, and longer', stays: 'file 644 y' })
    expect(sent).toMatchObject({ lost: ['vanishes'], missingCount: 0 })
  })
})

describe('what a hostile page can do', () => {
  const bad: [name: string, path: string][] = [
    ['..', '../x'],
    ['.. in the midst', 'a/../../x'],
    ['absolute', '/etc/passwd'],
    ['a NUL', 'a\0b'],
    ['an empty name', 'a//b'],
    ['.', './a'],
    ['a config of git', '.git/config'],
    ['a hook', 'lib/.git/hooks/post-checkout'],
    ['a name of 256 bytes', 'x'.repeat(256)],
    ['half a character', 'a\ud800'],
  ]
  test.each(bad)('a path is refused: %s', async (_, path) => {
    const client = await dropClient(product)
    const { dropId } = await client.call('drop.begin', { name: 'bad', origin: 'hostile' })
    const names = client.call('drop.names', {
      dropId,
      from: 0,
      entries: [
        ['fine', 1, 1],
        [path, 1, 1],
      ],
    })
    await expect(names).rejects.toMatchObject({ code: 'BAD_INPUT' })
    expect(await client.call('drop.decide', { dropId })).toMatchObject({ files: 0 })
  })

  test.each(['..', '.', '', 'a/b', '.git', 'a\0', 'x'.repeat(256)])('a name of a folder is refused: %j', async name => {
    const client = await dropClient(product)
    await expect(client.call('drop.begin', { name, origin: 'hostile' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  test('one path twice, or a file that is a folder too', async () => {
    const client = await dropClient(product)
    for (const paths of [
      ['a', 'a'],
      ['a', 'a/b'],
      ['a/', 'a'],
    ]) {
      const { dropId } = await client.call('drop.begin', { name: 'twice', origin: 'hostile' })
      await client.call('drop.names', { dropId, from: 0, entries: paths.map((path): [string, number, number] => [path, 0, 1]) })
      await expect(client.call('drop.decide', { dropId }), paths.join(' ')).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('is there twice'),
      })
    }
  })

  test('more bytes than it said, bytes of what was not asked for, out of order: refused, and nothing gets in', async () => {
    const client = await dropClient(product)
    const { dropId, folder } = await client.call('drop.begin', { name: 'liar', origin: 'hostile' })
    const entries: [string, number, number][] = [
      ['.gitignore', 2, 1],
      ['a.o', 4, 1],
      ['b', 4, 1],
    ]
    await client.call('drop.names', { dropId, from: 0, entries })
    const upload = async (...records: [index: number, offset: number, bytes: string, length?: number][]) => {
      const stream = await client.openUpload(dropId)
      for (const [index, offset, bytes, length] of [...records, [UPLOAD_END, 0, ''] as const]) {
        await stream.write(
          Buffer.concat([encodeUploadHeader({ index, offset, length: length ?? bytes.length }), Buffer.from(bytes)]),
        )
      }
      for await (const _ of stream);
    }
    const refused = { code: 'PROTOCOL' }
    // Before the decision only rules may come.
    await expect(upload([2, 0, 'bbbb'])).rejects.toMatchObject(refused)
    await upload([0, 0, 'a*'])
    expect(await client.call('drop.decide', { dropId })).toMatchObject({ files: 2, wantedFiles: 2, ignoredFiles: 1 })
    expect((await client.call('drop.wanted', { dropId })).wanted).toEqual([
      [0, 0],
      [2, 0],
    ])
    await expect(upload([1, 0, 'aaaa'])).rejects.toMatchObject(refused)
    await expect(upload([7, 0, 'aaaa'])).rejects.toMatchObject(refused)
    await expect(upload([2, 0, 'bbbbb'])).rejects.toMatchObject(refused)
    await expect(upload([2, 2, 'bb'])).rejects.toMatchObject(refused)
    await expect(upload([2, Number.NaN, 'bb'])).rejects.toMatchObject(refused)
    await expect(upload([2, -4, 'bb'])).rejects.toMatchObject(refused)
    await expect(upload([2, 0, 'bb', 0xffff_fff0])).rejects.toMatchObject(refused)
    // Fewer than it said: it is not called whole.
    await upload([2, 0, 'bb'])
    expect(await client.call('drop.finish', { dropId })).toMatchObject({
      files: 0,
      missingCount: 2,
      missing: ['.gitignore', 'b'],
    })
    expect(staged(folder)).toEqual({})
  })

  test('what comes out of its turn is refused', async () => {
    const client = await dropClient(product)
    const { dropId } = await client.call('drop.begin', { name: 'turns', origin: 'hostile' })
    const conflict = { code: 'CONFLICT' }
    await expect(client.call('drop.wanted', { dropId })).rejects.toMatchObject(conflict)
    await expect(client.call('drop.finish', { dropId })).rejects.toMatchObject(conflict)
    await expect(client.call('drop.names', { dropId, from: 1, entries: [] })).rejects.toMatchObject(conflict)
    await client.call('drop.decide', { dropId })
    await expect(client.call('drop.names', { dropId, from: 0, entries: [['a', 1, 1]] })).rejects.toMatchObject(conflict)
    await client.call('drop.cancel', { dropId })
    await expect(client.call('drop.decide', { dropId })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await client.call('drop.cancel', { dropId })
  })

  test('200,000 names, and the core answers others meanwhile', async () => {
    const client = await dropClient(product)
    const other = await dropClient(product)
    const entries = Array.from(
      { length: 200_000 },
      (_, index): DropEntry => [`src/${index % 400}/file-${index}.${index % 2 ? 'o' : 'c'}`, 10, 1],
    )
    entries.unshift(['.gitignore', 4, 1])
    const { dropId } = await client.call('drop.begin', { name: 'many', origin: 'hostile' })
    let from = 0
    for (const batch of batchesOf(entries)) {
      await client.call('drop.names', { dropId, from, entries: batch.map(([...entry]) => entry) })
      from += batch.length
    }
    const stream = await client.openUpload(dropId)
    await stream.write(
      Buffer.concat([
        encodeUploadHeader({ index: 0, offset: 0, length: 4 }),
        Buffer.from('*.o\n'),
        encodeUploadHeader({ index: UPLOAD_END, offset: 0, length: 0 }),
      ]),
    )
    for await (const _ of stream);
    let slowestMs = 0
    let isDecided = false
    const deciding = client.call('drop.decide', { dropId }).finally(() => {
      isDecided = true
    })
    while (!isDecided) {
      const at = performance.now()
      await other.call('core.status', {})
      slowestMs = Math.max(slowestMs, performance.now() - at)
    }
    expect(await deciding).toMatchObject({ files: 100_001, ignoredFiles: 100_000, isSkippedCut: true })
    // Not a measure of speed: the core would stand still for seconds if it did any of this itself.
    expect(slowestMs).toBeLessThan(2_000)
    expect((await client.call('drop.wanted', { dropId, after: 100_000 })).wanted).toHaveLength(1)
  })
})

describe('broken off', () => {
  test('the core killed in the midst: the page goes on with the next one, at the byte it was at', async () => {
    const own = await startProduct()
    const big = randomBytes(40 * 1024 * 1024)
    const files = { '.gitignore': '*.o\n', first: 'first', big, last: 'last', 'x.o': 'x' }
    const source = memorySource(files, { name: 'killed' })
    let client = await dropClient(own)
    const core = {
      call: ((method, input) => client.call(method, input)) as typeof client.call,
      openUpload: (id: string) => client.openUpload(id),
    }
    let isKilled = false
    const sent = await within(
      drop(core, source, {
        onStep: step => {
          if (isKilled || step.kind !== 'uploading' || step.bytes < 20 * 1024 * 1024) return
          isKilled = true
          process.kill(own.corePid(), 'SIGKILL')
        },
        reconnected: async () => {
          client = await waitFor(() => dropClient(own))
        },
      }),
      { timeoutMs: 60_000 },
    )
    expect(isKilled).toBe(true)
    const again = sent.steps.findLast(step => step.kind === 'uploading')
    expect(again?.ofBytes).toBeLessThan(big.length - 10 * 1024 * 1024)
    expect(readFileSync(join(sent.folder, 'big')).equals(big)).toBe(true)
    expect(Object.keys(staged(sent.folder)).sort()).toEqual(['.gitignore', 'big', 'first', 'last'])
  })

  test('cancelled: nothing can be pushed from it; dropped again it goes on', async () => {
    const client = await dropClient(product)
    const big = randomBytes(30 * 1024 * 1024)
    const source = memorySource({ big, small: 'x' }, { name: 'cancelled' })
    const abort = new AbortController()
    let folder = ''
    const sending = drop(client, source, {
      signal: abort.signal,
      onDecision: decided => {
        folder = decided.folder
      },
      onStep: step => step.kind === 'uploading' && step.bytes > 10 * 1024 * 1024 && abort.abort(),
    })
    await expect(sending).rejects.toMatchObject({ code: 'CANCELLED' })
    const push = { command: { line: 'ls' }, folder, sync: true, host: 'local', terminal: null }
    await expect(client.call('job.push', push)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const sent = await drop(client, source)
    expect(sent.decision.wantedBytes).toBeLessThan(big.length)
    expect(readFileSync(join(folder, 'big')).equals(big)).toBe(true)
    const { job } = await client.call('job.push', push)
    expect(await product.reaches(job.id, 'ended')).toMatchObject({ exitCode: 0 })
    // Begun anew and left: what stands there may be a mixture.
    const change = new AbortController()
    const changing = drop(client, memorySource({ big: randomBytes(20 * 1024 * 1024), small: 'y' }, { name: 'cancelled' }), {
      signal: change.signal,
      onStep: step => step.kind === 'uploading' && change.abort(),
    })
    await expect(changing).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(client.call('job.push', push)).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('dropped twice at once: the later one goes on, the earlier is told, and nothing is mixed', async () => {
    const [one, two] = [await dropClient(product), await dropClient(product)]
    const slow = memorySource({ a: randomBytes(30 * 1024 * 1024), b: 'one' }, { name: 'both' })
    const content = randomBytes(1024)
    let later: ReturnType<typeof drop> | undefined
    const earlier = drop(one, slow, {
      onStep: step => {
        if (step.kind === 'uploading') later ??= drop(two, memorySource({ a: content, b: 'two' }, { name: 'both' }))
      },
    })
    await expect(earlier).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('dropped again') })
    const sent = await later
    expect(sent && staged(sent.folder)).toEqual({ a: `file 644 ${content.toString('latin1')}`, b: 'file 644 two' })
  })
})

test('a full disk: told before or while it happens, what was there stays, and it works when there is room', async () => {
  const own = await startProduct()
  const drops = join(own.home.dir, '.cache/drover/drops')
  mkdirSync(join(own.home.dir, '.cache/drover'), { recursive: true, mode: 0o700 })
  const disk = mountSmallDisk(drops, 12)
  onTestFinished(() => disk.unmount())
  const client = await dropClient(own)
  const before = await drop(client, memorySource({ a: 'before' }))
  const big = memorySource({ a: 'after', big: randomBytes(20 * 1024 * 1024) })
  await expect(drop(client, big)).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('are to come') })
  expect(staged(before.folder)).toEqual({ a: 'file 644 before' })
  const fits = memorySource({ a: 'after', big: randomBytes(6 * 1024 * 1024) })
  const filled = drop(client, fits, { onStep: step => step.kind === 'uploading' && disk.fill() })
  await expect(filled).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('No space left') })
  disk.free()
  expect((await drop(client, fits)).missing).toEqual([])
})

test('gc removes what was dropped long ago, and leaves what is newer', async () => {
  const own = await startProduct()
  const { folder } = await drop(await dropClient(own), memorySource({ a: 'x' }))
  expect((await own.call('disk.gc', {})).hosts[0]?.removed).toEqual([])
  expect(existsSync(folder)).toBe(true)
  const { hosts } = await own.call('disk.gc', { olderThanMs: 0 })
  expect(hosts[0]?.removed).toMatchObject([{ kind: 'drop', bytes: 1 }])
  expect(existsSync(folder)).toBe(false)
})
