/** Which key lets us in: agents, files, locked files; and what is said when none does. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { dial } from '../../src/main/hosts/dial.ts'
import { makeDialler } from '../helpers/dial.ts'
import { type HostKeyType, makeKey, type Sshd, startSshd } from '../helpers/sshd.ts'
import { makeTestHome } from '../helpers/test-home.ts'
import { waitFor } from '../helpers/wait.ts'

type Options = { identities?: string[]; agent?: string; onlyThose?: boolean; sshConfig?: string; extraConfig?: string[] }

/** A host and a person whose config names `identities`, in a folder for keys. */
async function setUp(make: (dir: string, sshd: Sshd) => Options | Promise<Options> = () => ({}), extraConfig: string[] = []) {
  const sshd = await startSshd({ extraConfig })
  const dir = mkdtempSync(join(tmpdir(), 'keys-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const { identities = [], agent = 'none', onlyThose = true, sshConfig = '' } = await make(dir, sshd)
  const home = makeTestHome({ box: sshd })
  onTestFinished(home.remove)
  // In place of the helper's config, which names the host's own key.
  writeFileSync(
    home.sshConfigPath,
    `Host box
  HostName ${sshd.address}
  Port ${sshd.port}
  User ${sshd.user}
  UserKnownHostsFile ${home.knownHostsPath}
  IdentitiesOnly ${onlyThose ? 'yes' : 'no'}
  IdentityAgent ${agent}
  ${(identities.length > 0 ? identities : ['none']).map(path => `IdentityFile ${path}`).join('\n  ')}
  ${sshConfig}
`,
  )
  const dialler = makeDialler(home)
  onTestFinished(dialler.close)
  const login = async () => {
    const { transport, reason } = await dial({ name: 'box', connection: 'box' }, dialler.deps)
    await transport.close()
    return reason ?? transport.kind
  }
  return { sshd, dir, login, unlock: (path: string, passphrase: string) => dialler.deps.vault.unlock(path, passphrase) }
}

function key(
  dir: string,
  sshd: Sshd,
  options: { type?: HostKeyType; name?: string; passphrase?: string; isLetIn?: boolean } = {},
): string {
  const { type = 'ed25519', name = `id_${type}`, passphrase = '', isLetIn = true } = options
  const made = makeKey(join(dir, name), type, passphrase)
  if (isLetIn) sshd.authorize(made.publicKey)
  return made.path
}

async function startAgent(dir: string, keys: readonly string[]): Promise<string> {
  const socket = join(dir, 'agent.sock')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  onTestFinished(() => void agent.kill())
  await waitFor(() => existsSync(socket), { what: 'the ssh-agent' })
  for (const path of keys)
    execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
  return socket
}

test.each(['ed25519', 'ecdsa', 'rsa'] as const)('a plain %s key', async type => {
  const { login } = await setUp((dir, sshd) => ({ identities: [key(dir, sshd, { type })] }))
  expect(await login()).toBe('ssh2')
})

test.each(['ed25519', 'rsa', 'ecdsa'] as const)('a plain %s key in PKCS#8', async type => {
  const { login } = await setUp((dir, sshd) => {
    const path = key(dir, sshd, { type, name: 'id_pkcs8' })
    if (type === 'ed25519') {
      const pem = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' })
      writeFileSync(path, pem, { mode: 0o600 })
      // OpenSSH 9.2 does not read ed25519 in PKCS#8, so its public half is made by hand from the last 32 bytes.
      const der = execFileSync('openssl', ['pkey', '-in', path, '-pubout', '-outform', 'DER'])
      const blob = Buffer.concat([Buffer.from('0000000b7373682d6564323535313900000020', 'hex'), der.subarray(-32)])
      writeFileSync(`${path}.pub`, `ssh-ed25519 ${blob.toString('base64')}\n`)
      sshd.authorize(readFileSync(`${path}.pub`, 'utf8'))
    } else {
      execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PKCS8', '-N', '', '-f', path], { stdio: 'ignore' })
      rmSync(`${path}.pub`)
    }
    return { identities: [path] }
  })
  expect(await login()).toBe('ssh2')
})

test('of several keys the one that fits', async () => {
  const { login } = await setUp((dir, sshd) => ({
    identities: [
      join(dir, 'missing'),
      key(dir, sshd, { name: 'wrong', isLetIn: false }),
      key(dir, sshd, { type: 'ecdsa', name: 'wrong2', isLetIn: false }),
      key(dir, sshd, { name: 'right' }),
    ],
  }))
  expect(await login()).toBe('ssh2')
})

test.each([
  ['ed25519', 'new'],
  ['rsa', 'PEM'],
  ['ecdsa', 'PEM'],
  ['rsa', 'PKCS8'],
] as const)(
  'a locked %s key (%s format) is asked for by name, and opened in memory',
  { timeout: 30_000 },
  async (type, format) => {
    const { login, unlock, dir } = await setUp((folder, sshd) => {
      const path = key(folder, sshd, { type, name: 'locked', passphrase: format === 'new' ? 'open sesame' : '' })
      if (format !== 'new')
        execFileSync('ssh-keygen', ['-q', '-p', '-m', format, '-P', '', '-N', 'open sesame', '-f', path], { stdio: 'ignore' })
      return { identities: [path] }
    })
    const keyPath = join(dir, 'locked')
    await expect(login()).rejects.toMatchObject({ code: 'KEY_LOCKED', details: { keyPath } })
    await expect(unlock(keyPath, 'wrong')).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining(keyPath),
    })
    await expect(login()).rejects.toMatchObject({ code: 'KEY_LOCKED' })
    await unlock(keyPath, 'open sesame')
    expect(await login()).toBe('ssh2')
  },
)

