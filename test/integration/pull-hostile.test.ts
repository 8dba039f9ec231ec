/** A host that lies: crafted archives over a real connection, of which nothing may reach beyond what was asked for. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Agent } from '../../src/main/hosts/agent.ts'
import type { PullFilesOptions } from '../../src/main/jobs/pull/pull.ts'
import { shellQuote } from '../../src/shared/shell-quote.ts'
import { type CraftedEntry, craftTar, sealed } from '../helpers/crafted-tar.ts'
import { listTree, makeTree } from '../helpers/folder-tree.ts'
import { pullGround } from '../helpers/pull-ground.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const ground = pullGround()
const { pull, expectNoStaging } = ground
let destination: string
beforeEach(() => {
  destination = ground.destination
})

describe('a host that lies', () => {
  /** The agent, but for what it is to send. */
  function lying(archive: Buffer, exitCode = 0): Partial<PullFilesOptions> {
    const path = join(temporaryFolder(), 'archive.tar')
    writeFileSync(path, archive)
    const commands = { ...ground.live.agent.commands, tarSend: () => `cat ${shellQuote(path)}; exit ${exitCode}` }
    return { agent: { info: ground.live.agent.info, commands } as unknown as Agent }
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
