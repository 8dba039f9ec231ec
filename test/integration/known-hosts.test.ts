/** Our verdict on a host's key beside that of the real ssh, with StrictHostKeyChecking=yes, over every kind of known_hosts. */
import { execFile, execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dial } from '../../src/main/hosts/dial.ts'
import { trustHost } from '../../src/main/hosts/trust.ts'
import { AppError } from '../../src/shared/errors.ts'
import { makeDialler } from '../helpers/dial.ts'
import { makeKey, openSshd, type Sshd } from '../helpers/sshd.ts'
import { makeTestHome } from '../helpers/test-home.ts'

const execute = promisify(execFile)

let sshd: Sshd
let other: { ed25519: string; ecdsa: string }
beforeAll(async () => {
  sshd = await openSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] })
  other = {
    ed25519: makeKey(join(sshd.dir, 'other_ed25519')).publicKey,
    ecdsa: makeKey(join(sshd.dir, 'other_ecdsa'), 'ecdsa').publicKey,
  }
})
afterAll(() => sshd.stop())

type Case = { name: string; lines(): string; config?: () => string }

const place = () => `[${sshd.address}]:${sshd.port}`
const key = (type: 'ed25519' | 'ecdsa' | 'rsa') => sshd.hostKeys.find(each => each.type === type)?.publicKey ?? ''
const hash = (lines: string) => {
  const file = join(sshd.dir, 'to_hash')
  writeFileSync(file, lines)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
  return readFileSync(file, 'utf8')
}

const CASES: Case[] = [
  { name: 'nothing', lines: () => '' },
  { name: 'its ed25519 key', lines: () => `${place()} ${key('ed25519')}` },
  { name: 'only its ecdsa key', lines: () => `${place()} ${key('ecdsa')}` },
  { name: 'only its rsa key', lines: () => `${place()} ${key('rsa')}` },
  { name: 'hashed', lines: () => hash(`${place()} ${key('ed25519')}\n`) },
  {
    name: 'hashed, among others',
    lines: () => hash(`a.example ${other.ed25519}\n${place()} ${key('ecdsa')}\nb.example ${other.ed25519}\n`),
  },
  { name: 'another port', lines: () => `[${sshd.address}]:1 ${key('ed25519')}` },
  { name: 'the bare name, without port', lines: () => `${sshd.address} ${key('ed25519')}` },
  { name: 'another key under the bare name', lines: () => `${sshd.address} ${other.ed25519}` },
  { name: 'a wildcard', lines: () => `[127.0.*]:${sshd.port} ${key('ed25519')}` },
  { name: 'a list of names', lines: () => `example.org,${place()},other ${key('ed25519')}` },
  { name: 'a negated name', lines: () => `[127.0.0.*]:*,!${place()} ${key('ed25519')}` },
  { name: 'another key of the same type', lines: () => `${place()} ${other.ed25519}` },
  { name: 'another key of another type', lines: () => `${place()} ${other.ecdsa}` },
  { name: 'the right key after a wrong one', lines: () => `${place()} ${other.ed25519}\n${place()} ${key('ed25519')}` },
  { name: 'a right rsa key, a wrong ed25519 key', lines: () => `${place()} ${other.ed25519}\n${place()} ${key('rsa')}` },
  { name: 'its key, revoked', lines: () => `@revoked ${place()} ${key('ed25519')}` },
  { name: 'its key, known and revoked', lines: () => `${place()} ${key('ed25519')}\n@revoked * ${key('ed25519')}` },
  { name: 'another key, revoked', lines: () => `${place()} ${key('ed25519')}\n@revoked ${place()} ${other.ed25519}` },
  {
    name: 'revoked under the bare name only',
    lines: () => `${place()} ${key('ed25519')}\n@revoked ${sshd.address} ${key('ed25519')}`,
  },
  {
    name: 'comments, empty lines, rubbish',
    lines: () => `# ${place()}\n\nrubbish\n${place()} ssh-ed25519 AAAA\n${place()} ${key('ed25519')} me@here`,
  },
  { name: 'a tab, a CR, no line end', lines: () => `${place()}\t${key('ed25519')}\r` },
  { name: 'an upper-case name', lines: () => `${place().toUpperCase()} ${key('ed25519')}` },
  { name: 'under a HostKeyAlias', lines: () => `fred ${key('ed25519')}`, config: () => 'HostKeyAlias fred' },
  {
    name: 'by address, while a HostKeyAlias is set',
    lines: () => `${place()} ${key('ed25519')}`,
    config: () => 'HostKeyAlias fred',
  },
  { name: 'in the second file', lines: () => '', config: () => `UserKnownHostsFile ${sshd.dir}/none ${sshd.dir}/second` },
  { name: 'in the global file', lines: () => '', config: () => `GlobalKnownHostsFile ${sshd.dir}/second` },
  { name: 'nothing, with StrictHostKeyChecking accept-new', lines: () => '', config: () => 'StrictHostKeyChecking accept-new' },
]

