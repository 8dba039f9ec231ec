/**
 * A computer that is not as it should be: folders that take nothing, files of others, variables that lead nowhere. On the built product:
 * what cannot be done is told in seconds, by name and with what to do, and leaves all as it was; what can be done all the same is done.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { shellQuote } from '../../src/shared/shell-quote.ts'
import { droverAs, type ForeignRun, giveTo, isRoot, NOBODY, UNKNOWN } from '../helpers/other-user.ts'
import { pidsWithEnv, signalAll } from '../helpers/processes.ts'
import { type CliResult, DROVER, openProduct, type Product } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

let product: Product
let home: string
/** Places below `home`, as without any XDG variable. */
let plain: Record<string, string>
beforeAll(async () => {
  product = await openProduct()
  home = join(product.home.dir, 'me')
  const none = { XDG_CONFIG_HOME: '', XDG_DATA_HOME: '', XDG_STATE_HOME: '' }
  // Node keeps what is compiled for each user apart.
  const compiled = join(product.home.dir, 'compiled')
  mkdirSync(compiled)
  giveTo(NOBODY, compiled)
  plain = { ...product.env, ...none, HOME: home, TMPDIR: home, NODE_COMPILE_CACHE: compiled }
  chmodSync(product.home.dir, 0o755)
})
afterAll(() => product.close())
beforeEach(() => {
  mkdirSync(home, { mode: 0o700 })
  const run = product.env.XDG_RUNTIME_DIR ?? ''
  giveTo(NOBODY, home, run)
  return async () => {
    await waitFor(() => {
      const left = pidsWithEnv(`DROVER_TEST_PRODUCT=${product.home.dir}`)
      signalAll(left, 'SIGKILL')
      return left.length === 0
    })
    execFileSync('chmod', ['-R', 'u+rwX', home])
    rmSync(home, { recursive: true })
  }
})

const asNobody = (words: readonly string[], env: Record<string, string> = {}, more: Partial<ForeignRun> = {}) =>
  droverAs(words, { env: { ...plain, ...env }, user: NOBODY, cwd: home, ...more })

/** A core has run here and has a job; nothing runs any more. It did so once, and its home is copied. */
async function lived(): Promise<void> {
  const kept = join(product.home.dir, 'lived')
  if (!existsSync(kept)) {
    expect(await asNobody(['push', '-n', '--', 'echo hi'])).toMatchObject({ code: 0, stdout: 'hi\n' })
    expect(await asNobody(['daemon', 'stop'])).toMatchObject({ code: 0 })
    execFileSync('cp', ['-a', home, kept])
  } else execFileSync('cp', ['-a', '--', `${kept}/.`, home])
}

/** One error with what is at fault and what to do, and no word of our insides. */
function expectRefusal({ code, stdout, stderr }: CliResult, wanted: number, ...said: (string | RegExp)[]): void {
  for (const part of said) expect(stderr).toMatch(part)
  expect(stderr).toMatch(/^(error: |\S+Z error core )/)
  expect(stderr).not.toMatch(/^\s+at |node:|INTERNAL|mistake|Is the disk full/m)
  expect(stderr.trim().split('\n').length).toBeLessThan(4)
  expect({ code, stdout }).toEqual({ code: wanted, stdout: '' })
}

const files = () =>
  execFileSync('find', [home, '-path', '*/.cache', '-prune', '-o', '-printf', '%P %y %m %u %s\n'], { encoding: 'utf8' })
const shut = (path: string, mode: number) => () => chmodSync(join(home, path), mode)
const taken = (path: string, mode: number) => () => {
  if (!isRoot()) throw new Error('Files of another user: run this test as root')
  execFileSync('chown', ['0:0', join(home, path)])
  chmodSync(join(home, path), mode)
}
const DATA = '.local/share/drover'
const STATE = '.local/state/drover'

