/**
 * What people, programs and accidents put in: words of the command line, files of the user's, a damaged database, an environment
 * that lacks things. On the built product: each is refused by name, in a message without a stack, and changes nothing.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shellJoin, shellQuote } from '../../src/shared/shell-quote.ts'
import { type CliResult, DROVER, openProduct, type Product } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

let product: Product
let desk: string
let jobId: string
let configFile: string
let data: string
beforeAll(async () => {
  product = await openProduct()
  desk = join(product.home.dir, 'desk')
  mkdirSync(desk)
  configFile = join(product.home.dir, '.config/drover/config.yaml')
  data = join(product.home.dir, '.local/share/drover')
  jobId = (await product.drover(['push', '-d', '-n', '--', 'true'], { cwd: desk })).stdout.trim()
  await product.reaches(jobId, 'ended')
})
afterAll(() => product.close())

/** One error, what is at fault in it, and nothing of our insides. */
function expectRefusal(result: CliResult, code: number, message: RegExp): void {
  expect(result.stdout).toBe('')
  expect(result.stderr).toMatch(message)
  expect(result.stderr).toMatch(/^error: /)
  expect(result.stderr).not.toMatch(/^\s+at |node:|Too small|Too big|mistake in Drover/m)
  expect(Buffer.byteLength(result.stderr)).toBeLessThan(1500)
  expect(result.code).toBe(code)
}

