/**
 * The person's ssh files in a bad state, and a real host that can be reached only through them. On the built product: what is wrong is told
 * in seconds, with the file and, where there is one, the line; the file is left as it is; and when it is mended all works at once.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { droverAs, giveTo, isRoot, NOBODY } from '../helpers/other-user.ts'
import { type CliResult, openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'

let box: Sshd
let product: Product
let config: string
let known: string
let good: { config: string; known: string; key: string }
beforeAll(async () => {
  box = await openSshd()
  product = await openProduct({ box })
  config = product.home.sshConfigPath
  known = product.home.knownHostsPath
  good = { config: readFileSync(config, 'utf8'), known: readFileSync(known, 'utf8'), key: readFileSync(box.userKeyPath, 'utf8') }
  expect(await push()).toMatchObject({ code: 0, stdout: 'hi\n' })
})
afterAll(async () => {
  await product.close()
  await box.stop()
})

const push = () => product.drover(['push', '-n', '--on', 'box', '--', 'echo hi'])

/** The core has to connect anew, with the files as they are now. */
async function pushAnew(): Promise<CliResult> {
  await product.killCore()
  return await push()
}

function restore(): void {
  for (const path of [config, known, box.userKeyPath]) rmSync(path, { recursive: true, force: true })
  writeFileSync(box.userKeyPath, good.key, { mode: 0o600 })
  writeFileSync(config, good.config, { mode: 0o600 })
  writeFileSync(known, good.known, { mode: 0o600 })
}

const binary = Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x0a, 0x00, 0x0a])
const instead = (path: () => string, make: (path: string) => void) => () => {
  rmSync(path())
  make(path())
}
const pipe = (path: string) => void execFileSync('mkfifo', [path])
const loop = (path: string) => symlinkSync(path, path)
const write = (path: () => string, content: () => string | Buffer) => () => writeFileSync(path(), content())
const [configFile, knownFile, keyFile] = [() => config, () => known, () => box.userKeyPath]

const broken: Record<string, [put: () => void, said: RegExp]> = {
  'config: an unknown word': [
    write(configFile, () => `Host *\n  Bogus yes\n${good.config}`),
    /\.ssh\/config: line 2: Bad .*bogus;/,
  ],
  'config: a wrong value': [
    write(configFile, () => `Host *\n  Port many\n${good.config}`),
    /\.ssh\/config line 2: Bad port 'many'/,
  ],
  'config: bytes': [write(configFile, () => binary), /\.ssh\/config line 1: /],
  'config: a quote that is not closed': [write(configFile, () => `Host "box\n  Port 1\n${good.config}`), /\.ssh\/config.*line 1/],
  'config: it includes itself': [
    write(configFile, () => `Include ${config}\n${good.config}`),
    /in \S+\.ssh\/config: .*recursive/,
  ],
  'config: a folder': [
    instead(configFile, path => void mkdirSync(path)),
    /Cannot read \S+\.ssh\/config: it is not a regular file/,
  ],
  'config: a pipe': [instead(configFile, pipe), /Cannot read \S+\.ssh\/config: it is not a regular file/],
  'config: a loop of links': [instead(configFile, loop), /\.ssh\/config: Too many levels of symbolic links/],
  'config: gone': [instead(configFile, () => undefined), /\.ssh\/config: No such file/],
  'known_hosts: a folder': [
    instead(knownFile, path => void mkdirSync(path)),
    /Cannot read \S+known_hosts: it is not a regular file/,
  ],
  'known_hosts: a pipe': [instead(knownFile, pipe), /Cannot read \S+known_hosts: it is not a regular file/],
  'known_hosts: a loop of links': [instead(knownFile, loop), /Cannot read \S+known_hosts: ELOOP/],
  'known_hosts: bytes in place of its lines': [
    write(knownFile, () => Buffer.alloc(5_000, 0x81)),
    /not known yet.*host trust box/,
  ],
  'known_hosts: a key of 5 MB': [
    write(knownFile, () => `${good.known.split(' ')[0]} ssh-ed25519 ${'A'.repeat(5_000_000)}\n`),
    /not known yet.*host trust box/,
  ],
  'known_hosts: another key, after bytes': [
    write(knownFile, () => Buffer.concat([binary, Buffer.from(otherKey())])),
    /HAS CHANGED.*known_hosts:3/s,
  ],
  'the key: a pipe': [instead(keyFile, pipe), /user_key: it is not a regular file/],
  'the key: a folder': [instead(keyFile, path => void mkdirSync(path)), /user_key: it is not a regular file/],
  'the key: a device': [instead(keyFile, path => symlinkSync('/dev/zero', path)), /user_key: it is not a regular file/],
  'the key: 20 MB': [write(keyFile, () => Buffer.alloc(20_000_000, 'x')), /user_key: it has 20000000 bytes/],
  'the key: cut off': [write(keyFile, () => good.key.slice(0, 100)), /user_key/],
  'the key: gone': [instead(keyFile, () => undefined), /let .* in/],
}

