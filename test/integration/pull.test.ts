/**
 * Results brought back from a workdir on a real sshd host with the real agent and tar: what arrives where, what is in the way, cancel
 * and cut. Then a host that lies: crafted archives over the same transport, of which nothing may reach beyond what was asked for.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Agent } from '../../src/main/hosts/agent.ts'
import type { Transport } from '../../src/main/hosts/transport.ts'
import { type PullFilesOptions, pullFiles } from '../../src/main/jobs/pull/pull.ts'
import { FileWorkers } from '../../src/main/jobs/sync/file-workers.ts'
import { shellQuote } from '../../src/shared/shell-quote.ts'
import { jobSpec } from '../helpers/agent-host.ts'
import { type CraftedEntry, craftTar, sealed } from '../helpers/crafted-tar.ts'
import { listTree, makeTree } from '../helpers/folder-tree.ts'
import { type SyncHost, startSyncHost } from '../helpers/sync-host.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const workers = new FileWorkers()
let host: SyncHost
let live: { transport: Transport; agent: Agent }
let destination: string
beforeAll(async () => {
  host = await startSyncHost()
  live = await host.connect()
})
afterAll(async () => {
  await host.stop()
  await workers.close()
})
beforeEach(() => {
  destination = join(temporaryFolder(), 'here')
  mkdirSync(destination)
})

/** A job that has ended, with these files in its workdir. */
async function jobWith(files: Parameters<typeof makeTree>[1]): Promise<{ jobId: string; workdir: string }> {
  const spec = jobSpec('true', { owner: 'computer-1' })
  const workdir = await live.agent.makeWorkdir(spec.id, null)
  makeTree(workdir, files)
  await live.agent.start(spec)
  await waitFor(async () => (await live.agent.stat(spec.id))?.state === 'ended', { what: 'the job to end' })
  return { jobId: spec.id, workdir }
}
function pull(jobId: string, pattern: string, more: Partial<PullFilesOptions> = {}) {
  return pullFiles({ workers, ...live, jobId, pattern, destination, overwrite: false, ...more })
}
/** Nothing of ours is left beside what was there. */
function expectNoStaging(): void {
  for (const folder of [destination, join(destination, '..')]) {
    if (existsSync(folder) && statSync(folder).isDirectory())
      expect(readdirSync(folder).filter(name => name.startsWith('.drover'))).toEqual([])
  }
}