describe('the verdict is that of ssh', () => {
  test.each(CASES)('$name', async ({ lines, config }) => {
    writeFileSync(join(sshd.dir, 'second'), `${place()} ${key('ed25519')}\n`)
    const home = makeTestHome({ box: sshd }, { knownHosts: lines(), sshConfig: `Host box\n  ${config?.() ?? ''}\n` })
    onTestFinished(home.remove)
    const dialler = makeDialler(home)
    onTestFinished(dialler.close)
    const ours = await dial({ name: 'box', connection: 'box' }, dialler.deps).then(
      ({ transport }) => transport.close().then(() => 'in'),
      error => verdictOf(error),
    )
    expect(ours).toBe(await verdictOfSsh(home.sshConfigPath))
  })
})

/** In words that both use. */
function verdictOf(error: unknown): string {
  if (!(error instanceof AppError)) return String(error)
  if (error.code === 'HOST_KEY_UNKNOWN') return 'unknown'
  if (error.code !== 'HOST_KEY_CHANGED') return `${error.code}: ${error.message}`
  return error.message.includes('REVOKED') ? 'revoked' : 'changed'
}

async function verdictOfSsh(configPath: string): Promise<string> {
  const args = [
    '-F',
    configPath,
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    'KexAlgorithms=curve25519-sha256',
    'box',
    'true',
  ]
  return execute('ssh', args).then(
    () => 'in',
    ({ stderr }: { stderr: string }) => {
      if (/REVOKED HOST KEY|marked as revoked/.test(stderr)) return 'revoked'
      if (/HAS CHANGED/.test(stderr)) return 'changed'
      return /host key is known for/.test(stderr) ? 'unknown' : stderr
    },
  )
}

describe('messages', () => {
  test('an unknown key comes with its fingerprint and the way to accept it', async () => {
    const home = makeTestHome({ box: sshd }, { knownHosts: '' })
    onTestFinished(home.remove)
    const dialler = makeDialler(home)
    onTestFinished(dialler.close)
    const error = await dial({ name: 'box', connection: 'box' }, dialler.deps).catch(refusal => refusal)
    expect(error.message).toContain(sshd.hostKeys[0]?.fingerprint)
    expect(error.message).toContain('drover host trust box')
  })

  test('a changed key comes with both fingerprints, file and line, and how to forget the old one', async () => {
    const home = makeTestHome({ box: sshd }, { knownHosts: `# first\n${place()} ${other.ed25519}\n` })
    onTestFinished(home.remove)
    const dialler = makeDialler(home)
    onTestFinished(dialler.close)
    const error = await dial({ name: 'box', connection: 'box' }, dialler.deps).catch(refusal => refusal)
    const old = execFileSync('ssh-keygen', ['-l', '-f', join(sshd.dir, 'other_ed25519.pub')], { encoding: 'utf8' }).split(' ')[1]
    for (const part of [sshd.hostKeys[0]?.fingerprint, old, `${home.knownHostsPath}:2`, `ssh-keygen -R '${place()}'`]) {
      expect(error.message).toContain(part)
    }
  })
})