const long = 'x'.repeat(100_000)
const words: [words: string[], code: number, message: RegExp][] = [
  [['pus', '--', 'x'], 2, /no verb "pus"\nDid you mean: drover push/],
  [[long], 2, /no verb "x{80}…"/],
  [['-Q'], 2, /no flag -Q/],
  [['host', 'ad', 'x'], 2, /drover host has no "ad"\nDid you mean: drover host add/],
  [['push'], 2, /no command: it stands after --/],
  [['push', '-n', '--'], 2, /no command/],
  [['push', '-n', '--', ''], 2, /command after -- is empty/],
  [['push', '-n', '--', '', 'x'], 2, /command after -- is empty/],
  [['push', 'make'], 2, /must stand after --\nDid you mean: -- make/],
  [['push', '--no-snc', '--', 'x'], 2, /no flag --no-snc\nDid you mean: --no-sync/],
  [['push', `--${long}`, '--', 'x'], 2, /no flag "--x+…"/],
  [['push', '-n', '--tty', '--no-tty', '--', 'x'], 2, /exclude each other/],
  [['push', '-n', '--on'], 2, /--on needs a HOST/],
  [['push', '-n', '--on', '', '--', 'x'], 2, /--on is empty/],
  [['push', '-n', '--on', '-rf', '--', 'x'], 2, /"-rf" is no name of a host/],
  [['push', '-n', '--on', '$(id)', '--', 'x'], 2, /"\$\(id\)" is no name of a host/],
  [['push', '-n', '--on', 'nowhere', '--', 'x'], 125, /No host "nowhere"\. Known hosts: local/],
  [['push', '-n', '-e', '=v', '--', 'x'], 2, /--env: "" is no name/],
  [['push', '-n', '-e', 'A B=v', '--', 'x'], 2, /--env: "A B" is no name/],
  [['push', '-n', '-e', 'NOT_SET_HERE', '--', 'x'], 2, /NOT_SET_HERE is not set here/],
  [['push', '-n', '--pull', '', '--', 'x'], 2, /--pull is empty/],
  [['push', '-n', '--', 'printf', ...Array(10_000).fill('1')], 125, /command\.argv: has more than 10,000 words/],
  [['push', '-n', '--', 'bad\uFFFD'], 2, /Argument 4 .*UTF-8/],
  [['logs'], 1, /No project is known in this folder or above it/],
  [['logs', ''], 2, /NAME is empty/],
  [['logs', 'zzz'], 1, /There is no project here, and "zzz" is no job id/],
  [['logs', '../../etc/passwd'], 2, /"\.\.\/\.\.\/etc\/passwd" is neither a name of a process nor a job id/],
  [['logs', long], 2, /"x{80}…" is neither a name of a process nor a job id/],
  [['logs', '--grep', '(', 'ID'], 2, /--grep: "\(" is no regular expression/],
  [['logs', '--since', 'tomorrow', 'ID'], 2, /--since: "tomorrow" is no point in time/],
  [['logs', '-i'], 2, /-i is for --grep/],
  [['up'], 1, /Procfile/],
  [['up', '-f', '/no/such/Procfile'], 1, /^error: Procfile:1:1: is not there/],
  [['up', '-m', 'web'], 2, /"web" does not say how many of what/],
  [['up', '-m', 'web=1000'], 2, /"web=1000" does not say/],
  [['up', '-p', '65536'], 2, /65536 is no port/],
  [['up', '-e', 'A B=v'], 2, /--env: "A B" is no name/],
  [['up', 'web.0'], 2, /"web\.0" is no name of a process/],
  [['down'], 1, /No project is known/],
  [['start', '-d', 'web'], 2, /no flag -d/],
  [['start', 'a b'], 2, /"a b" is no name of a process/],
  [['restart', 'ID'], 1, /is a job, and no process here. Run it again: drover rerun/],
  [['scale'], 2, /needs a NAME=COUNT/],
  [['scale', 'web=-1'], 2, /does not say how many/],
  [['run'], 2, /no command/],
  [['check', '-f', 'x', 'y'], 2, /exclude each other/],
  [['pattern'], 2, /drover pattern takes one of: add, ls/],
  [['pattern', 'add', ''], 2, /TEXT is empty/],
  [['pattern', 'add', 'x', '--action', 'stop', '--command', 'y'], 2, /exclude each other/],
  [['forget', '/no/such'], 1, /No project \/no\/such/],
  [['logs', 'ffff'], 1, /No job whose id begins with "ffff"/],
  [['logs', '-n', '-1', 'ID'], 2, /--lines needs a whole number, not "-1"/],
  [['logs', '-n', '9'.repeat(30), 'ID'], 2, /--lines needs a whole number/],
  [['attach', 'ffff'], 125, /No job whose id/],
  [['wait', 'ffff'], 125, /No job whose id/],
  [['rerun', 'ffff'], 125, /No job whose id/],
  [['rerun', '--on', 'nowhere', 'ID'], 125, /No host "nowhere"/],
  [['stop', '--grace', '5x', 'ID'], 2, /--grace: "5x" is no length of time/],
  [['stop', '-s', 'KILLL', 'ID'], 2, /--signal is one of/],
  [['rm', 'ID'], 2, /no terminal to ask on/],
  [['rm', '-y', 'ffff'], 1, /No job whose id/],
  [['pull', 'ID'], 2, /needs a PATTERN/],
  [['pull', 'ID', ''], 2, /PATTERN is empty/],
  [['pull', 'ID', 'no*'], 1, /Nothing matches 'no\*'/],
  [['pull', 'ID', 'a', 'b', 'c'], 2, /"c" is one word too many/],
  [['why', 'ffff'], 1, /No job whose id/],
  [['ls', '--state', 'gone'], 2, /--state is one of/],
  [['ls', '--host', 'nowhere'], 1, /No host "nowhere"/],
  [['skipped', '/no/such'], 1, /There is no folder \/no\/such/],
  [['skipped', '/etc/passwd'], 1, /\/etc\/passwd is not a folder/],
  [['host', 'add', 'a b'], 1, /a connection is \[user@\]host/],
  [['host', 'add', 'x$(id)'], 1, /a connection is \[user@\]host/],
  [['host', 'add', 'me@h:99999'], 1, /"99999" is no port/],
  [['host', 'add', 'me@box', '-n', 'a b'], 1, /a host name is 1 to 63/],
  [['host', 'add', 'me@box', '-n', 'local'], 1, /^error: hosts\[0\]\.name: local, auto and none are names of Drover itself; /],
  [['host', 'add', 'localhost'], 1, /localhost is this machine/],
  [['host', 'rm', 'nowhere'], 1, /No host "nowhere"/],
  [['host', 'rm', 'local'], 1, /local is this machine/],
  [['host', 'trust', 'local'], 1, /local is this machine/],
  [['host', 'default', 'nowhere'], 1, /no host named nowhere/],
  [['host', 'import', 'elsewhere'], 2, /SOURCE is one of/],
  [['config', 'set', 'log_levl', 'info'], 1, /no setting log_levl\. Did you mean log_level/],
  [['config', 'set', 'log_level', 'loud'], 1, /log_level: .*"error"/],
  [['config', 'set', 'default_host', 'nowhere'], 1, /^error: default_host: there is no host named nowhere\n$/],
  [['config', 'get', 'hots'], 2, /no key hots/],
  [['df', '--host', 'nowhere'], 1, /No host "nowhere"/],
  [['gc', '--older-than', '5q'], 2, /"5q" is no length of time/],
  [['unlock', '--stdin', '/no/such'], 1, /\/no\/such/],
  [['completion', 'tcsh'], 2, /SHELL is one of/],
]