describe('what arrives where', () => {
  test('a file into a folder, or under a name', async () => {
    const { jobId, workdir } = await jobWith({ 'out/app': 'binary' })
    chmodSync(join(workdir, 'out/app'), 0o755)
    utimesSync(join(workdir, 'out/app'), 1_600_000_000, 1_600_000_000)
    const result = await pull(jobId, 'out/app')
    expect(listTree(destination)).toEqual(new Map([['app', 'file 755 binary']]))
    expect(statSync(join(destination, 'app')).mtimeMs).toBe(1_600_000_000_000)
    expect(result).toMatchObject({ files: [join(destination, 'app')], matches: 1, fileCount: 1, totalBytes: 6, skipped: [] })
    await pull(jobId, 'out/app', { destination: join(destination, 'renamed') })
    expect(readFileSync(join(destination, 'renamed'), 'utf8')).toBe('binary')
    await pull(jobId, `${workdir}/out/app`, { destination: join(destination, 'absolute') })
    expect(readFileSync(join(destination, 'absolute'), 'utf8')).toBe('binary')
    expectNoStaging()
  })

  test('a folder with all that is in it, links among it', async () => {
    const { jobId, workdir } = await jobWith({ 'out/a': 'a', 'out/sub/b': 'b', 'out/empty/': '', 'out/.hidden': 'h', other: 'o' })
    symlinkSync('../a', join(workdir, 'out/sub/link'))
    symlinkSync('nowhere', join(workdir, 'out/dangling'))
    await pull(jobId, 'out')
    expect(listTree(join(destination, 'out'))).toEqual(listTree(join(workdir, 'out')))
    await pull(jobId, './out/', { destination: join(destination, 'renamed') })
    expect(listTree(join(destination, 'renamed'))).toEqual(listTree(join(workdir, 'out')))
  })

  test('what a glob matches, each under its own name', async () => {
    const { jobId } = await jobWith(['out/a.txt', 'out/b.txt', 'out/c.bin', 'out/d.txt/inside', 'out/.e.txt', 'x/f.txt'])
    const result = await pull(jobId, 'out/*.txt')
    expect([...listTree(destination).keys()].sort()).toEqual(['a.txt', 'b.txt', 'd.txt', 'd.txt/inside'])
    expect(result.files).toEqual(['a.txt', 'b.txt', 'd.txt'].map(name => join(destination, name)))
    await pull(jobId, '*/f.txt')
    await pull(jobId, 'ou?/[c-d].bin')
    expect(readdirSync(destination).sort()).toEqual(['a.txt', 'b.txt', 'c.bin', 'd.txt', 'f.txt'])
    await pull(jobId, 'out/*.txt', { destination: join(destination, 'new') })
    expect(readdirSync(join(destination, 'new')).sort()).toEqual(['a.txt', 'b.txt', 'd.txt'])
  })

  test('with paths kept, each at its place below the workdir', async () => {
    const { jobId, workdir } = await jobWith(['out/x/a.txt', 'out/y/a.txt', 'top'])
    await expect(pull(jobId, 'out/*/a.txt')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('the same name'),
    })
    mkdirSync(join(destination, 'out'))
    await pull(jobId, 'out/*/a.txt', { keepPaths: true })
    await pull(jobId, 'top', { keepPaths: true })
    expect([...listTree(destination).keys()].sort()).toEqual(['out', 'out/x', 'out/x/a.txt', 'out/y', 'out/y/a.txt', 'top'])
    await pull(jobId, `${workdir}/out/x`, { keepPaths: true })
    expect(existsSync(join(destination, 'x/a.txt'))).toBe(true)
  })

  test('the content of the workdir, or of a folder in it', async () => {
    const { jobId, workdir } = await jobWith(['a', 'sub/b', '.c'])
    await pull(jobId, '.')
    expect(listTree(destination)).toEqual(listTree(workdir))
    await pull(jobId, 'sub/.')
    expect(existsSync(join(destination, 'b'))).toBe(true)
  })

  test('names of every kind', async () => {
    const names = [
      'a b',
      "it's",
      '"hi"',
      'two\nlines',
      '-rf',
      '$(touch x)',
      '`id`',
      ';a',
      '\\',
      ' ',
      'end ',
      '~',
      'n'.repeat(255),
      '\x1b[31m',
      'ü',
    ]
    const { jobId, workdir } = await jobWith(names.map(name => `all/${name}`))
    writeFileSync(Buffer.concat([Buffer.from(`${workdir}/all/`), Buffer.from([0xff, 0xfe])]), 'bytes')
    makeTree(workdir, { [`all/${'d'.repeat(200)}/${'e'.repeat(200)}/x`]: 'deep' })
    symlinkSync('n'.repeat(255), join(workdir, 'all/to-long'))
    await pull(jobId, 'all')
    expect(listTree(join(destination, 'all'))).toEqual(listTree(join(workdir, 'all')))
    const result = await pull(jobId, 'all/*')
    expect([...listTree(destination).keys()].filter(path => !path.startsWith('all'))).toEqual([
      ...listTree(join(workdir, 'all')).keys(),
    ])
    expect(result.files).toContain(`${destination}/\\xff\\xfe`)
    expect(result.files).toContain(`${destination}/\\x1b[31m`)
    makeTree(workdir, { 'all/*': 'content of all/*\n' })
    for (const name of ['-rf', '*', "it's", 'two\nlines']) {
      await pull(jobId, `all/${name}`, { destination: join(destination, 'one'), overwrite: true })
      expect(readFileSync(join(destination, 'one'), 'utf8')).toBe(`content of all/${name}\n`)
    }
  })

  test('nothing matches, no such job, no such place', async () => {
    const { jobId, workdir } = await jobWith(['a'])
    await expect(pull(jobId, 'b')).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining("'b'") })
    await expect(pull(jobId, '*.zip')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(pull(jobId, 'no/such/*')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(pull('00000000-0000-0000-0000-000000000000', 'a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const bad of ['', '*/..']) await expect(pull(jobId, bad)).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(pull(jobId, 'a', { destination: join(destination, 'no/such') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('mkdir -p'),
    })
    rmSync(workdir, { recursive: true })
    await expect(pull(jobId, 'a')).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/workdir is gone/) })
    expect(listTree(destination).size).toBe(0)
    expectNoStaging()
  })

  test('pipes are left out, and links that lead elsewhere; that is told', async () => {
    const { jobId, workdir } = await jobWith(['out/a'])
    execFileSync('mkfifo', [join(workdir, 'out/pipe')])
    symlinkSync('/etc/passwd', join(workdir, 'out/absolute'))
    symlinkSync('../../../../etc/passwd', join(workdir, 'out/relative'))
    const result = await pull(jobId, 'out')
    expect([...listTree(destination).keys()]).toEqual(['out', 'out/a'])
    expect(result.skipped.sort()).toEqual([
      'out/absolute: a link to /etc/passwd, outside of what was pulled',
      'out/pipe: not a regular file',
      'out/relative: a link to ../../../../etc/passwd, outside of what was pulled',
    ])
    await expect(pull(jobId, 'out/absolute')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('a link to /etc/passwd'),
    })
  })

  test('hard links of the host stay links among themselves', async () => {
    const { jobId, workdir } = await jobWith(['out/a'])
    execFileSync('ln', ['a', 'b'], { cwd: join(workdir, 'out') })
    await pull(jobId, 'out')
    expect(readFileSync(join(destination, 'out/b'), 'utf8')).toBe('content of out/a\n')
  })
})