describe('trust', () => {
  async function setUp(knownHosts: string, sshConfig = '') {
    const home = makeTestHome({ box: sshd }, { knownHosts, sshConfig })
    onTestFinished(home.remove)
    const dialler = makeDialler(home)
    onTestFinished(dialler.close)
    const trust = (fingerprint: string | null) => trustHost({ name: 'box', connection: 'box', fingerprint }, dialler.deps)
    return { home, trust, isLetIn: async () => (await verdictOfSsh(home.sshConfigPath)) === 'in' }
  }
  const fingerprints = () => sshd.hostKeys.map(each => each.fingerprint)

  test('shows every key, and accepts exactly the one named', async () => {
    const { home, trust, isLetIn } = await setUp('')
    const offer = await trust(null)
    expect(offer.isTrusted).toBe(false)
    expect(offer.keys.map(each => each.fingerprint).toSorted()).toEqual(fingerprints().toSorted())
    expect(readFileSync(home.knownHostsPath, 'utf8')).toBe('')
    expect((await trust(fingerprints()[1] ?? '')).isTrusted).toBe(true)
    expect(readFileSync(home.knownHostsPath, 'utf8')).toBe(`${place()} ${key('ecdsa')}\n`)
    expect(await isLetIn()).toBe(true)
    expect((await trust(null)).isTrusted).toBe(true)
  })

  test('adds a line of its own and leaves the others, hashed if the config says so', async () => {
    const before = `# mine\nexample.org ${other.ed25519}`
    const { home, trust, isLetIn } = await setUp(before, 'Host box\n  HashKnownHosts yes\n')
    await trust(fingerprints()[0] ?? '')
    const text = readFileSync(home.knownHostsPath, 'utf8')
    expect(text.startsWith(`${before}\n|1|`)).toBe(true)
    expect(text).not.toContain(sshd.address)
    expect(await isLetIn()).toBe(true)
  })

  test('makes the file where there is none, for its owner only', async () => {
    const { home, trust, isLetIn } = await setUp('', `Host box\n  UserKnownHostsFile ${sshd.dir}/made/known_hosts\n`)
    await trust(fingerprints()[0] ?? '')
    expect(statSync(`${sshd.dir}/made/known_hosts`).mode & 0o777).toBe(0o600)
    expect(statSync(`${sshd.dir}/made`).mode & 0o777).toBe(0o700)
    expect(readFileSync(home.knownHostsPath, 'utf8')).toBe('')
    expect(await isLetIn()).toBe(true)
  })

  test('refuses a fingerprint the host does not have, a changed key and a revoked one', async () => {
    const unknown = await setUp('')
    await expect(unknown.trust('SHA256:nonsense')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const changed = await setUp(`${place()} ${other.ed25519}\n`)
    expect((await changed.trust(null)).changedFrom).toHaveLength(1)
    await expect(changed.trust(fingerprints()[0] ?? '')).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' })
    const revoked = await setUp(`@revoked ${place()} ${key('ed25519')}\n`)
    await expect(revoked.trust(fingerprints()[0] ?? '')).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' })
    expect(readFileSync(changed.home.knownHostsPath, 'utf8').split('\n')).toHaveLength(2)
  })

  test('an edit of the file counts at once', async () => {
    const { home, trust } = await setUp(`${place()} ${key('ed25519')}\n`)
    expect((await trust(null)).isTrusted).toBe(true)
    appendFileSync(home.knownHostsPath, `@revoked ${place()} ${key('ed25519')}\n`)
    expect((await trust(null)).isTrusted).toBe(false)
  })
})
