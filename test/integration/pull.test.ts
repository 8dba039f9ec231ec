/**
 * Results brought back from a workdir on a real sshd host with the real agent and tar: what arrives where, what is in the way, cancel
 * and cut.
 */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
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
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { listTree, makeTree } from '../helpers/folder-tree.ts'
import { isAlive } from '../helpers/processes.ts'
import { pullGround } from '../helpers/pull-ground.ts'
import { waitFor } from '../helpers/wait.ts'

const ground = pullGround()
const { jobWith, pull, expectNoStaging } = ground
let destination: string
beforeEach(() => {
  destination = ground.destination
})

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

  test('is not what is the same already: it stays, and counts as brought', async () => {
    const { jobId, workdir } = await jobWith(['out/a', 'out/b'])
    symlinkSync('a', join(workdir, 'out/link'))
    await pull(jobId, 'out/*', { keepPaths: true })
    const before = lstatSync(join(destination, 'out/a'))
    rmSync(join(destination, 'out/b'))
    const again = await pull(jobId, 'out/*', { keepPaths: true })
    expect(again).toMatchObject({
      matches: 3,
      fileCount: 3,
      files: ['a', 'b', 'link'].map(name => join(destination, 'out', name)),
    })
    expect(lstatSync(join(destination, 'out/a')).ino).toBe(before.ino)
    expect(listTree(join(destination, 'out'))).toEqual(listTree(join(workdir, 'out')))
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
    const own = await ground.host.connect()
    let cut = false
    const pulled = pull(jobId, 'out', {
      ...own,
      onProgress: ({ bytesDone }) => {
        if (cut || bytesDone === 0) return
        cut = true
        ground.host.sshd.cutConnections()
      },
    })
    await expect(pulled).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
    await ground.reconnect()
    expect(listTree(destination).size).toBe(0)
    expectNoStaging()
  })

  test('what a killed core left in the destination goes with the next pull, also before its parent has asked how it ended', async () => {
    const { jobId } = await jobWith(['a'])
    const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim()
    const parent = spawn('sh', ['-c', 'sh -c "exit" & echo $!; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [pid] = await once(parent.stdout.setEncoding('utf8'), 'data')
    const zombie = Number(pid)
    await waitFor(() => !isAlive(zombie), { what: 'a zombie' })
    expect(process.kill(zombie, 0)).toBe(true)
    const left = { [`.drover-pull-${dead}-abc/half`]: '', [`.drover-pull-${zombie}-abc/half`]: '' }
    makeTree(destination, { ...left, [`.drover-pull-${process.pid}-abc/under-way`]: '' })
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