describe('what is in the way', () => {
  test('is named, and nothing is changed', async () => {
    const { jobId } = await jobWith(['out/a', 'out/b', 'out/sub/c'])
    makeTree(destination, { 'out/b': 'mine', 'out/sub/c': 'mine too' })
    const before = listTree(destination)
    const error = await pull(jobId, 'out').catch(problem => problem)
    expect(error).toMatchObject({
      code: 'CONFLICT',
      details: { count: 2, files: [join(destination, 'out/b'), join(destination, 'out/sub/c')] },
    })
    expect(error.message).toContain('Nothing was changed')
    expect(listTree(destination)).toEqual(before)
    expectNoStaging()
  })

  test('is replaced when that is asked for, and the rest stays', async () => {
    const { jobId } = await jobWith(['out/a', 'out/b'])
    makeTree(destination, { 'out/b': 'mine', 'out/kept': 'mine too' })
    await pull(jobId, 'out', { overwrite: true })
    expect(listTree(destination).get('out/b')).toContain('content of out/b')
    expect(listTree(destination).get('out/kept')).toContain('mine too')
  })

  test('a folder is never replaced by a file, nor a file by a folder, nor a link followed', async () => {
    const { jobId } = await jobWith(['a', 'b/c'])
    makeTree(destination, { 'a/': '', b: 'file' })
    for (const pattern of ['a', 'b'])
      await expect(pull(jobId, pattern, { overwrite: true })).rejects.toMatchObject({ code: 'CONFLICT' })
    const outside = join(destination, '../outside')
    makeTree(outside, { precious: 'mine' })
    rmSync(join(destination, 'a'), { recursive: true })
    rmSync(join(destination, 'b'))
    symlinkSync(join(outside, 'precious'), join(destination, 'a'))
    symlinkSync(outside, join(destination, 'b'))
    await expect(pull(jobId, 'b', { overwrite: true })).rejects.toMatchObject({ code: 'CONFLICT' })
    await pull(jobId, 'a', { overwrite: true })
    expect(lstatSync(join(destination, 'a')).isFile()).toBe(true)
    expect(listTree(outside)).toEqual(new Map([['precious', 'file 644 mine']]))
  })
})

describe('cut off', () => {
  test('a cancel leaves nothing behind', async () => {
    const { jobId, workdir } = await jobWith(['out/a'])
    writeFileSync(join(workdir, 'out/big'), randomBytes(50_000_000))
    const abort = new AbortController()
    const pulled = pull(jobId, 'out', { signal: abort.signal, onProgress: ({ bytesDone }) => bytesDone > 0 && abort.abort() })
    await expect(pulled).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(listTree(destination).size).toBe(0)
    expectNoStaging()
  })

  test('a lost connection leaves nothing behind', async () => {
    const { jobId, workdir } = await jobWith(['out/a'])
    writeFileSync(join(workdir, 'out/big'), randomBytes(50_000_000))
    const own = await host.connect()
    let cut = false
    const pulled = pull(jobId, 'out', {
      ...own,
      onProgress: ({ bytesDone }) => {
        if (cut || bytesDone === 0) return
        cut = true
        host.sshd.cutConnections()
      },
    })
    await expect(pulled).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
    live = await host.connect() // All connections were cut.
    expect(listTree(destination).size).toBe(0)
    expectNoStaging()
  })

  test('what a killed core left in the destination goes with the next pull', async () => {
    const { jobId } = await jobWith(['a'])
    const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim()
    makeTree(destination, { [`.drover-pull-${dead}-abc/half`]: '', [`.drover-pull-${process.pid}-abc/under-way`]: '' })
    await pull(jobId, 'a')
    expect(readdirSync(destination).sort()).toEqual([`.drover-pull-${process.pid}-abc`, 'a'])
  })

  test('2,000 files, and one of 200 MB', async () => {
    const { jobId, workdir } = await jobWith(Array.from({ length: 2000 }, (_, index) => `out/d${index % 20}/f${index}`))
    execFileSync('dd', ['if=/dev/urandom', `of=${join(workdir, 'out/big')}`, 'bs=1M', 'count=200', 'status=none'])
    const result = await pull(jobId, 'out')
    expect(result.fileCount).toBe(2001)
    execFileSync('diff', ['-r', join(workdir, 'out'), join(destination, 'out')])
  })
})

