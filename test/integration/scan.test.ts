/**
 * What a push sends, against git itself: for every kind of ignore rule the files that the scan finds are those that git lists as
 * tracked or untracked and not ignored. Then what git has no word for: empty folders, other kinds of files, names, rights, loops.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { byteText } from '../../src/main/jobs/byte-path.ts'
import { FileWorkers } from '../../src/main/jobs/sync/file-workers.ts'
import { type Entry, unpackManifest } from '../../src/main/jobs/sync/manifest.ts'
import { type FolderScan, scan } from '../../src/main/jobs/sync/scan.ts'
import { git, makeRepository, makeTree } from '../helpers/folder-tree.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const workers = new FileWorkers()
afterAll(() => workers.close())

let folder: string
beforeEach(() => {
  const home = temporaryFolder()
  for (const [name, value] of [
    ['HOME', home],
    ['XDG_CONFIG_HOME', join(home, '.config')],
  ] as const) {
    const before = process.env[name]
    process.env[name] = value
    onTestFinished(() => {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    })
  }
  folder = join(home, 'project')
  mkdirSync(folder)
})

async function entriesOf(path = folder, by = workers): Promise<Map<string, Entry>> {
  const { manifest } = await scan({ workers: by, folder: path })
  return new Map(unpackManifest(manifest.bytes).entries.map(entry => [entry.path, entry]))
}
/** Files and links, without `.git` and what is in it. */
async function sent(path = folder, by = workers): Promise<string[]> {
  const entries = [...(await entriesOf(path, by)).values()]
  return entries.filter(entry => entry.type !== 'dir' && !/(^|\/)\.git(\/|$)/.test(entry.path)).map(entry => entry.path)
}
/** What git lists as tracked, or as untracked and not ignored, and is there. */
function listedByGit(repository: string): string[] {
  const names = git(repository, 'ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0').slice(0, -1)
  const isThere = (name: string) =>
    lstatSync(Buffer.from(`${byteText(Buffer.from(repository))}/${name}`, 'latin1'), { throwIfNoEntry: false })
  return [...new Set(names)]
    .filter(name => !name.endsWith('/') && isThere(name) !== undefined && !isThere(name)?.isDirectory())
    .sort()
}
async function skipped(): Promise<FolderScan['skipped']> {
  return (await scan({ workers, folder, explain: 1000 })).skipped.sort((one, other) => (one.path < other.path ? -1 : 1))
}

