/** The tables of docs/ignore-rules.md, held: each row is made on the disk, asked of a scan, and given to rsync with its filter. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { bytesOf, toBytePath } from '../../src/main/jobs/byte-path.ts'
import { FileWorkers } from '../../src/main/jobs/sync/file-workers.ts'
import { FolderLocks } from '../../src/main/jobs/sync/folder-locks.ts'
import { unpackManifest } from '../../src/main/jobs/sync/manifest.ts'
import { scan } from '../../src/main/jobs/sync/scan.ts'
import { syncFolder } from '../../src/main/jobs/sync/send.ts'
import { git, makeRepository, makeTree } from '../helpers/folder-tree.ts'
import { OWNER, startSyncHost } from '../helpers/sync-host.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/ignore-rules.md'), 'utf8')
const cases = tableUnder('Case by case')
const arrivals = tableUnder('As what it arrives')

/** Made with the user's own excludes in their environment. */
let workers: FileWorkers
const configHome = mkdtempSync(join(tmpdir(), 'config-'))
beforeAll(() => {
  makeTree(configHome, { 'git/ignore': '*.swp\n' })
  process.env.XDG_CONFIG_HOME = configHome
  workers = new FileWorkers()
})
afterAll(async () => {
  await workers.close()
  rmSync(configHome, { recursive: true })
})

/** Makes what its row speaks of; may give the folder below that is pushed. */
type Make = (folder: string) => string | undefined

/** A repository of one commit with these files, after which `later` happens. */
const repository =
  (files: Record<string, string>, later: (folder: string) => string | undefined = () => undefined): Make =>
  folder => {
    makeTree(folder, files)
    makeRepository(folder)
    return later(folder)
  }
const plain =
  (files: Record<string, string>): Make =>
  folder => {
    makeTree(folder, files)
    return undefined
  }

const nested: Make = folder => {
  makeTree(folder, { '.gitignore': '*.o\n', 'lib/.gitignore': '*.log\n', 'lib/a.o': '', 'lib/a.log': '' })
  makeRepository(join(folder, 'lib'))
  makeRepository(folder)
  return undefined
}
const submodule: Make = folder => {
  const [top, other] = [join(folder, 'top'), join(folder, 'other')]
  makeTree(other, { 'x.c': '' })
  makeRepository(other)
  makeTree(top, { '.gitignore': '*.o\n' })
  makeRepository(top)
  git(top, '-c', 'protocol.file.allow=always', 'submodule', '-q', 'add', other, 'sub')
  makeTree(top, { 'sub/y.o': '' })
  return top
}

