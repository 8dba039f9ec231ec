import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { type ImportOffer, readImportSources } from './import-sources.ts'

const ME = { hostname: 'desk', addresses: [] }
const SSH = '.ssh/config'
const BEOWULF = '.beowulf/hosts'
const BEOWULFDRC = '.beowulf/beowulfdrc'
const P = '.config/p/config.yaml'

/** A home with these files, and what is offered there. */
function offersOf(files: Record<string, string>): { home: string; offers: ImportOffer[] } {
  const home = temporaryFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
  }
  return { home, offers: readImportSources({ home, me: ME }) }
}

function only(path: string, text: string, more: Record<string, string> = {}): ImportOffer & { home: string } {
  const { home, offers } = offersOf({ [path]: text, ...more })
  const [offer] = offers
  if (offers.length !== 1 || offer === undefined) throw new Error(`${offers.length} offers in place of one`)
  return { ...offer, home }
}

const names = (offer: ImportOffer) => offer.hosts.map(host => host.name)

test('no files, no offers; each file makes one', () => {
  expect(offersOf({}).offers).toEqual([])
  const { home, offers } = offersOf({ [SSH]: 'Host a', [BEOWULF]: 'b', [P]: 'workers: [{name: c, connection: d}]' })
  expect(offers).toEqual([
    {
      source: 'ssh-config',
      path: join(home, SSH),
      hosts: [{ name: 'a', connection: 'a' }],
      pins: [],
      skipped: [],
      defaultHost: null,
      error: null,
    },
    {
      source: 'beowulf',
      path: join(home, BEOWULF),
      hosts: [{ name: 'b', connection: 'b' }],
      pins: [],
      skipped: [],
      defaultHost: null,
      error: null,
    },
    {
      source: 'p',
      path: join(home, P),
      hosts: [{ name: 'c', connection: 'd' }],
      pins: [],
      skipped: [],
      defaultHost: null,
      error: null,
    },
  ])
})

describe('~/.ssh/config', () => {
  test('names of hosts, in every way they may be written; no patterns', () => {
    const text = `
# Host commented
Host one two   three # a comment
  HostName one.example   # Host no
host=four
HOST = five
\tHost\t"six" 'seven'
Host *.example !one ab?d eight
Match host nine
  User x
Host *
`
    expect(names(only(SSH, text))).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'])
    expect(names(only(SSH, 'Host a\r\n  Port 1\r\nHost b\r\n'))).toEqual(['a', 'b'])
  })

  test('files that are included: relative ones, ~, patterns, missing ones, and circles', () => {
    const offer = only(SSH, 'Include conf.d/* missing "more hosts" ~/elsewhere\nHost last\nInclude config', {
      '.ssh/conf.d/b': 'Host b',
      '.ssh/conf.d/a': 'Host a\nInclude conf.d/a conf.d/b',
      '.ssh/more hosts': 'Host more',
      elsewhere: 'Host else',
    })
    expect([names(offer), offer.skipped]).toEqual([['a', 'b', 'more', 'else', 'last'], []])
  })

  test('a chain of files without an end is a mistake, with its line', () => {
    const chain = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`.ssh/c${index}`, `\nInclude c${index + 1}`]))
    expect(only(SSH, 'Include c0', chain).error?.message).toMatch(/\.ssh\/c15:2: more than 16 files include each other/)
  })

  test.each([
    ['Host "a', ':1: a quote is not closed'],
    ['\nHost', ':2: the name is missing'],
    ['Host # nothing', ':1: the name is missing'],
    ['Host a\n= 3', ':2: not a line of an ssh config'],
    ['Host a\n\u0007', ':2: not a line of an ssh config'],
  ])('%j is a mistake, and the file offers nothing', (text, message) => {
    const offer = only(SSH, `${text}\nHost good`)
    expect(offer.error?.code).toBe('BAD_CONFIG')
    expect(offer.error?.message).toBe(`${offer.path}${message}`)
    expect(offer.hosts).toEqual([])
  })

  test('a mistake in an included file is said of that file', () => {
    const offer = only(SSH, 'Host a\nInclude other', { '.ssh/other': 'Host b\nHost "c\n' })
    expect(offer.error?.message).toBe(`${join(offer.home, '.ssh/other')}:2: a quote is not closed`)
    expect(offer.hosts).toEqual([])
  })

  test('another file may be named in its place', () => {
    const { home } = offersOf({ other: 'Host x', [SSH]: 'Host y' })
    expect(readImportSources({ home, me: ME, sshConfig: join(home, 'other') }).map(names)).toEqual([['x']])
  })
})

describe('~/.beowulf/hosts', () => {
  test('names, ports, users and comments', () => {
    const offer = only(BEOWULF, '# all\n\n  one  # first\ntwo.local:2222\r\nme@three\n')
    expect(offer.hosts).toEqual([
      { name: 'one', connection: 'one' },
      { name: 'two.local', connection: 'two.local:2222' },
      { name: 'three', connection: 'me@three' },
    ])
  })

  test.each(['one two', 'one:', 'one:x', 'one:0', 'one:65536', ':22', '@one', '::1', 'a b'])(
    '%j is a mistake, with its line',
    line => {
      const offer = only(BEOWULF, `good\n${line}\n`)
      expect(offer.error?.message).toMatch(`${offer.path}:2: `)
      expect(offer.hosts).toEqual([])
    },
  )
})