type Rules = { rules: string; files: string[]; others?: Record<string, string> }
const someFiles = [
  'main.c',
  'main.o',
  'src/a.c',
  'src/a.o',
  'src/deep/b.o',
  'build/out',
  'build/deep/out',
  'doc/build/x',
  'note.txt',
]
const cases: Record<string, Rules> = {
  'no rules': { rules: '', files: someFiles },
  'a suffix': { rules: '*.o\n', files: someFiles },
  'a folder, at any depth': { rules: 'build/\n', files: someFiles },
  'a folder, only at the top': { rules: '/build/\n', files: someFiles },
  'a rule for folders does not meet a file': { rules: 'build/\n', files: ['sub/build', 'build/x'] },
  'a name without a slash meets files and folders': { rules: 'build\n', files: ['sub/build', 'build/x'] },
  'a slash in the middle anchors': { rules: 'src/a.o\n', files: [...someFiles, 'x/src/a.o'] },
  'a leading slash anchors': { rules: '/main.o\n', files: [...someFiles, 'x/main.o'] },
  'two stars in front': { rules: '**/a.o\n', files: [...someFiles, 'a.o', 'x/y/a.o'] },
  'two stars behind': { rules: 'src/**\n', files: someFiles },
  'two stars in the middle': { rules: 'src/**/b.o\n', files: [...someFiles, 'src/b.o', 'src/x/y/b.o'] },
  'two stars in a word are one': { rules: 's**.c\n', files: ['src.c', 's.c', 'sub/src.c', 's/x.c'] },
  'a star stops at a slash': { rules: 'src/*.o\n', files: someFiles },
  'a question mark': { rules: 'a?c\n', files: ['abc', 'ac', 'abbc', 'a-c'] },
  'a range': { rules: '[a-c].x\n', files: ['a.x', 'b.x', 'd.x', 'A.x'] },
  'a range denied': { rules: '[!a-c].x\n', files: ['a.x', 'b.x', 'd.x'] },
  'a class': { rules: '[[:digit:]].log\n', files: ['1.log', 'a.log'] },
  'a rule taken back': { rules: '*.o\n!main.o\n', files: someFiles },
  'the last rule wins': { rules: '!main.o\n*.o\n', files: someFiles },
  'nothing is taken back below an ignored folder': { rules: 'build/\n!build/out\n', files: someFiles },
  'what is taken back below a star': { rules: 'build/*\n!build/out\n', files: someFiles },
  'everything but one': { rules: '*\n!*.c\n!*/\n', files: someFiles },
  'everything but itself': { rules: '*\n!.gitignore\n', files: someFiles },
  'an exclamation mark escaped': { rules: '\\!important\n', files: ['!important', 'important'] },
  'a hash escaped': { rules: '\\#x\n', files: ['#x', 'x'] },
  'comments and empty lines': { rules: '# *.c\n\n   \n*.o\n', files: someFiles },
  'spaces at the end do not count': { rules: 'note.txt   \n', files: ['note.txt', 'note.txt   '] },
  'an escaped space at the end counts': { rules: 'note.txt\\ \n', files: ['note.txt', 'note.txt '] },
  'spaces within': { rules: 'my file\n', files: ['my file', 'my', 'file'] },
  'a tab is a character': { rules: 'a\tb\n', files: ['a\tb', 'ab'] },
  'lines that end as on Windows': { rules: 'note.txt\r\n*.o\r\n', files: someFiles },
  'no newline at the end': { rules: '*.o', files: someFiles },
  'a byte order mark': { rules: '\uFEFF*.o\n', files: someFiles },
  'letters beyond ASCII': { rules: 'Übung/\n*.köder\n', files: ['Übung/x', 'a.köder', 'ubung/x'] },
  'case counts': { rules: 'Build\n', files: ['build/x', 'Build/x', 'BUILD'] },
  'a backslash before a letter': { rules: 'a\\b\n', files: ['ab', 'a\\b'] },
  'a backslash at the end matches nothing': { rules: 'a\\\n', files: ['a', 'a\\'] },
  'a newline in a name': { rules: 'x*\n', files: ['x\ny', 'a\nx'] },
  'brackets that are no range': { rules: '[abc\n', files: ['[abc', 'a'] },
  'a slash alone': { rules: '/\n', files: someFiles },
  'a dot in front is no exception': { rules: '*rc\n', files: ['.vimrc', 'sub/.rc', 'rc'] },
  'rules deeper down win': { rules: '*.o\n', files: someFiles, others: { 'src/.gitignore': '!*.o\n' } },
  'rules deeper down are relative to there': { rules: '', files: someFiles, others: { 'src/.gitignore': '/a.o\ndeep/\n' } },
  'rules below an ignored folder are not read': { rules: 'src/\n', files: someFiles, others: { 'src/.gitignore': '!a.o\n' } },
  'an ignored file of rules still holds': { rules: '.gitignore\n*.o\n', files: someFiles },
  'a folder of which all files are ignored': { rules: '*.o\n', files: ['only/a.o', 'only/deep/b.o', 'x.c'] },
  'a rule that meets nothing': { rules: 'nothing-like-it/**/x\n', files: someFiles },
  'rules of this clone alone': { rules: '', files: someFiles, others: { '.git/info/exclude': 'src/\n' } },
}

describe.each(Object.entries(cases))('%s', (_name, { rules, files, others }) => {
  test('in a repository', async () => {
    git(folder, 'init', '-q')
    makeTree(folder, files)
    makeTree(folder, { '.gitignore': rules, ...others })
    expect(await sent()).toEqual(listedByGit(folder))
  })

  test('where some files are tracked, ignored or not', async () => {
    git(folder, 'init', '-q')
    makeTree(folder, files)
    git(folder, 'add', '-f', '--', ...files.filter((_, index) => index % 3 === 0))
    makeTree(folder, { '.gitignore': rules, ...others })
    const found = await sent()
    expect(found).toEqual(listedByGit(folder))
    for (const tracked of files.filter((_, index) => index % 3 === 0)) expect(found).toContain(byteText(Buffer.from(tracked)))
  })

  test('outside of any repository', async () => {
    const { '.git/info/exclude': _, ...withoutGit } = others ?? {}
    makeTree(folder, files)
    makeTree(folder, { '.gitignore': rules, ...withoutGit })
    const found = await sent()
    git(folder, 'init', '-q')
    expect(found).toEqual(listedByGit(folder))
  })
})