const makes: Record<string, Make> = {
  'a file that no rule names': repository({ '.gitignore': '*.o\n', 'main.c': '' }),
  'a file that a rule names': repository({ '.gitignore': '*.o\n', 'main.o': '' }),
  'the rules themselves': repository({ '.gitignore': '*.o\n' }),
  'the repository': repository({ '.gitignore': '*.o\n' }),
  'a file in `.git` whose name a rule meets': repository({ '.gitignore': '*.o\n' }, folder => {
    git(folder, 'branch', 'main.o')
    return undefined
  }),
  'tracked, though a rule names it': repository({ '.gitignore': '*.o\n', 'kept.o': '' }, folder => {
    git(folder, 'add', '-f', 'kept.o')
    return undefined
  }),
  'tracked and deleted': repository({ 'gone.c': '' }, folder => {
    rmSync(join(folder, 'gone.c'))
    return undefined
  }),
  'an empty folder': repository({ 'empty/': '' }),
  'a folder of which all files are ignored': repository({ '.gitignore': '*.o\n', 'objects/a.o': '' }),
  'a folder that a rule names': repository({ '.gitignore': 'build/\n', 'build/x': '' }),
  'a rule taken back with `!`': repository({ '.gitignore': '*.o\n!main.o\n', 'main.o': '' }),
  'taken back below an ignored folder': repository({ '.gitignore': 'build/\n!build/keep\n', 'build/keep': '' }),
  'taken back below a star': repository({ '.gitignore': 'build/*\n!build/keep\n', 'build/keep': '' }),
  'a rule with a slash in its middle, deeper down': repository({ '.gitignore': 'src/a.o\n', 'lib/src/a.o': '' }),
  '`a/**/b`, and no folder between': repository({ '.gitignore': 'a/**/b\n', 'a/b': '' }),
  'a rule with two spaces at its end': repository({ '.gitignore': 'note.txt  \n', 'note.txt': '' }),
  'an escaped `#`': repository({ '.gitignore': '\\#draft\n', '#draft': '' }),
  'an escaped `!`': repository({ '.gitignore': '\\!draft\n', '!draft': '' }),
  'rules with the line ends of Windows': repository({ '.gitignore': 'note.txt\r\n', 'note.txt': '' }),
  'rules that begin with a byte order mark': repository({ '.gitignore': '\uFEFF*.o\n', 'main.o': '' }),
  '`.git/info/exclude`': repository({}, folder => {
    makeTree(folder, { '.git/info/exclude': 'mine.txt\n', 'mine.txt': '' })
    return undefined
  }),
  'your own excludes': repository({ 'main.c.swp': '' }),
  'rules in a folder': repository({ 'lib/.gitignore': '/out\n', 'lib/out': '' }),
  'rules above the folder that is pushed': repository({ '.gitignore': '*.o\n', 'src/a.o': '' }, folder => join(folder, 'src')),
  'an ignored folder that is pushed itself': repository({ '.gitignore': 'dist/\n', 'dist/a.js': '' }, folder =>
    join(folder, 'dist'),
  ),
  'a folder in no repository': plain({ '.gitignore': '*.o\n', 'main.o': '' }),
  'a repository in the folder: the rules around it': nested,
  'a repository in the folder: its own rules': nested,
  'a repository in the folder: its `.git`': nested,
  'a repository in an ignored folder': folder => {
    makeTree(folder, { '.gitignore': 'vendor/\n', 'vendor/lib/x.c': '' })
    makeRepository(join(folder, 'vendor/lib'))
    makeRepository(folder)
    return undefined
  },
  'a submodule: the rules around it': submodule,
  'a submodule: its `.git` file': submodule,
  'a worktree: its `.git` file': folder => {
    const [main, tree] = [join(folder, 'main'), join(folder, 'tree')]
    makeRepository(main)
    git(main, 'worktree', 'add', '-q', tree)
    return tree
  },
  'a `.git` that is no repository': repository({ '.gitignore': '*.o\n' }, folder => {
    makeTree(folder, { 'lib/.git': 'junk', 'lib/a.o': '' })
    return undefined
  }),
  'a link, wherever it leads': link('/etc/passwd', 'link'),
  'what is behind a link to a folder': folder => {
    makeTree(folder, { 'other/inside': '', 'top/': '' })
    return link('../other', 'link')(join(folder, 'top')) ?? join(folder, 'top')
  },
  'a link to a folder, and a rule for folders': folder => {
    makeTree(folder, { '.gitignore': 'build/\n', 'other/': '' })
    return link('other', 'build')(folder)
  },
  'a pipe': folder => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    return undefined
  },
  'a socket': folder => {
    const server = createServer().listen(join(folder, 'socket'))
    onTestFinished(() => {
      server.close()
    })
    return undefined
  },
  'a name that is not UTF-8': named('caf\xe9'),
  'a name with a newline': named('two\nlines'),
}

test('the page and this file know the same cases', () => {
  expect(cases.map(([name]) => name)).toEqual(Object.keys(makes))
})

describe.each(cases)('%s', (name, example, push, filter) => {
  test(`${example}: ${push}, by rsync ${filter}`, async () => {
    const folder = join(temporaryFolder(), 'project')
    mkdirSync(folder)
    const pushed = makes[name]?.(folder) ?? folder
    const path = bytePathOf(example)
    const { manifest } = await scan({ workers, folder: pushed })
    const isSent = unpackManifest(manifest.bytes).entries.some(entry => entry.path === path)
    expect(isSent ? 'sent' : 'left out').toBe(push)
    const target = join(temporaryFolder(), 'copy')
    execFileSync('rsync', ['-a', '--filter=:- .gitignore', '--', `${pushed}/`, `${target}/`])
    const isCopied = lstatSync(bytesOf(toBytePath(`${target}/`) + path), { throwIfNoEntry: false }) !== undefined
    expect(isCopied ? 'sent' : 'left out').toBe(filter)
  })
})