describe('broken', () => {
  test.each(Object.entries(broken))('%s: told, left as it is, and mended it works at once', async (_, [put, said]) => {
    restore()
    put()
    const before = [stateOf(config), stateOf(known)]
    expectRefusal(await pushAnew(), said)
    expect([stateOf(config), stateOf(known)]).toEqual(before)
    const { jobs } = await product.call('job.list', {})
    expect(jobs.map(({ command }) => command)).toContainEqual({ line: 'echo hi' })
    restore()
    expect(await push()).toEqual({ code: 0, stdout: 'hi\n', stderr: '' })
  })
})

describe('odd, and good enough', () => {
  const odd: Record<string, () => void> = {
    'known_hosts: bytes before its lines': write(knownFile, () => Buffer.concat([binary, Buffer.from(good.known)])),
    'known_hosts: a line of 20 MB': write(knownFile, () => `${'x'.repeat(20_000_000)}\n${good.known}`),
    'known_hosts: 50,000 lines': write(knownFile, () => `${otherKey('h').repeat(50_000)}${good.known}`),
    'config: a comment of 20 MB': write(configFile, () => `# ${'x'.repeat(20_000_000)}\n${good.config}`),
    'config: it includes what is not there': write(configFile, () => `Include /no/such/file\n${good.config}`),
    'config: line ends of DOS': write(configFile, () => good.config.replaceAll('\n', '\r\n')),
  }
  test.each(Object.entries(odd))('%s', async (_, put) => {
    restore()
    put()
    expect(await pushAnew()).toEqual({ code: 0, stdout: 'hi\n', stderr: '' })
  })
})

describe('unreadable', () => {
  /** Somebody who is not root, and has a key of his own to the same host. */
  async function asOwner(words: readonly string[]): Promise<CliResult> {
    return await droverAs(words, { env: product.env, user: NOBODY, cwd: product.home.dir })
  }
  beforeAll(async () => {
    await product.drover(['daemon', 'stop'])
    const key = join(product.home.dir, 'key')
    copyFileSync(box.userKeyPath, key)
    good.config = good.config.replaceAll(box.userKeyPath, key)
    restore()
    giveTo(NOBODY, product.home.dir)
    expect(await asOwner(['push', '-n', '--on', 'box', '--', 'echo hi'])).toMatchObject({ code: 0, stdout: 'hi\n' })
  })

  test.each<[string, (home: string) => string, RegExp]>([
    ['config', () => config, /Can't open user config file \S+\.ssh\/config: Permission denied/],
    ['known_hosts', () => known, /Cannot read \S+known_hosts: .*Permission denied/],
    ['the key', home => join(home, 'key'), /home-\w+\/key: EACCES: permission denied/],
    ['.ssh', () => join(config, '..'), /\.ssh\/config: Permission denied/],
  ])('%s', async (_, place, said) => {
    if (!isRoot()) throw new Error('A file of another user: run this test as root')
    const path = place(product.home.dir)
    const { mode } = lstatSync(path)
    await asOwner(['daemon', 'stop'])
    execFileSync('chmod', ['0', path])
    try {
      expectRefusal(await asOwner(['push', '-n', '--on', 'box', '--', 'echo hi']), said)
    } finally {
      execFileSync('chmod', [(mode & 0o777).toString(8), path])
    }
    expect(await asOwner(['push', '-n', '--on', 'box', '--', 'echo hi'])).toEqual({ code: 0, stdout: 'hi\n', stderr: '' })
  })
})

function otherKey(name?: string): string {
  const place = name ?? good.known.split(' ')[0]
  return `${place} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeXZJUJWAH0F2nhRHZG3x1zJ8Ww0xKFG5gkVtrqLVfR\n`
}

function expectRefusal({ code, stdout, stderr }: CliResult, said: RegExp): void {
  expect(stderr).toMatch(said)
  expect(stderr).toMatch(/^error: /)
  expect(stderr).not.toMatch(/^\s+at |node:|INTERNAL|\\r/m)
  expect({ code, stdout }).toEqual({ code: 125, stdout: '' })
}

/** Of a file its content and mode, of anything else its kind. */
function stateOf(path: string): unknown {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat && { mode: stat.mode, size: stat.size, content: stat.isFile() ? readFileSync(path, 'latin1') : null }
}