describe('a host that lies', () => {
  /** The agent, but for what it is to send. */
  function lying(archive: Buffer, exitCode = 0): Partial<PullFilesOptions> {
    const path = join(temporaryFolder(), 'archive.tar')
    writeFileSync(path, archive)
    const commands = { ...live.agent.commands, tarSend: () => `cat ${shellQuote(path)}; exit ${exitCode}` }
    return { agent: { info: live.agent.info, commands } as unknown as Agent }
  }
  const evil = (entries: CraftedEntry[]) => lying(craftTar(entries))

  let outside: string
  beforeEach(() => {
    outside = join(destination, '../outside')
    makeTree(outside, { precious: 'mine' })
    onTestFinished(() => {
      expectNoStaging()
      expect(listTree(outside)).toEqual(new Map([['precious', 'file 644 mine']]))
    })
  })

  const refused: Record<string, CraftedEntry[]> = {
    'an absolute name': [{ path: '/tmp/evil' }],
    'a name that leads up': [{ path: 'out/../../evil' }],
    'a name that leads up at once': [{ path: '../evil' }],
    'an empty part of a name': [{ path: 'out//evil' }],
    'a name of 300 bytes': [{ path: '././@LongLink', kind: 'gnu-name', content: `out/${'x'.repeat(300)}\0` }, { path: 'out/x' }],
    'a file that was not asked for': [
      { path: 'out', kind: 'dir' },
      { path: '.bashrc', content: 'evil' },
    ],
    'another name than asked for': [{ path: 'out2', content: 'evil' }],
    'a file in a file': [{ path: 'out', content: 'x' }, { path: 'out/evil' }],
    'a file through a link': [
      { path: 'out', kind: 'dir' },
      { path: 'out/link', kind: 'symlink', target: '../../outside' },
      { path: 'out/link/evil' },
    ],
    'a file in place of a link': [
      { path: 'out', kind: 'dir' },
      { path: 'out/link', kind: 'symlink', target: 'x' },
      { path: 'out/link', content: 'evil' },
    ],
    'a folder in place of a link': [
      { path: 'out', kind: 'dir' },
      { path: 'out/link', kind: 'symlink', target: '../../outside' },
      { path: 'out/link', kind: 'dir' },
    ],
    'a file twice': [{ path: 'out', kind: 'dir' }, { path: 'out/a' }, { path: 'out/a', content: 'evil' }],
    'a folder in place of a file': [{ path: 'out', kind: 'dir' }, { path: 'out/a' }, { path: 'out/a', kind: 'dir' }],
    'a hard link to elsewhere': [
      { path: 'out', kind: 'dir' },
      { path: 'out/a', kind: 'hardlink', target: '../outside/precious' },
    ],
    'a hard link to an absolute path': [
      { path: 'out', kind: 'dir' },
      { path: 'out/a', kind: 'hardlink', target: '/etc/passwd' },
    ],
    'a hard link to what is not there': [
      { path: 'out', kind: 'dir' },
      { path: 'out/a', kind: 'hardlink', target: 'out/b' },
    ],
    'a hard link to a link': [
      { path: 'out', kind: 'dir' },
      { path: 'out/l', kind: 'symlink', target: 'x' },
      { path: 'out/a', kind: 'hardlink', target: 'out/l' },
    ],
    'an unknown kind': [{ path: 'out', letter: 'Z' }],
    'a file with holes': [{ path: 'out', letter: 'S' }],
    'more than it claims': [{ path: 'out', content: 'x'.repeat(2000), claims: 10 }],
    'less than it claims': [{ path: 'out', content: 'x', claims: 10_000_000_000 }],
    'a pax header of nonsense': [{ path: 'x', kind: 'pax', content: '99999 path=out\n' }, { path: 'out' }],
    'a pax path that leads up': [{ path: 'x', kind: 'pax', content: '16 path=../evil\n' }, { path: 'out' }],
    'a pax path with a NUL': [{ path: 'x', kind: 'pax', content: '15 path=out\0xx\n' }, { path: 'out' }],
    'a pax size of nonsense': [{ path: 'x', kind: 'pax', content: '11 size=-1\n' }, { path: 'out' }],
    'a name of 2 MB': [{ path: 'x', kind: 'gnu-name', content: 'x'.repeat(2_000_000) }, { path: 'out' }],
    'no archive at all': [],
  }
  test.each(Object.entries(refused))('%s is refused, and nothing arrives', async (name, entries) => {
    const archive = name === 'no archive at all' ? lying(Buffer.from('#!/bin/sh\nnothing like it'.repeat(100))) : evil(entries)
    await expect(pull('any', 'out', archive)).rejects.toMatchObject({ code: 'PROTOCOL' })
    expect(listTree(destination).size).toBe(0)
  })

  test('a header with a wrong checksum, an endless end, a missing end', async () => {
    const good = craftTar([{ path: 'out', content: 'x' }])
    const bent = Buffer.from(good)
    bent[0] = 0x6f ^ 1
    const negative = craftTar([{ path: 'out', content: 'x' }])
    negative.fill(0xff, 124, 136)
    sealed(negative.subarray(0, 512))
    for (const archive of [
      bent,
      negative,
      Buffer.concat([good, Buffer.alloc(2_000_000)]),
      craftTar([{ path: 'out' }], false),
      good.subarray(0, 700),
    ]) {
      await expect(pull('any', 'out', lying(archive))).rejects.toMatchObject({ code: 'PROTOCOL' })
    }
    expect(listTree(destination).size).toBe(0)
  })

  test('setuid bits, closed folders, odd times are made harmless', async () => {
    const archive = evil([
      { path: 'out', kind: 'dir', mode: 0 },
      { path: 'out/a', mode: 0o6777, mtime: 8 ** 11 - 1 },
      { path: 'out/b', mode: 0, content: 'b' },
      { path: 'out/c', letter: '3' },
    ])
    const result = await pull('any', 'out', archive)
    expect(result.skipped).toEqual(['out/c: not a regular file'])
    const umask = process.umask()
    expect(listTree(destination).get('out')).toBe('dir 700')
    expect(listTree(destination).get('out/a')).toBe(`file ${(0o777 & ~umask).toString(8)} `)
    expect(listTree(destination).get('out/b')).toBe('file 600 b')
  })

  test('links that lead out by a detour are left out', async () => {
    makeTree(destination, { local: 'mine' })
    const archive = evil([
      { path: 'out', kind: 'dir' },
      { path: 'out/a/b/c', kind: 'dir' },
      { path: 'out/a/b/c/up', kind: 'symlink', target: '../../..' },
      { path: 'out/detour', kind: 'symlink', target: 'a/b/c/up/../../outside' },
      { path: 'out/beside', kind: 'symlink', target: '../local' },
      { path: 'out/top', kind: 'symlink', target: '..' },
      { path: 'out/empty', kind: 'symlink', target: '' },
    ])
    const result = await pull('any', 'out', archive)
    expect([...listTree(join(destination, 'out')).keys()]).toEqual(['a', 'a/b', 'a/b/c', 'a/b/c/up'])
    expect(result.skipped).toHaveLength(4)
  })

  test('an honest archive with a bad end is not taken', async () => {
    const whole = craftTar([{ path: 'out', content: 'x' }])
    await expect(pull('any', 'out', lying(whole, 2))).rejects.toMatchObject({ code: 'HOST_ERROR' })
    await expect(pull('any', 'out', lying(Buffer.alloc(0), 4))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(listTree(destination).size).toBe(0)
    // A file that changed while tar read it is no reason.
    await pull('any', 'out', lying(whole, 1))
    expect(existsSync(join(destination, 'out'))).toBe(true)
  })
})