describe('a command line', () => {
  test.each(words.map(([line, code, message]) => ({ line: line.join(' ').slice(0, 60), words: line, code, message })))(
    '$line',
    async ({ words: line, code, message }) => {
      const before = stateNow()
      const typed = line.map(word => (word === 'ID' ? jobId : word))
      expectRefusal(await product.drover(typed, { cwd: desk }), code, message)
      expect(stateNow()).toEqual(before)
    },
  )

  test('as JSON an error is one line of JSON', async () => {
    for (const line of [
      ['push', '--json'],
      ['logs', '--json', 'ffff'],
    ]) {
      const { stdout, stderr } = await product.drover(line, { cwd: desk })
      expect([stdout, JSON.parse(stderr)]).toMatchObject([
        '',
        { error: { code: expect.any(String), message: expect.any(String) } },
      ])
    }
  })

  test('a grace of more than an hour for a job that runs', async () => {
    const id = await product.running(['-n', '--', 'exec sleep 1000'], { cwd: desk })
    expectRefusal(await product.drover(['stop', '--grace', '2h', id]), 1, /graceMs: is an hour at most/)
    expect(await product.drover(['stop', '--grace', '0', id])).toMatchObject({ code: 0 })
  })

  test('the longest word that the system takes is taken', async () => {
    const word = 'x'.repeat(131_071)
    const { code, stdout } = await product.drover(['push', '-n', '-e', `A=${word.slice(2)}`, '--', 'echo', word], { cwd: desk })
    expect([code, stdout.length]).toEqual([0, word.length + 1])
  })
})

describe('an environment', () => {
  const run = (script: string, env: Record<string, string> = {}) => {
    const [file, args] = ['sh', ['-c', script.replaceAll('DROVER', shellQuote(DROVER))]] as const
    try {
      const stdout = execFileSync(file, args, { cwd: desk, env: { ...product.env, ...env }, encoding: 'utf8', stdio: 'pipe' })
      return { code: 0, stdout, stderr: '' }
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string }
      return { code: status, stdout, stderr }
    }
  }

  test.each(['ls -a', 'status --json', 'help', 'push -n -- echo hi', `logs ID`])(
    'a full disk behind the output of %s is told',
    async line => {
      const job = (await product.drover(['push', '-d', '-n', '--', 'echo hi'], { cwd: desk })).stdout.trim()
      await product.reaches(job, 'ended')
      const { code, stderr } = run(`DROVER ${line.replace('ID', job)} >/dev/full`)
      expect(stderr).toMatch(/^error: Cannot write to stdout: ENOSPC/)
      expect(code).toBe(1)
    },
  )

  test.each(['<&-', '>&-', '2>&-', '<&- >&- 2>&-'])('with %s it still does its work', async closed => {
    const mark = join(desk, `mark${closed.length}`)
    expect(run(`DROVER push -n -- ${shellQuote(shellJoin(['touch', mark]))} ${closed}`)).toMatchObject({ code: 0 })
    expect(existsSync(mark)).toBe(true)
  })

  test.each([
    ['LANG', { LANG: 'C', LC_ALL: 'C' }],
    ['a locale that is not there', { LC_ALL: 'xx_YY.bogus' }],
    ['a TMPDIR that is gone', { TMPDIR: '/no/such/place' }],
    ['a runtime folder that is gone', { XDG_RUNTIME_DIR: '/no/such/place' }],
    ['TERM', { TERM: 'bogus' }],
    ['NODE_OPTIONS of another program', { NODE_PATH: '/no/such', DEBUG: '*' }],
  ])('%s of another kind changes nothing for who asks the core that runs', (_, env) => {
    expect(run(`DROVER push -n -- 'printf "%s" "ä $LANG"'`, env as Record<string, string>)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ä /),
    })
  })

  test('a home that is a file, and one that may not be written', () => {
    const file = join(desk, 'file')
    writeFileSync(file, '')
    const none = { XDG_CONFIG_HOME: '', XDG_DATA_HOME: '', XDG_STATE_HOME: '' }
    expectRefusal(run('DROVER ls', { ...none, HOME: file }), 1, new RegExp(file))
    const closed = join(desk, 'closed')
    mkdirSync(closed, { mode: 0o555 })
    const asNobody = process.getuid?.() === 0 ? 'setpriv --reuid=65534 --regid=65534 --clear-groups ' : ''
    execFileSync('chmod', ['755', product.home.dir])
    expectRefusal(run(`${asNobody}DROVER ls`, { ...none, HOME: closed }), 1, new RegExp(closed))
  })

  test('a folder that is gone', () => {
    expect(run('mkdir gone; cd gone; rmdir ../gone; DROVER push -n -- pwd')).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('error: The folder you stand in is gone'),
    })
  })
})