describe('where the rules come from', () => {
  test("the user's own excludes count, in a repository and outside", async () => {
    makeTree(folder, someFiles)
    makeTree(process.env.XDG_CONFIG_HOME ?? '', { 'git/ignore': '*.o\n' })
    const own = ownWorkers()
    expect(await sent(folder, own)).not.toContain('main.o')
    git(folder, 'init', '-q')
    expect(await sent(folder, own)).toEqual(listedByGit(folder))
    writeFileSync(join(folder, 'mine'), '*.txt\n')
    git(folder, 'config', '--global', 'core.excludesFile', join(folder, 'mine'))
    expect(await sent(folder, own)).toEqual(listedByGit(folder))
    expect(await sent(folder, own)).toContain('main.o')
  })

  test('a folder within a repository: the rules above it hold, and its own', async () => {
    makeTree(folder, [...someFiles, 'src/x.log'])
    makeTree(folder, { '.gitignore': '*.o\n/note.txt\n/src/x.log\n', 'src/.gitignore': 'deep/\n' })
    makeRepository(folder)
    expect(await sent(join(folder, 'src'))).toEqual(['.gitignore', 'a.c'])
  })

  test('an ignored folder that is pushed itself is sent, by its own rules', async () => {
    makeTree(folder, {
      '.gitignore': 'dist/\n*.o\n',
      'dist/a.o': '',
      'dist/b.js': '',
      'dist/sub/c': '',
      'dist/.gitignore': 'sub\n',
    })
    makeRepository(folder)
    expect(await sent(join(folder, 'dist'))).toEqual(['.gitignore', 'a.o', 'b.js'])
    expect(await sent(join(folder, 'dist/sub'))).toEqual(['c'])
  })

  test('a folder named by a link is the folder it leads to', async () => {
    makeTree(folder, { '.gitignore': '*.o\n', 'src/a.o': '', 'src/a.c': '' })
    makeRepository(folder)
    symlinkSync(join(folder, 'src'), join(folder, '../short'))
    expect(await sent(join(folder, '../short'))).toEqual(['a.c'])
  })

  test('nested repositories have rules of their own', async () => {
    makeTree(folder, {
      '.gitignore': '*.o\nskipped/\n',
      'a.o': '',
      'lib/.gitignore': '*.log\n',
      'lib/a.o': '',
      'lib/b.log': '',
      'skipped/x': '',
    })
    makeTree(folder, { 'lib/inner/.gitignore': '*.tmp\n', 'lib/inner/a.log': '', 'lib/inner/b.tmp': '' })
    makeRepository(join(folder, 'lib/inner'))
    makeRepository(join(folder, 'lib'))
    makeRepository(join(folder, 'skipped'))
    makeRepository(folder)
    expect(await sent()).toEqual(['.gitignore', 'lib/.gitignore', 'lib/a.o', 'lib/inner/.gitignore', 'lib/inner/a.log'])
    const entries = await entriesOf()
    for (const path of ['.git/HEAD', 'lib/.git/HEAD', 'lib/inner/.git/HEAD']) expect(entries.has(path)).toBe(true)
  })

  test('a nested repository in a folder whose name is not UTF-8', async () => {
    const odd = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x6c, 0xff, 0x27, 0x0a])])
    makeRepository(join(folder, 'lib'))
    makeTree(folder, { 'lib/.gitignore': '*.o\n', 'lib/a.o': '', 'lib/b.c': '' })
    renameSync(join(folder, 'lib'), odd)
    expect(await sent()).toEqual(["l\xff'\n/.gitignore", "l\xff'\n/b.c"])
  })

  test('a submodule is sent with its files, by its own rules', async () => {
    const other = join(folder, '../other')
    makeTree(other, { '.gitignore': '*.o\n', 'x.c': '' })
    makeRepository(other)
    makeRepository(folder)
    git(folder, '-c', 'protocol.file.allow=always', 'submodule', '-q', 'add', other, 'sub')
    makeTree(folder, { 'sub/y.o': '', 'sub/z.c': '' })
    expect(await sent()).toEqual(['.gitmodules', 'sub/.gitignore', 'sub/x.c', 'sub/z.c'])
    const entries = await entriesOf()
    expect(entries.get('sub/.git')?.type).toBe('file')
    expect(entries.has('.git/modules/sub/HEAD')).toBe(true)
  })

  test('a worktree: its .git file is sent as it is, and that git will not work there is said', async () => {
    makeTree(folder, { '.gitignore': '*.o\n', 'a.c': '' })
    makeRepository(folder)
    const tree = join(folder, '../tree')
    git(folder, 'worktree', 'add', '-q', tree)
    makeTree(tree, { 'b.o': '', 'b.c': '' })
    expect(await sent(tree)).toEqual(['.gitignore', 'a.c', 'b.c'])
    const found = await scan({ workers, folder: tree })
    expect(found.warnings.join()).toMatch(/worktree or submodule/)
    expect((await scan({ workers, folder })).warnings).toEqual([])
    // Its repository gone, it is a folder like any other.
    rmSync(join(folder, '.git'), { recursive: true })
    expect(await sent(tree)).toEqual(['.gitignore', 'a.c', 'b.c'])
  })

  test('what only looks like a repository is none', async () => {
    makeTree(folder, {
      '.gitignore': '*.o\n',
      'a/.git/': '',
      'a/x.o': '',
      'b/.git': 'gitdir: /nowhere',
      'b/x.o': '',
      'c/.git': 'junk',
      'c/x.o': '',
    })
    git(folder, 'init', '-q')
    expect(await sent()).toEqual(['.gitignore'])
    expect((await entriesOf()).get('b/.git')?.type).toBe('file')
  })

  test('a folder inside .git is sent as it is', async () => {
    makeTree(folder, { '.gitignore': '*\n', 'a.c': '' })
    makeRepository(folder)
    expect(await sent(join(folder, '.git/info'))).toEqual(['exclude'])
  })

  test('a file removed but still tracked is not sent, one taken out of the index is', async () => {
    makeTree(folder, ['gone.c', 'kept.c'])
    makeRepository(folder)
    rmSync(join(folder, 'gone.c'))
    git(folder, 'rm', '-q', '--cached', 'kept.c')
    expect(await sent()).toEqual(['kept.c'])
  })

  test('each skipped path is told with its rule', async () => {
    makeTree(folder, {
      '.gitignore': '# a comment\n*.o\nbuild/\n',
      'a.o': '',
      'build/x': '',
      'sub/.gitignore': 'y*\n',
      'sub/you': '',
      'a.c': '',
    })
    makeTree(folder, { 'lib/.gitignore': '/z\n', 'lib/z': '', '.git/info/exclude': 'mine\n', mine: '', 'lib/a.o': '' })
    makeRepository(join(folder, 'lib'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    git(folder, 'init', '-q')
    const own = [
      { path: 'a.o', rule: '.gitignore:2: *.o' },
      { path: 'build', rule: '.gitignore:3: build/' },
      { path: 'lib/z', rule: 'lib/.gitignore:1: /z' },
      { path: 'mine', rule: '.git/info/exclude:1: mine' },
      { path: 'pipe', rule: 'not a regular file' },
      { path: 'sub/you', rule: 'sub/.gitignore:1: y*' },
    ]
    expect(await skipped()).toEqual(own)
    const cut = await scan({ workers, folder, explain: 2 })
    expect([cut.skipped.length, cut.isSkippedCut]).toEqual([2, true])
    rmSync(join(folder, '.git'), { recursive: true })
    expect(await skipped()).toEqual(own.filter(({ path }) => path !== 'mine'))
  })
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

/** A worker has the environment of its start: for tests that change it. */
function ownWorkers(): FileWorkers {
  const own = new FileWorkers()
  onTestFinished(() => own.close())
  return own
}

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