describe('as what it arrives', () => {
  const long = new Date('2001-02-03T04:05:06.000Z')
  type Place = { here: string; there: string }
  const checks: Record<string, { make(folder: string): void; check(place: Place): void }> = {
    'the content of a file': {
      make: folder => writeFileSync(join(folder, 'bytes'), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))),
      check: ({ here, there }) => expect(readFileSync(join(there, 'bytes'))).toEqual(readFileSync(join(here, 'bytes'))),
    },
    'the time of a file': {
      make: folder => {
        writeFileSync(join(folder, 'old'), '')
        utimesSync(join(folder, 'old'), long, long)
      },
      check: ({ there }) => expect(lstatSync(join(there, 'old')).mtime).toEqual(long),
    },
    'the rights of files and folders': {
      make: folder => {
        writeFileSync(join(folder, 'run'), '')
        chmodSync(join(folder, 'run'), 0o751)
        mkdirSync(join(folder, 'closed'))
        chmodSync(join(folder, 'closed'), 0o500)
      },
      check: ({ there }) =>
        expect(['run', 'closed'].map(name => lstatSync(join(there, name)).mode & 0o7777)).toEqual([0o751, 0o500]),
    },
    'the owner and group': {
      make: folder => {
        writeFileSync(join(folder, 'theirs'), '')
        if (process.getuid?.() === 0) execFileSync('chown', ['65534:65534', join(folder, 'theirs')])
      },
      check: ({ there }) => expect(lstatSync(join(there, 'theirs')).uid).toBe(process.getuid?.()),
    },
    'a link': {
      make: folder => symlinkSync('../no/where', join(folder, 'dangling')),
      check: ({ there }) => expect(lstatSync(join(there, 'dangling')).isSymbolicLink()).toBe(true),
    },
    'two names of one file (hard links)': {
      make: folder => {
        writeFileSync(join(folder, 'one'), 'same')
        linkSync(join(folder, 'one'), join(folder, 'two'))
      },
      check: ({ there }) => expect(['one', 'two'].map(name => lstatSync(join(there, name)).nlink)).toEqual([1, 1]),
    },
    'a file with holes': {
      make: folder => {
        const file = openSync(join(folder, 'sparse'), 'w')
        ftruncateSync(file, 300_000)
        closeSync(file)
      },
      check: ({ there }) => expect(readFileSync(join(there, 'sparse')).equals(Buffer.alloc(300_000))).toBe(true),
    },
  }

  test('the page and this file know the same', () => {
    expect(arrivals.map(([name]) => name)).toEqual(Object.keys(checks))
  })

  test.each([{ tools: 'all' as const }, { tools: 'no rsync' as const }])('on a host with tools: $tools', async ({ tools }) => {
    const host = await startSyncHost(tools)
    onTestFinished(() => host.stop())
    const folder = temporaryFolder()
    for (const { make } of Object.values(checks)) make(folder)
    await syncFolder({ workers, locks: new FolderLocks(), host: 'box', ...(await host.connect()), folder, owner: OWNER })
    for (const { check } of Object.values(checks)) check({ here: folder, there: host.treeOf(folder) })
  })
})

function link(target: string, name: string): Make {
  return folder => {
    symlinkSync(target, join(folder, name))
    return undefined
  }
}

function named(bytePath: string): Make {
  return folder => {
    writeFileSync(bytesOf(toBytePath(`${folder}/`) + bytePath), '')
    return undefined
  }
}

/** `caf\xe9` as the page writes it. */
function bytePathOf(cell: string): string {
  const escaped = cell
    .replaceAll('`', '')
    .replaceAll(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return escaped
}

/** The rows of the table below a heading, without its first two lines. */
function tableUnder(heading: string): [string, string, string, string][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter(line => line.startsWith('| '))
  return rows.slice(1).map(row => {
    const [first = '', second = '', third = '', fourth = ''] = row.slice(2, -2).split(' | ')
    return [first, second, third, fourth]
  })
}