describe('a home that takes no folders', () => {
  const logIn = (place: string) => `${place}/.local/state/drover/core.log`
  test.each(['/proc', '/proc/self', '/sys', '/dev/null', '/nonexistent/deep/down'])('%s', async place => {
    const env = { HOME: place, EDITOR: 'true' }
    const said = /, mkdir|not a directory|file already exists/
    expectRefusal(await asNobody(['ls'], env), 1, logIn(place), said, 'set XDG_STATE_HOME')
    expectRefusal(await asNobody(['config', 'edit'], env), 1, `${place}/.config/drover`, 'set XDG_CONFIG_HOME')
  })

  test.each(['/proc', '/dev/null'])(
    '%s, and other words: each has its exit code, and what needs no folder does its work',
    async place => {
      const env = { HOME: place }
      expectRefusal(await asNobody(['push', '-n', '--', 'true'], env), 125, logIn(place), 'set XDG_STATE_HOME')
      expectRefusal(await asNobody(['daemon', 'run'], env), 1, `${place}/.local/share/drover`, 'set XDG_DATA_HOME')
      expect(await asNobody(['help'], env)).toMatchObject({ code: 0, stderr: '' })
      expect(await asNobody(['daemon', 'stop'], env)).toMatchObject({ code: 0, stderr: '' })
    },
  )

  test.each([
    ['XDG_STATE_HOME', /core’s log \/proc\/drover\/core\.log/],
    ['XDG_DATA_HOME', /Cannot make the folder \/proc\/drover/],
  ])('%s there', async (name, message) => {
    expectRefusal(await asNobody(['ls'], { [name]: '/proc' }), 1, message, `set ${name}`)
  })

  test('XDG_CONFIG_HOME there: only what would write it fails', async () => {
    expect(await asNobody(['push', '-n', '--', 'echo hi'], { XDG_CONFIG_HOME: '/proc' })).toMatchObject({
      code: 0,
      stdout: 'hi\n',
    })
    expectRefusal(await asNobody(['config', 'set', 'log_level', 'debug'], { XDG_CONFIG_HOME: '/proc' }), 1, '/proc/drover')
  })

  test('the cache there: it is done without', async () => {
    expect(await asNobody(['help'], { XDG_CACHE_HOME: '/proc', NODE_COMPILE_CACHE: '' })).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('what cannot be written', () => {
  const places: Record<string, [make: () => void, said: RegExp]> = {
    'the database, another user’s': [
      taken(`${DATA}/drover.db`, 0o444),
      /Cannot write \S+\/drover\.db: EACCES.*set XDG_DATA_HOME/,
    ],
    'the database, read-only': [shut(`${DATA}/drover.db`, 0o400), /Cannot write \S+\/drover\.db: EACCES.*set XDG_DATA_HOME/],
    'its folder, another user’s': [taken(DATA, 0o755), /share\/drover belongs to another user.*set XDG_DATA_HOME/],
    'its folder, read-only': [shut(DATA, 0o500), /Cannot write \S+\/drover\.db: EACCES.*set XDG_DATA_HOME/],
    'the log, another user’s': [taken(`${STATE}/core.log`, 0o444), /core’s log \S+\/core\.log: EACCES.*set XDG_STATE_HOME/],
    'the folder of the log, closed': [shut(STATE, 0o000), /core’s log \S+\/core\.log: EACCES.*set XDG_STATE_HOME/],
    'where the socket’s path stands, closed': [shut(`${DATA}/core.socket`, 0o000), /Cannot read \S+\/core\.socket \(EACCES\)/],
  }
  test.each(Object.entries(places))('%s: told, nothing changes, and all is there when it is mended', async (_, [make, said]) => {
    await lived()
    make()
    const before = files()
    expectRefusal(await asNobody(['ls', '-a']), 1, said)
    expect(files().replace(/core\.log .*/, '')).toBe(before.replace(/core\.log .*/, ''))
    giveTo(NOBODY, home)
    execFileSync('chmod', ['-R', 'u+rwX', home])
    expect((await asNobody(['ls', '-a'])).stdout).toContain('echo hi')
  })

  test('a push says so too, with an exit code of its own', async () => {
    await lived()
    shut(`${DATA}/drover.db`, 0o400)()
    expectRefusal(await asNobody(['push', '-n', '--', 'true']), 125, /Cannot write \S+\/drover\.db: EACCES.*set XDG_DATA_HOME/)
  })

  test('a whole home on a read-only disk', async () => {
    if (!isRoot()) throw new Error('A read-only disk must be mounted: run this test as root')
    await lived()
    const elsewhere = join(product.home.dir, 'state')
    mkdirSync(elsewhere)
    giveTo(NOBODY, elsewhere)
    execFileSync('mount', ['--bind', home, home])
    try {
      execFileSync('mount', ['-o', 'remount,ro,bind', home])
      expectRefusal(await asNobody(['ls', '-a']), 1, /core\.log: EROFS: read-only file system/)
      const env = { XDG_STATE_HOME: elsewhere }
      expectRefusal(await asNobody(['ls', '-a'], env), 1, /drover\.db: EROFS: read-only file system/)
    } finally {
      execFileSync('umount', ['--lazy', home])
    }
    expect((await asNobody(['ls', '-a'])).stdout).toContain('echo hi')
  })

  test('the config: only what would write it fails', async () => {
    await lived()
    mkdirSync(join(home, '.config/drover'), { recursive: true })
    writeFileSync(join(home, '.config/drover/config.yaml'), 'log_level: info\n')
    giveTo(NOBODY, home)
    chmodSync(join(home, '.config/drover'), 0o500)
    expectRefusal(await asNobody(['config', 'set', 'log_level', 'debug']), 1, /Cannot write \S+\/config\.yaml: EACCES/)
    expect(await asNobody(['push', '-n', '--', 'echo hi'])).toMatchObject({ code: 0, stdout: 'hi\n' })
  })
})

/** A command line that starts its core in this environment does its work; gives the socket's path. */
async function works(env: Record<string, string> = {}, more: Partial<ForeignRun> = {}): Promise<string> {
  const pushed = await asNobody(['push', '-n', '--', 'printf "%s" "ä-$HOME"'], env, more)
  expect(pushed).toEqual({ code: 0, stdout: `ä-${env.HOME ?? home}`, stderr: '' })
  return readFileSync(join(home, DATA, 'core.socket'), 'utf8').trim()
}

describe('a runtime folder', () => {
  const long = () => join(product.home.dir, 'x'.repeat(90))
  const others: Record<string, () => string> = {
    missing: () => join(home, 'none'),
    'relative to where one stands': () => 'run',
    'of another user': () => {
      const theirs = join(home, 'theirs')
      mkdirSync(theirs, { mode: 0o700 })
      return theirs
    },
    'that takes nothing': () => '/proc',
    'with too long a path': () => {
      mkdirSync(long())
      onTestFinished(() => rmSync(long(), { recursive: true }))
      giveTo(NOBODY, long())
      return long()
    },
    'that is a file': () => {
      writeFileSync(join(home, 'file'), '')
      return join(home, 'file')
    },
  }
  test.each(Object.entries(others))('%s gives way to the next', async (_, make) => {
    const folder = make()
    expect(await works({ XDG_RUNTIME_DIR: folder, TMPDIR: home })).toMatch(new RegExp(`^${home}/drover-\\d+/core\\.`))
  })

  test('open to others is refused, with what to do', async () => {
    mkdirSync(join(home, 'run/drover'), { recursive: true })
    chmodSync(join(home, 'run/drover'), 0o755)
    giveTo(NOBODY, home)
    const env = { XDG_RUNTIME_DIR: join(home, 'run') }
    expectRefusal(
      await asNobody(['ls'], env),
      1,
      /run\/drover cannot hold our socket: .*chmod 700 \S+\/run\/drover\. Or set XDG_RUNTIME_DIR/,
    )
  })

  test('with none, and the place in /tmp taken by another user: told by name', async () => {
    if (!isRoot()) throw new Error('A folder of another user: run this test as root')
    const squatted = `/tmp/drover-${UNKNOWN}`
    mkdirSync(squatted, { mode: 0o700 })
    onTestFinished(() => rmSync(squatted, { recursive: true }))
    giveTo(UNKNOWN, home)
    const env = { ...plain, XDG_RUNTIME_DIR: '', TMPDIR: '/no/such' }
    const refused = await droverAs(['ls'], { env, user: UNKNOWN })
    expectRefusal(
      refused,
      1,
      new RegExp(`${squatted} cannot hold our socket: it belongs to another user \\(uid 0\\).*set XDG_RUNTIME_DIR`),
    )
  })
})

describe('a runtime folder that is removed under a core, as at a logout', () => {
  test('the next command has a core that knows its jobs, and one that was attached goes on', async () => {
    const run = join(home, 'run')
    const make = () => {
      mkdirSync(run, { mode: 0o700 })
      giveTo(NOBODY, run)
    }
    make()
    const env = { XDG_RUNTIME_DIR: run }
    const attached = asNobody(['push', '-n', '--', `until [ -e ${home}/go ]; do sleep 0.1; done; echo went`], env)
    await waitFor(async () => (await asNobody(['ls'], env)).stdout.includes('running'), { timeoutMs: 30_000, what: 'the job' })
    rmSync(run, { recursive: true })
    make()
    const listed = await waitFor(
      async () => {
        const { code, stdout } = await asNobody(['ls'], env)
        return code === 0 && stdout.includes('running') && stdout
      },
      { timeoutMs: 40_000, what: 'a core that answers' },
    )
    expect(listed.trim().split('\n')).toHaveLength(1)
    writeFileSync(join(home, 'go'), '')
    expect(await attached).toMatchObject({ code: 0, stdout: 'went\n' })
  })
})

test('a database that is moved away under a core takes no more jobs, says so, and does again when it is back', async () => {
  const run = (...words: string[]) => asNobody(words)
  expect(await run('push', '-n', '--', 'echo one')).toMatchObject({ code: 0, stdout: 'one\n' })
  const database = join(home, '.local/share/drover/drover.db')
  renameSync(database, `${database}.away`)
  const gone = expect.stringMatching(/drover\.db was removed or replaced .*drover daemon restart/)
  expect(await run('push', '-n', '--', 'touch ran')).toMatchObject({ code: 125, stdout: '', stderr: gone })
  expect(await run('doctor')).toMatchObject({ code: 1, stdout: gone })
  expect(existsSync(join(home, 'ran'))).toBe(false)
  renameSync(`${database}.away`, database)
  expect(await run('push', '-n', '--', 'echo two')).toMatchObject({ code: 0, stdout: 'two\n' })
  expect((await run('ls', '-a')).stdout.trim().split('\n')).toHaveLength(2)
})

describe('a user', () => {
  test('who is not in the password file has all but ssh', async () => {
    giveTo(UNKNOWN, home)
    const as = (words: string[], env: Record<string, string> = {}) =>
      droverAs(words, { env: { ...plain, XDG_RUNTIME_DIR: '', TMPDIR: home, ...env }, user: UNKNOWN })
    expect(await as(['push', '-n', '--', 'echo hi'])).toEqual({ code: 0, stdout: 'hi\n', stderr: '' })
    const added = await as(['host', 'add', 'me@192.0.2.1', '-n', 'far'])
    expect(added.stderr).toMatch(isRoot() ? /No user exists for uid 54321/ : /./)
    expect(await as(['daemon', 'stop'])).toMatchObject({ code: 0 })
    const message = 'HOME is not set to an absolute path, and the password file names none for user 54321. Set HOME'
    for (const HOME of ['', 'relative']) expectRefusal(await as(['ls'], { HOME }), 1, isRoot() ? message : /./)
  })

  test.each(['', 'relative'])('with HOME=%j has the home of the password file, also in jobs', async HOME => {
    const { XDG_CONFIG_HOME = '', XDG_DATA_HOME = '', XDG_STATE_HOME = '' } = product.env
    giveTo(NOBODY, product.home.dir)
    const env = { XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME, HOME }
    const { stdout, stderr } = await asNobody(['host', 'test', 'local'], env)
    expect(stdout + stderr).toContain('/nonexistent')
  })

  test('with two homes and one runtime folder has two cores, and each answers its own', async () => {
    const other = { HOME: join(home, 'other') }
    mkdirSync(other.HOME)
    giveTo(NOBODY, home)
    await asNobody(['push', '-n', '--', 'echo first'])
    expect(await asNobody(['push', '-n', '--', 'echo second'], other)).toMatchObject({ code: 0, stdout: 'second\n' })
    const jobs = async (env = {}) => (await asNobody(['ls', '-a'], env)).stdout
    expect([await jobs(), await jobs(other)]).toEqual([
      expect.stringMatching(/^.*echo first.*\n$/),
      expect.stringMatching(/^.*echo second.*\n$/),
    ])
    expect(await asNobody(['daemon', 'stop'])).toMatchObject({ code: 0 })
    expect(await jobs(other)).toContain('echo second')
    expect(await jobs()).toMatch(/^.*echo first.*\n$/)
    for (const env of [{}, other]) expect(await asNobody(['daemon', 'stop'], env)).toMatchObject({ code: 0 })
  })
})

describe('a core is started, and does its work', () => {
  const odd: Record<string, [env: Record<string, string>, before: string[]]> = {
    'with LANG=C': [{ LANG: 'C', LC_ALL: 'C' }, []],
    'without LANG': [{ LANG: '', LC_ALL: '' }, []],
    'without a temporary folder': [{ TMPDIR: '/no/such' }, []],
    'with a temporary folder that takes nothing': [{ TMPDIR: '/proc' }, []],
    'with one relative to where it stands': [{ TMPDIR: 'here' }, []],
    'without a terminal': [{}, ['setsid', '-w']],
    'from a folder that is gone': [{}, ['sh', '-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', 'sh']],
    'with a mask for others': [{}, ['sh', '-c', 'umask 077; exec "$@"', 'sh']],
    'with an empty PATH of its own': [{ PATH: '/usr/bin:/bin' }, []],
  }
  test.each(Object.entries(odd))('%s', async (_, [env, before]) => {
    const started = await asNobody(['daemon', 'start'], env, { before })
    // The shell that starts us has a word to say of a folder that is gone.
    expect({ ...started, stderr: started.stderr.replace(/^sh: .*getcwd.*\n/, '') }).toMatchObject({ code: 0, stderr: '' })
    const folder = join(home, 'tree/größe')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'ä.txt'), 'text')
    giveTo(NOBODY, join(home, 'tree'))
    const pushed = await asNobody(['push', '--', 'cat */*.txt; echo; ls'], env, { cwd: join(home, 'tree') })
    expect(pushed).toEqual({ code: 0, stdout: 'text\ngröße\n', stderr: '' })
  })

  test('with no open file at all', async () => {
    const script = `${shellQuote(DROVER)} ls <&- >&- 2>&-`
    execFileSync('sh', ['-c', script], { env: plain, cwd: home })
    expect(await droverAs(['push', '-n', '--', 'echo hi'], { env: plain, cwd: home })).toEqual({
      code: 0,
      stdout: 'hi\n',
      stderr: '',
    })
  })

  test('without a terminal nothing is asked, and nothing waits', async () => {
    const id = (await asNobody(['push', '-d', '-n', '--', 'true'])).stdout.trim()
    expect(await asNobody(['wait', id])).toMatchObject({ code: 0 })
    expectRefusal(await asNobody(['rm', id], {}, { before: ['setsid', '-w'] }), 2, /no terminal to ask on/)
  })
})
