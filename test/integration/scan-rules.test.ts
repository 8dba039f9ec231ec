/**
 * What a push sends, against git itself: for every kind of ignore rule, and wherever it comes from, the files that the scan finds are
 * those that git lists as tracked or untracked and not ignored.
 */
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { byteText } from '../../src/main/jobs/byte-path.ts'
import { scan } from '../../src/main/jobs/sync/scan.ts'
import { git, makeRepository, makeTree } from '../helpers/folder-tree.ts'
import { listedByGit, ownWorkers, scanGround } from '../helpers/scan-ground.ts'

const ground = scanGround()
const { workers, entriesOf, sent, skipped } = ground
let folder: string
beforeEach(() => {
  folder = ground.folder
})

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