describe('config.yaml', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]}`)}]`).join('\n')}\n`
  const files: Record<string, [put: string | Buffer | (() => void), message: RegExp]> = {
    'no YAML': ['hosts: [\n', /:2:1: /],
    'a tab': ['hosts:\n\t- name: x\n', /:2:1: Tabs are not allowed/],
    'a key twice': ['log_level: info\nlog_level: debug\n', /:2:1: .*unique/],
    'a near miss': ['log_levl: info\n', /:1:1: log_levl: unknown key; did you mean log_level\?/],
    'a near miss deep down': [
      'push:\n  keep_finished_day: 3\n',
      /:2:3: push\.keep_finished_day: .*did you mean keep_finished_days/,
    ],
    'a wrong value': ['push:\n  keep_finished_days: soon\n', /:2:23: push\.keep_finished_days: /],
    'a hostile host': ['hosts:\n  - name: -rf\n    connection: $(id)\n', /:2:11: hosts\[0\]\.name: .*\(and 1 more\)/],
    'one host twice': ['hosts:\n  - {name: a, connection: a}\n  - {name: a, connection: b}\n', /:3:12: /],
    'an unknown tag': ['log_level: !!js/function x\n', /:1:12: Unresolved tag/],
    'two documents': ['---\nlog_level: info\n---\nlog_level: info\n', /:3:1: .*another document/],
    'a bomb of aliases': [bomb, /:1:1: Excessive alias count/],
    'a deep nest': [`a: ${'['.repeat(20_000)}`, /config\.yaml:1:/],
    'another kind of value': ['- a\n', /:1:1: expected object/],
    'not text': [Buffer.from([0xff, 0x00, 0xfe]), /is not UTF-8/],
    'too big': ['#'.repeat(5_000_000), /is too big: 5000000 bytes/],
    'a folder': [() => mkdirSync(configFile), /is not a regular file/],
    'a pipe': [() => execFileSync('mkfifo', [configFile]), /is not a regular file/],
    'a loop of links': [() => symlinkSync('config.yaml', configFile), /symbolic links/],
  }
  const keptDays = async () => {
    const { values } = await product.call('config.get', {})
    return (values.push as { keep_finished_days: number }).keep_finished_days
  }
  const put = (what: string | Buffer | (() => void)) => {
    mkdirSync(join(configFile, '..'), { recursive: true })
    rmSync(configFile, { recursive: true, force: true })
    if (typeof what === 'function') what()
    else writeFileSync(configFile, what)
  }

  test.each(Object.entries(files))('%s, while the core runs: told, and the last good one holds', async (_, [what, message]) => {
    put('push:\n  keep_finished_days: 77\n')
    await waitFor(async () => (await keptDays()) === 77, { what: 'the good config' })
    put(what)
    await waitFor(async () => message.test((await product.status()).configError ?? ''), {
      what: 'the error of the config',
    })
    const pid = product.corePid()
    expect(await keptDays()).toBe(77)
    const set = await product.drover(['config', 'set', 'log_level', 'debug'])
    expectRefusal(set, 1, message)
    expect(product.corePid()).toBe(pid)
  })

  test('broken when the core starts: it runs, says so, and knows its jobs', async () => {
    put('hosts: [\n')
    await product.killCore()
    const { code, stderr, stdout } = await product.drover(['status'])
    expect([code, stderr]).toEqual([0, expect.stringMatching(/config is not in force: .*config\.yaml:2:1/)])
    expect(stdout).toContain('local')
    expect((await product.drover(['doctor'])).stdout).toMatch(/config\.yaml:2:1/)
    expect(await product.job(jobId)).toMatchObject({ state: 'ended', exitCode: 0 })
    expect((await product.drover(['push', '-n', '--', 'echo hi'], { cwd: desk })).stdout).toBe('hi\n')
    put('')
  })
})

describe('other files', () => {
  const sources: Record<string, string> = { beowulf: '.beowulf/hosts', p: '.config/p/config.yaml', 'ssh-config': '.ssh/config' }
  test.each(Object.entries(sources))('what %s left is broken: told, and nothing is imported', async (source, path) => {
    const place = join(product.home.dir, path)
    const kept = existsSync(place) ? readFileSync(place) : null
    mkdirSync(join(place, '..'), { recursive: true })
    for (const make of [
      () => writeFileSync(place, Buffer.from([0xff, 0x00, 0xfe, 0x0a])),
      () => mkdirSync(place),
      () => symlinkSync(place, place),
    ]) {
      rmSync(place, { recursive: true, force: true })
      make()
      const before = readConfig()
      expectRefusal(await product.drover(['host', 'import', source], { cwd: desk }), 1, new RegExp(path))
      expect(readConfig()).toBe(before)
    }
    rmSync(place, { recursive: true, force: true })
    if (kept) writeFileSync(place, kept)
  })
})

describe('the database', () => {
  const database = () => join(data, 'drover.db')
  const damages: Record<string, [damage: () => void, message: RegExp]> = {
    'is something else': [
      () => writeFileSync(database(), 'no database at all, but text '.repeat(99)),
      /drover\.db is not a database/,
    ],
    'is damaged within': [
      () => {
        const file = openSync(database(), 'r+')
        for (let page = 2; page < 8; page += 1) writeSync(file, Buffer.alloc(4096, page), 0, 4096, page * 4096)
        closeSync(file)
      },
      /drover\.db is not a database, or is damaged/,
    ],
    'is cut off': [() => truncateSync(database(), 5000), /drover\.db is not a database, or is damaged/],
    'was written by a newer Drover': [
      () => {
        const file = openSync(database(), 'r+')
        writeSync(file, Buffer.from([0, 0, 3, 231]), 0, 4, 60)
        closeSync(file)
      },
      /drover\.db was written by a newer Drover \(schema 999/,
    ],
    'is a folder': [() => rmSync(database()) ?? mkdirSync(database()), /drover\.db is not a regular file/],
    'is a pipe': [() => rmSync(database()) ?? execFileSync('mkfifo', [database()]), /drover\.db is not a regular file/],
  }

  /** `check` runs while no core can start; afterwards the database is as it was, and so are its jobs. */
  async function whileDamaged(damage: () => void, check: () => Promise<void>): Promise<void> {
    expect(await product.drover(['daemon', 'stop'])).toMatchObject({ code: 0, stderr: '' })
    const safe = join(product.home.dir, 'safe')
    rmSync(safe, { recursive: true, force: true })
    cpSync(data, safe, { recursive: true })
    for (const extra of ['-wal', '-shm']) rmSync(`${database()}${extra}`, { force: true })
    damage()
    const before = hashOf(database())
    await check()
    expect(hashOf(database())).toBe(before)
    // Whoever hears why a core does not start hears it a moment before that core is gone.
    await waitFor(() => !isCoreThere(), { what: 'no core to run' })
    rmSync(data, { recursive: true })
    cpSync(safe, data, { recursive: true })
    chmodSync(data, 0o700)
    expect(await product.job(jobId)).toMatchObject({ state: 'ended' })
  }

  test.each(Object.entries(damages))('%s: told, nothing is changed, and no core runs', (_, [damage, message]) =>
    whileDamaged(damage, async () => expectRefusal(await product.drover(['ls']), 1, message)),
  )

  test('is something else: a push tells so with an exit code of its own', () => {
    const [damage, message] = damages['is something else'] ?? []
    if (!damage || !message) throw new TypeError('There is no such damage')
    return whileDamaged(damage, async () =>
      expectRefusal(await product.drover(['push', '-n', '--', 'true'], { cwd: desk }), 125, message),
    )
  })

  test.each<[string, Buffer | string]>([
    ['bytes', Buffer.from([0xff, 0x00, 0x0a, 0x2f])],
    ['a path that is none', `/${'x'.repeat(3000)}`],
    ['the path of another file', '/etc/passwd\n'],
    ['nothing', ''],
  ])('%s in place of the socket’s path: a core is started all the same', async (_, content) => {
    expect(await product.drover(['daemon', 'stop'])).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(join(data, 'core.socket'), content)
    expect(await product.job(jobId)).toMatchObject({ state: 'ended' })
  })
})

/** What no refused word may change: the config, and the jobs and hosts that the core knows. */
function stateNow(): unknown {
  return { config: readConfig(), jobs: readdirSync(join(product.home.dir, '.drover/jobs')) }
}

function isCoreThere(): boolean {
  try {
    return product.corePid() > 0
  } catch {
    return false
  }
}

function readConfig(): string | null {
  return existsSync(configFile) ? readFileSync(configFile, 'utf8') : null
}

/** Of a file its content, of a folder its names, of anything else its kind. */
function hashOf(path: string): string {
  const text = execFileSync('sh', ['-c', '[ -f "$1" ] && exec cat "$1"; ls -ld "$1"; [ -p "$1" ] || ls "$1"', 'sh', path])
  return createHash('sha256').update(text).digest('hex')
}