describe('~/.beowulf/beowulfdrc', () => {
  test('apps that stick to a host are pins; what else stands there is left out, each with the reason', () => {
    const text = `# beowulf
polling_interval = 10
sticky.firefox = workstation.local  # always there
sticky.org.gimp.GIMP=big
sticky.firefox = other
sticky.lib* = big
sticky. = big
colour = red
`
    const offer = only(BEOWULF, 'workstation.local', { [BEOWULFDRC]: text })
    expect(names(offer)).toEqual(['workstation.local'])
    expect(offer.pins).toEqual([
      { app: 'firefox', host: 'workstation.local' },
      { app: 'org.gimp.GIMP', host: 'big' },
    ])
    const path = join(offer.home, BEOWULFDRC)
    expect(offer.skipped.map(({ name, why }) => `${name}: ${why}`)).toEqual([
      'polling_interval: hosts are always asked every 2 seconds',
      `sticky.firefox: it stands there twice: ${path}:3 and ${path}:5`,
      'sticky.lib*: it has * or ? in it, which would fit other apps as well',
      'sticky.: its name is empty',
      'colour: Drover has no such setting',
    ])
  })

  test.each(['sticky.firefox', 'sticky.firefox =', '= big', 'sticky.fire fox = big', '[sticky]'])(
    '%j is a mistake, with its line, and no reason to leave the hosts out',
    line => {
      const offer = only(BEOWULF, 'big', { [BEOWULFDRC]: `sticky.a = big\n${line}\n` })
      expect([names(offer), offer.pins, offer.error]).toEqual([['big'], [], null])
      expect(offer.skipped).toEqual([{ name: 'beowulfdrc', why: expect.stringMatching(/beowulfdrc:2: not a setting/) }])
    },
  )

  test('it may be there alone; beside hosts with a mistake it offers nothing', () => {
    expect(only(BEOWULFDRC, 'sticky.a = b').pins).toEqual([{ app: 'a', host: 'b' }])
    expect(only(BEOWULF, 'a b', { [BEOWULFDRC]: 'sticky.a = b' })).toMatchObject({ pins: [], error: { code: 'BAD_CONFIG' } })
  })
})

describe("p's config", () => {
  test('workers, the default one, and keys that are not ours to judge', () => {
    const text =
      'default_worker: b\ntheme: dark\nworkers:\n  - {name: a, connection: me@a, since: 3}\n  - {name: b, connection: "b:22"}\n'
    const offer = only(P, text)
    expect(offer.hosts).toEqual([
      { name: 'a', connection: 'me@a' },
      { name: 'b', connection: 'b:22' },
    ])
    expect(offer.defaultHost).toBe('b')
    expect(only(P, '').hosts).toEqual([])
    expect(only(P, 'default_worker: gone\nworkers:\n').defaultHost).toBeNull()
  })

  test.each([
    ['workers: [', ':1:11: '],
    ['workers:\n  - name: a\n', ':2:5: workers[0].connection: '],
    ['workers: 3', ':1:10: workers: '],
    ['workers:\n  - {name: 7, connection: a}', ':2:12: workers[0].name: '],
    ['- a', ':1:1: '],
  ])('%j is a mistake, with line and column', (text, message) => {
    const offer = only(P, text)
    expect(offer.error?.message).toContain(offer.path + message)
    expect(offer.hosts).toEqual([])
  })
})

test('what cannot be a host of ours is left out, each with the reason', () => {
  const offer = only(
    BEOWULF,
    'good\nlocalhost\ndesk\n127.0.0.1:22\nauto\n-rf\n$(x)\ngood:23\nme@local:23\n[::2]:22\nlocalhost:2222\n',
  )
  expect(names(offer)).toEqual(['good'])
  expect(offer.skipped.map(({ name, why }) => `${name} ${why}`)).toEqual([
    'localhost it is this machine, which is always there as local',
    'desk it is this machine, which is always there as local',
    '127.0.0.1 it is this machine, which is always there as local',
    'auto auto is a name of Drover itself',
    expect.stringMatching(/^-rf a host name is 1 to 63/),
    expect.stringMatching(/^\$\(x\) a host name is/),
    `good it stands there twice: ${offer.path}:1 and ${offer.path}:8`,
    "local local is this machine's own name; add it with: drover host add me@local:23 -n NAME",
    expect.stringMatching(/^\[::2\] a host name is/),
    "localhost localhost is this machine's own name; add it with: drover host add localhost:2222 -n NAME",
  ])
})

test('a connection that could do harm is left out', () => {
  const offer = only(
    P,
    'workers:\n  - {name: a, connection: -oProxyCommand=x}\n  - {name: b, connection: "x;y"}\n  - {name: c, connection: ""}\n',
  )
  expect(offer.hosts).toEqual([])
  expect(offer.skipped.map(({ why }) => why)).toEqual(Array(3).fill(expect.stringMatching(/^a connection is/)))
})

test('what is no file to read offers an error and never waits', () => {
  const home = temporaryFolder()
  mkdirSync(join(home, SSH), { recursive: true })
  mkdirSync(join(home, '.beowulf'))
  execFileSync('mkfifo', [join(home, BEOWULF)])
  mkdirSync(join(home, '.config/p'), { recursive: true })
  symlinkSync('config.yaml', join(home, P))
  const offers = readImportSources({ home, me: ME })
  expect(offers.map(one => one.error?.message)).toEqual([
    `${join(home, SSH)} is not a regular file`,
    `${join(home, BEOWULF)} is not a regular file`,
    expect.stringMatching(/^Cannot read .*config.yaml: ELOOP/),
  ])
})
