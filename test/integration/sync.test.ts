/**
 * Folders to hosts over real sshd, with rsync and with tar: what lies there afterwards is what the scan found, whatever was changed
 * before; and only changes are sent.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SyncReport } from '../../src/main/jobs/sync/send.ts'
import { git, listTree, makeRepository, makeTree } from '../helpers/folder-tree.ts'
import { type SyncOne, syncGround } from '../helpers/sync-folder.ts'
import { type SyncHost, startSyncHost, type Tools } from '../helpers/sync-host.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const { expectedTree, makeSync } = syncGround()

const ways: { tools: Tools; way: SyncReport['way'] }[] = [
  { tools: 'all', way: 'rsync' },
  { tools: 'no rsync', way: 'tar' },
  { tools: 'busybox', way: 'tar' },
]

describe.each(ways)('to a host with tools: $tools', ({ tools, way }) => {
  let host: SyncHost
  let sync: SyncOne
  beforeAll(async () => {
    host = await startSyncHost(tools)
    sync = makeSync(await host.connect())
  })
  afterAll(() => host.stop())

  test('the first time all is sent, the second time nothing, then only what changed', async () => {
    const folder = temporaryFolder()
    makeTree(folder, {
      'a.txt': 'a',
      'sub/b.bin': randomBytes(400_000).toString('base64'),
      'empty/': '',
      '.gitignore': '*.o\n',
      'x.o': '',
    })
    symlinkSync('sub/b.bin', join(folder, 'link'))
    chmodSync(join(folder, 'a.txt'), 0o755)
    makeRepository(folder)
    const first = await sync(folder)
    expect(listTree(host.treeOf(folder))).toEqual(await expectedTree(folder))
    expect(first).toMatchObject({ way, files: expect.any(Number), links: 1 })
    expect(first.sentBytes).toBeGreaterThan(300_000)
    expect(first.bytesPerSecond).toBeGreaterThan(10_000)
    expect(Math.floor(statSync(join(host.treeOf(folder), 'a.txt')).mtimeMs / 1000)).toBe(
      Math.floor(statSync(join(folder, 'a.txt')).mtimeMs / 1000),
    )

    expect(await sync(folder)).toMatchObject({ way: 'nothing', sentBytes: 0, files: first.files })

    writeFileSync(join(folder, 'a.txt'), 'b')
    const third = await sync(folder)
    expect(third).toMatchObject({ way, bytesPerSecond: null })
    expect(third.sentBytes).toBeLessThan(20_000)
    expect(listTree(host.treeOf(folder))).toEqual(await expectedTree(folder))
  })

  test('names of every kind arrive', async () => {
    const folder = temporaryFolder()
    const names = [
      'a b',
      "it's",
      '"hi"',
      'two\nlines',
      '-rf',
      '--delete',
      '$(touch x)',
      '`id`',
      ';a',
      '#c',
      '*',
      '\\',
      '\\#040',
      ' ',
      'end ',
      '~',
      ':x',
      'n'.repeat(255),
      '\x1b[31m',
      'ü',
      'host:x',
    ]
    makeTree(folder, [...names, ...names.map(name => `${name}.d/${name.slice(0, 200)}`).filter(path => path.length < 400)])
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xc3, 0x28])]), 'bytes')
    mkdirSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xfe])]))
    makeTree(folder, { [`deep/${'d'.repeat(200)}/${'e'.repeat(200)}/${'f'.repeat(200)}/x`]: 'deep' })
    symlinkSync('t'.repeat(300), join(folder, 'long-link'))
    symlinkSync(Buffer.from([0xfd, 0x0a]), join(folder, 'odd-link'))
    await sync(folder)
    expect(listTree(host.treeOf(folder))).toEqual(await expectedTree(folder))
    for (const name of readdirSync(folder, 'buffer'))
      rmSync(Buffer.concat([Buffer.from(`${folder}/`), name]), { recursive: true })
    await sync(folder)
    expect(listTree(host.treeOf(folder))).toEqual(new Map())
  })

  test('a file of the same size and time but other content is sent', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { a: 'one', b: 'two' })
    const at = new Date(Date.now() - 60_000)
    utimesSync(join(folder, 'a'), at, at)
    await sync(folder)
    writeFileSync(join(folder, 'a'), 'TWO')
    utimesSync(join(folder, 'a'), at, at)
    await sync(folder)
    expect(readFileSync(join(host.treeOf(folder), 'a'), 'utf8')).toBe('TWO')
  })

  test('what was changed just before a sync is looked at again in the next', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { a: 'one', b: 'two' })
    const first = await sync(folder, { now: Date.now })
    expect(first.way).toBe(way)
    // As if `a` had been changed in the same tick: no time of it differs.
    writeFileSync(join(host.treeOf(folder), 'a'), 'eno', { flag: 'r+' })
    expect((await sync(folder)).way).toBe(way)
    expect(readFileSync(join(host.treeOf(folder), 'a'), 'utf8')).toBe('one')
    expect((await sync(folder)).way).toBe('nothing')
  })

  test('after any edits the copy is what the folder is', async () => {
    const folder = temporaryFolder()
    makeTree(
      folder,
      Array.from({ length: 30 }, (_, index) => `d${index % 5}/e${index % 3}/f${index}`),
    )
    const random = seededRandom(7)
    const done: string[] = []
    for (let round = 0; round < 8; round += 1) {
      for (let edit = 0; edit <= round % 6; edit += 1) done.push(randomEdit(folder, random))
      await sync(folder, round % 3 === 0 ? { now: Date.now } : {})
      expect(listTree(host.treeOf(folder)), done.join('; ')).toEqual(await expectedTree(folder))
    }
  }, 120_000)

  test('a copy that nobody knows the content of is made anew', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { a: 'one' })
    await sync(folder)
    const manifest = join(host.copyOf(folder), 'manifest')
    const good = readFileSync(manifest)
    const text = gunzipSync(good).toString('latin1')
    const damaged = [
      Buffer.from('junk'),
      good.subarray(0, good.length - 5),
      gzipSync('junk'),
      gzipSync(Buffer.from(text.replace(' a\0', ' ../../a\0'), 'latin1')),
      gzipSync(Buffer.from(`${text}f 644 1 1 1 1 0 /etc/x\0`, 'latin1')),
      null,
    ]
    for (const [index, bytes] of damaged.entries()) {
      makeTree(host.treeOf(folder), { stray: 'not ours' })
      if (bytes === null) rmSync(manifest)
      else writeFileSync(manifest, bytes)
      writeFileSync(join(folder, 'a'), `change ${index}`)
      await sync(folder)
      expect(listTree(host.treeOf(folder)), `damage ${index}`).toEqual(await expectedTree(folder))
    }
  })

  test('folders closed to their own user keep their rights', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { 'closed/deep/a': 'a', 'closed/b': 'b', 'closed/c': 'c' })
    for (const path of ['closed/deep', 'closed']) chmodSync(join(folder, path), 0o555)
    await sync(folder)
    expect(listTree(host.treeOf(folder))).toEqual(await expectedTree(folder))
    chmodSync(join(folder, 'closed'), 0o755)
    writeFileSync(join(folder, 'closed/b'), 'changed')
    rmSync(join(folder, 'closed/c'))
    chmodSync(join(folder, 'closed'), 0o555)
    await sync(folder)
    expect(listTree(host.treeOf(folder))).toEqual(await expectedTree(folder))
    chmodSync(join(folder, 'closed'), 0o755)
    chmodSync(join(folder, 'closed/deep'), 0o755)
  })

  test('files that vanish while they are sent are not in the copy', async () => {
    const folder = temporaryFolder()
    const big = randomBytes(2_000_000)
    for (let index = 0; index < 20; index += 1) writeFileSync(join(folder, `f${String(index).padStart(2, '0')}`), big)
    let removed = 0
    const report = await sync(folder, {
      onProgress: ({ phase, bytesDone }) => {
        if (phase !== 'sending' || bytesDone === 0 || removed > 0) return
        removed += 1
        for (const name of ['f17', 'f18', 'f19']) rmSync(join(folder, name))
      },
    })
    expect(removed).toBe(1)
    expect(report.files).toBe(17)
    expect(listTree(host.treeOf(folder))).toEqual(await expectedTree(folder))
  })

  test('progress never goes back, nor beyond all there is', async () => {
    const folder = temporaryFolder()
    for (let index = 0; index < 30; index += 1) writeFileSync(join(folder, `f${index}`), randomBytes(500_000))
    const seen: number[] = []
    await sync(folder, {
      onProgress: progress => {
        if (progress.phase !== 'sending') return
        expect(progress).toMatchObject({ filesTotal: 30, bytesTotal: 15_000_000 })
        seen.push(progress.bytesDone)
      },
    })
    expect(seen).not.toEqual([])
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    expect(seen.at(-1)).toBeLessThanOrEqual(15_000_000)
  })
})

describe('to a host', () => {
  let host: SyncHost
  beforeAll(async () => {
    host = await startSyncHost()
  })
  afterAll(() => host.stop())

  test('a file that cannot be read any more is named', async () => {
    const folder = temporaryFolder()
    makeTree(folder, ['a'])
    const sync = makeSync(await host.connect())
    await expect(sync(join(folder, 'gone'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a real project, .git and all, works there', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { 'src/a.c': 'int a;\n', '.gitignore': '*.o\n', 'a.o': '' })
    makeRepository(folder)
    const sync = makeSync(await host.connect())
    await sync(folder)
    expect(git(host.treeOf(folder), 'status', '--porcelain')).toBe('')
    makeTree(folder, { 'src/b.c': 'int b;\n' })
    git(folder, 'add', '-A')
    git(folder, 'commit', '-q', '-m', 'second')
    await sync(folder)
    expect(git(host.treeOf(folder), 'log', '--format=%s')).toBe('second\nfirst\n')
  })
})

function seededRandom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
}

/** One change of the kind that people and tools make to a folder; says which. */
function randomEdit(folder: string, random: (below: number) => number): string {
  const paths = [...listTree(folder).entries()]
  const fresh = `new${random(1000)}`
  const anything = paths[random(Math.max(1, paths.length))]?.[0]
  if (anything === undefined) {
    makeTree(folder, [fresh])
    return `add ${fresh}`
  }
  const is = (type: string) => (path: string) => paths.some(([known, what]) => known === path && what.startsWith(type))
  const [isFile, isFolder] = [is('file'), is('dir')]
  const existingFolder = (path: string) => (isFolder(path) ? path : '.')
  const at = (path: string) => join(folder, path)
  const edits: Record<string, (path: string) => void> = {
    'add to': path => makeTree(folder, { [`${existingFolder(path)}/${fresh}`]: `text ${random(1000)}` }),
    'add a folder to': path => makeTree(folder, { [`${existingFolder(path)}/${fresh}d/`]: '' }),
    'same size': path => isFile(path) && writeFileSync(at(path), String(random(10)).repeat(statSync(at(path)).size)),
    delete: path => rmSync(at(path), { recursive: true }),
    rename: path => renameSync(at(path), at(fresh)),
    'change the mode of': path => isFile(path) && chmodSync(at(path), 0o600 | random(0o100)),
    'change the rights of': path => isFolder(path) && chmodSync(at(path), 0o700 | random(0o100)),
    'make a folder of': path => {
      rmSync(at(path), { recursive: true })
      makeTree(folder, { [`${path}/inside`]: 'now a folder' })
    },
    'make a file of': path => {
      rmSync(at(path), { recursive: true })
      writeFileSync(at(path), 'now a file')
    },
    'make a link of': path => {
      rmSync(at(path), { recursive: true })
      symlinkSync(['.', '..', 'nowhere', '/etc'][random(4)] ?? '', at(path))
    },
  }
  const [name, edit] = Object.entries(edits)[random(Object.keys(edits).length)] ?? ['', () => undefined]
  edit(anything)
  return `${name} ${anything} ${fresh}`
}