test('opening a key does not hold up the core', { timeout: 30_000 }, async () => {
  const { unlock, dir } = await setUp((folder, sshd) => ({
    identities: [key(folder, sshd, { name: 'locked', passphrase: 'p' })],
  }))
  let ticks = 0
  const timer = setInterval(() => (ticks += 1), 1)
  await unlock(join(dir, 'locked'), 'p')
  clearInterval(timer)
  expect(ticks).toBeGreaterThan(20)
})

test('a locked key nobody needs is not asked for', async () => {
  const { login } = await setUp((dir, sshd) => ({
    identities: [key(dir, sshd, { name: 'locked', passphrase: 'p' }), key(dir, sshd, { name: 'plain' })],
  }))
  expect(await login()).toBe('ssh2')
})

test('a locked key the host would not take is not asked for either', async () => {
  const { login } = await setUp((dir, sshd) => ({
    identities: [key(dir, sshd, { name: 'locked', passphrase: 'p', isLetIn: false })],
  }))
  await expect(login()).rejects.toMatchObject({ code: 'AUTH_FAILED' })
})

test('an old locked key without its public half can only be asked for', async () => {
  const { login, unlock, dir } = await setUp((folder, sshd) => {
    const path = key(folder, sshd, { type: 'rsa', name: 'old' })
    execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-P', '', '-N', 'secret', '-f', path], { stdio: 'ignore' })
    rmSync(`${path}.pub`)
    return { identities: [path] }
  })
  await expect(login()).rejects.toMatchObject({ code: 'KEY_LOCKED' })
  await unlock(join(dir, 'old'), 'secret')
  expect(await login()).toBe('ssh2')
})

test('a replaced file is locked again', { timeout: 30_000 }, async () => {
  const { login, unlock, dir, sshd } = await setUp((folder, host) => ({
    identities: [key(folder, host, { name: 'locked', passphrase: 'p' })],
  }))
  await unlock(join(dir, 'locked'), 'p')
  expect(await login()).toBe('ssh2')
  const next = key(dir, sshd, { name: 'next', passphrase: 'q' })
  copyFileSync(next, join(dir, 'locked'))
  copyFileSync(`${next}.pub`, join(dir, 'locked.pub'))
  await expect(login()).rejects.toMatchObject({ code: 'KEY_LOCKED' })
})

test.each(['ed25519', 'rsa', 'ecdsa'] as const)('the %s key of an ssh-agent', async type => {
  const { login } = await setUp(async (dir, sshd) => ({
    agent: await startAgent(dir, [key(dir, sshd, { type })]),
    onlyThose: false,
  }))
  expect(await login()).toBe('ssh2')
})

test('with IdentitiesOnly the agent may use only the keys that are named', async () => {
  let named = ''
  const make = (isNamed: boolean) => async (dir: string, sshd: Sshd) => {
    named = key(dir, sshd)
    const agent = await startAgent(dir, [named])
    rmSync(named) // The agent alone has it now; its public half stays.
    return { agent, identities: isNamed ? [named] : [] }
  }
  expect(await (await setUp(make(true))).login()).toBe('ssh2')
  await expect((await setUp(make(false))).login()).rejects.toMatchObject({ code: 'AUTH_FAILED' })
})

test('an agent that is gone is named, and files are used', async () => {
  const { login } = await setUp((dir, sshd) => ({ agent: join(dir, 'no.sock'), identities: [key(dir, sshd)] }))
  expect(await login()).toBe('ssh2')
  const lost = await setUp(dir => ({ agent: join(dir, 'no.sock') }))
  await expect(lost.login()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('no.sock') })
})

test('a key that others can read is not used, and the message says how to mend it', async () => {
  const { login } = await setUp((dir, sshd) => {
    const path = key(dir, sshd)
    chmodSync(path, 0o644)
    return { identities: [path] }
  })
  await expect(login()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('chmod 600') })
})

test('rubbish in a key file is named', async () => {
  const { login, unlock, dir } = await setUp(folder => {
    writeFileSync(join(folder, 'rubbish'), 'no key\n', { mode: 0o600 })
    return { identities: [join(folder, 'rubbish')] }
  })
  await expect(login()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('rubbish') })
  await expect(unlock(join(dir, 'rubbish'), 'x')).rejects.toMatchObject({ code: 'BAD_CONFIG' })
  await expect(unlock(join(dir, 'missing'), 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a host that takes passwords only says so', async () => {
  const { login } = await setUp(
    (dir, sshd) => ({ identities: [key(dir, sshd)] }),
    ['PubkeyAuthentication no', 'PasswordAuthentication yes'],
  )
  await expect(login()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('password') })
})

test('a second factor says so', async () => {
  const { login } = await setUp(
    (dir, sshd) => ({ identities: [key(dir, sshd)] }),
    ['PasswordAuthentication yes', 'AuthenticationMethods publickey,password'],
  )
  await expect(login()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('second proof') })
})
