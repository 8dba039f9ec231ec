/** A folder that wants something of who scans it: git runs nothing for it, looks nowhere else and holds up nobody. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { scan } from '../../src/main/jobs/sync/scan.ts'
import { git, makeRepository, makeTree } from '../helpers/folder-tree.ts'
import { ownWorkers, scanGround } from '../helpers/scan-ground.ts'

const ground = scanGround()
const { workers, sent, skipped } = ground
let folder: string
beforeEach(() => {
  folder = ground.folder
})

describe('a hostile folder', () => {
  /** Each would leave a file behind if it were run. */
  test('runs nothing, whatever its configuration names', async () => {
    const proof = join(folder, '../proof')
    const script = join(folder, 'evil.sh')
    makeTree(folder, {
      '.gitignore': '*.o\n',
      'a.o': '',
      'a.c': '',
      'evil.sh': `#!/bin/sh\ntouch ${proof}\n`,
      'more.config': `[core]\n\tfsmonitor = ${script}\n`,
    })
    chmodSync(script, 0o755)
    makeRepository(folder)
    for (const [name, value] of [
      ...['core.fsmonitor', 'core.sshCommand', 'core.pager', 'core.editor', 'core.askPass', 'diff.external'].map(
        key => [key, script] as const,
      ),
      ...['filter.x.clean', 'filter.x.process', 'pager.ls-files', 'alias.ls-files', 'credential.helper'].map(
        key => [key, script] as const,
      ),
      ['core.hooksPath', folder],
      ['include.path', join(folder, 'more.config')],
    ] as const) {
      git(folder, 'config', name, value)
    }
    for (const hook of ['post-index-change', 'fsmonitor-watchman', 'reference-transaction'])
      execFileSync('cp', [script, join(folder, hook)])
    makeTree(folder, { '.gitattributes': '* filter=x\n' })
    expect(await sent()).toContain('a.c')
    expect(await skipped()).toContainEqual({ path: 'a.o', rule: '.gitignore:1: *.o' })
    expect(existsSync(proof)).toBe(false)
    // The same trap does spring for git alone, so the test would see it.
    spawnSync('git', ['status'], { cwd: folder })
    expect(existsSync(proof)).toBe(true)
  })

  test('fetches nothing for objects that it lacks', async () => {
    const proof = join(folder, '../proof')
    makeTree(folder, { 'sub/.gitignore': '*.o\n', 'sub/a.o': '', 'sub/a.c': '' })
    makeRepository(folder)
    const blob = git(folder, 'rev-parse', 'HEAD:sub/.gitignore').trim()
    git(folder, 'update-index', '--skip-worktree', 'sub/.gitignore')
    rmSync(join(folder, 'sub/.gitignore'))
    rmSync(join(folder, '.git/objects', blob.slice(0, 2), blob.slice(2)))
    for (const [name, value] of [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', folder],
      ['remote.origin.uploadpack', `touch ${proof}; false`],
    ] as const) {
      git(folder, 'config', name, value)
    }
    await scan({ workers, folder }).catch(() => undefined)
    expect(existsSync(proof)).toBe(false)
    spawnSync('git', ['ls-files', '--others', '--exclude-standard'], {
      cwd: folder,
      env: { ...process.env, GIT_NO_LAZY_FETCH: '0' },
    })
    expect(existsSync(proof)).toBe(true)
  })

  test('looks nowhere else for its files', async () => {
    const elsewhere = join(folder, '../elsewhere')
    makeTree(elsewhere, ['secret'])
    makeTree(folder, { 'a.c': '', '.gitignore': '*.o\n', 'a.o': '' })
    makeRepository(folder)
    git(folder, 'config', 'core.worktree', elsewhere)
    expect(await sent()).toEqual(['.gitignore', 'a.c'])
    git(folder, 'config', 'core.bare', 'true')
    expect(await sent()).toEqual(['.gitignore', 'a.c'])
  })

  test('is scanned though another user owns it', async () => {
    makeTree(folder, { 'a.c': '', '.gitignore': '*.o\n', 'a.o': '' })
    makeRepository(folder)
    execFileSync('chown', ['-R', '65534:65534', folder])
    expect(await sent()).toEqual(['.gitignore', 'a.c'])
  })

  test('cannot keep us: a pipe in place of its rules is given up on a cancel', async () => {
    git(folder, 'init', '-q')
    execFileSync('mkfifo', [join(folder, '.git/info/exclude.new')])
    renameSync(join(folder, '.git/info/exclude.new'), join(folder, '.git/info/exclude'))
    const abort = new AbortController()
    const found = scan({ workers, folder, signal: abort.signal })
    setImmediate(() => abort.abort())
    await expect(found).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test('with a broken configuration is refused in words', async () => {
    makeRepository(folder)
    writeFileSync(join(folder, '.git/config'), '[core\n')
    await expect(scan({ workers, folder })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/bad config/),
    })
  })

  test('our own GIT_ variables do not reach git', async () => {
    makeTree(folder, { '.gitignore': '*.o\n', 'a.o': '', 'a.c': '' })
    makeRepository(folder)
    const hostile = { GIT_DIR: '/nowhere', GIT_WORK_TREE: '/', GIT_INDEX_FILE: '/nowhere', GIT_CONFIG_COUNT: 'x' }
    Object.assign(process.env, hostile)
    onTestFinished(() => {
      for (const name of Object.keys(hostile)) delete process.env[name]
    })
    expect((await scan({ workers: ownWorkers(), folder })).manifest.files).toBeGreaterThan(2)
  })
})
