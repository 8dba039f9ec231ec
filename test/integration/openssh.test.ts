/** When the system's ssh takes over from ssh2, and when not. */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Dialled, dial } from '../../src/main/hosts/dial.ts'
import { run } from '../../src/main/hosts/transport.ts'
import { makeDialler } from '../helpers/dial.ts'
import { pidsWithEnv, processName } from '../helpers/processes.ts'
import { makeKey, type Sshd, type SshdOptions, startSshd } from '../helpers/sshd.ts'
import { makeTestHome, type TestHome, type TestHomeOptions } from '../helpers/test-home.ts'
import { waitFor } from '../helpers/wait.ts'

async function host(options: SshdOptions = {}): Promise<Sshd> {
  const sshd = await startSshd(options)
  return sshd
}

function person(sshd: Sshd, options: TestHomeOptions = {}) {
  const home = makeTestHome({ box: sshd }, options)
  onTestFinished(home.remove)
  const dialler = makeDialler(home)
  onTestFinished(dialler.close)
  const unlock = (path: string, passphrase: string) => dialler.deps.vault.unlock(path, passphrase)
  const connect = async (rememberedReason: string | null = null): Promise<Dialled> => {
    const dialled = await dial({ name: 'box', connection: 'box', rememberedReason }, dialler.deps)
    onTestFinished(() => dialled.transport.close())
    return dialled
  }
  return { home, connect, unlock }
}

async function expectOpenssh({ transport, reason }: Dialled, cause: string | RegExp): Promise<void> {
  expect(reason).toMatch(cause)
  expect(transport.kind).toBe('openssh')
  expect((await run(transport, 'echo works')).stdout.toString()).toBe('works\n')
}

function sign(ca: string, publicKeyPath: string, extra: string[]): void {
  execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'test', ...extra, publicKeyPath])
}

test('a user certificate', async () => {
  const sshd = await host()
  const ca = makeKey(join(sshd.dir, 'ca'))
  await sshd.restart([`TrustedUserCAKeys ${ca.path}.pub`])
  const key = makeKey(join(sshd.dir, 'certified'))
  sign(ca.path, `${key.path}.pub`, ['-n', sshd.user])
  const { connect } = person(sshd, { sshConfig: `Host box\n  IdentityFile ${key.path}\n` })
  // The test home also names a key that is let in: without that one only the certificate is left.
  writeFileSync(join(sshd.dir, 'authorized_keys'), '')
  await expectOpenssh(await connect(), /certified-cert.pub is a certificate, which ssh2 cannot use/)
})

test('a user certificate whose key has a passphrase, once that is unlocked', async () => {
  const sshd = await host()
  const ca = makeKey(join(sshd.dir, 'ca'))
  await sshd.restart([`TrustedUserCAKeys ${ca.path}.pub`])
  const key = makeKey(join(sshd.dir, 'certified'), 'ecdsa', 'secret')
  sign(ca.path, `${key.path}.pub`, ['-n', sshd.user])
  const { connect, unlock } = person(sshd, { sshConfig: `Host box\n  IdentityFile ${key.path}\n` })
  writeFileSync(join(sshd.dir, 'authorized_keys'), '')
  await expect(connect()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('drover unlock KEY') })
  await unlock(key.path, 'secret')
  await expectOpenssh(await connect(), /is a certificate/)
})

test('a host certificate', async () => {
  const sshd = await host()
  const ca = makeKey(join(sshd.dir, 'ca'))
  sign(ca.path, join(sshd.dir, 'host_ed25519.pub'), ['-h', '-n', '127.0.0.1'])
  await sshd.restart([`HostCertificate ${sshd.dir}/host_ed25519-cert.pub`])
  const { connect } = person(sshd, { knownHosts: `@cert-authority [127.0.0.1]:${sshd.port} ${ca.publicKey}\n` })
  await expectOpenssh(await connect(), /@cert-authority/)
})

test('a key exchange that ssh2 does not have, on either side', async () => {
  const kex = 'KexAlgorithms sntrup761x25519-sha512@openssh.com'
  const strict = await host({ extraConfig: [kex] })
  await expectOpenssh(await person(strict).connect(), /no matching key exchange/)
  const plain = await host()
  await expectOpenssh(await person(plain, { sshConfig: `Host box\n  ${kex}\n` }).connect(), /ssh2 does not have its key exchange/)
})

test('a security key is tried by the system’s ssh, which then says what it says', async () => {
  const sshd = await host()
  writeFileSync(join(sshd.dir, 'authorized_keys'), '')
  const path = join(sshd.dir, 'id_sk')
  const blob = Buffer.concat([field('sk-ssh-ed25519@openssh.com'), field('x'.repeat(32)), field('ssh:')]).toString('base64')
  writeFileSync(`${path}.pub`, `sk-ssh-ed25519@openssh.com ${blob} me\n`)
  const { connect } = person(sshd, { sshConfig: `Host box\n  IdentityFile ${path}\n` })
  await expect(connect()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining("the system's ssh") })
})

test('GSSAPI and hostbased in the config alone are no cause', async () => {
  const sshd = await host()
  const config = 'Host box\n  GSSAPIAuthentication yes\n  HostbasedAuthentication yes\n'
  expect(await person(sshd, { sshConfig: config }).connect()).toMatchObject({ reason: null, transport: { kind: 'ssh2' } })
  writeFileSync(join(sshd.dir, 'authorized_keys'), '')
  await expect(person(sshd, { sshConfig: config }).connect()).rejects.toMatchObject({
    code: 'AUTH_FAILED',
    message: expect.not.stringContaining("the system's ssh"),
  })
})

test('hostbased on both sides is a cause', async () => {
  const sshd = await host({ extraConfig: ['HostbasedAuthentication yes'] })
  writeFileSync(join(sshd.dir, 'authorized_keys'), '')
  const { connect } = person(sshd, { sshConfig: 'Host box\n  HostbasedAuthentication yes\n' })
  await expect(connect()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining("the system's ssh") })
})

test('a remembered cause saves the detour, until the system’s ssh is not let in', async () => {
  const sshd = await host()
  const { home, connect } = person(sshd)
  const { transport, reason } = await connect('a cause of long ago')
  expect([transport.kind, reason]).toEqual(['openssh', 'a cause of long ago'])
  rmSync(home.knownHostsPath)
  await expect(connect('a cause of long ago')).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
})

test('an unknown and a changed host key are told as ssh2 tells them', async () => {
  const sshd = await host({ extraConfig: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })
  await expect(person(sshd, { knownHosts: '' }).connect()).rejects.toMatchObject({
    code: 'HOST_KEY_UNKNOWN',
    message: expect.stringContaining('drover host trust box'),
  })
  const other = makeKey(join(sshd.dir, 'other'))
  const line = `[127.0.0.1]:${sshd.port} `
  const { home, connect } = person(sshd, { knownHosts: `${line}${other.publicKey}\n` })
  await expect(connect()).rejects.toMatchObject({
    code: 'HOST_KEY_CHANGED',
    message: expect.stringMatching(
      new RegExp(`${sshd.hostKeys[0]?.fingerprint?.replaceAll('+', '\\+')}.*${home.knownHostsPath}:1`),
    ),
  })
  await expect(person(sshd, { knownHosts: `@revoked ${line}${sshd.hostKeys[0]?.publicKey}\n` }).connect()).rejects.toMatchObject({
    code: 'HOST_KEY_CHANGED',
    message: expect.stringContaining('REVOKED'),
  })
})

test('whatever the config says, nothing is forwarded, run or asked', async () => {
  const sshd = await host()
  const config = `Host box
  LocalForward 127.0.0.1:1 localhost:1
  ExitOnForwardFailure yes
  RemoteCommand echo intruder
  RequestTTY force
  LocalCommand touch ${sshd.dir}/ran
  PermitLocalCommand yes
  ControlPersist yes
  ForkAfterAuthentication yes
  BatchMode no
`
  const { transport } = await person(sshd, { sshConfig: config }).connect('as remembered')
  expect((await run(transport, 'echo mine')).stdout.toString()).toBe('mine\n')
  expect(() => readFileSync(`${sshd.dir}/ran`)).toThrow()
})

test('what shell start-up files write stays out of stderr', async () => {
  const sshd = await host()
  writeFileSync(join(sshd.home, '.bashrc'), 'echo noise >&2\n')
  const { transport } = await person(sshd).connect('as remembered')
  expect(await run(transport, 'echo out; echo err >&2; exit 4')).toMatchObject({ code: 4, stderr: 'err\n' })
})

const processesOf = (home: TestHome) => pidsWithEnv(`HOME=${home.dir}`).filter(pid => processName(pid) === 'ssh')

test('closing leaves no ssh behind', async () => {
  const sshd = await host()
  const { home, connect } = person(sshd)
  const { transport } = await connect('as remembered')
  const channel = await transport.exec('cat', { lane: 'stream' })
  channel.stdout.resume()
  expect(processesOf(home).length).toBeGreaterThan(1)
  await transport.close()
  await waitFor(() => processesOf(home).length === 0, { what: 'all ssh processes to be gone' })
})

test('no ssh outlives a core that was killed by -9', async () => {
  const sshd = await host()
  const { home } = person(sshd)
  const program = `
    import { dial } from '${import.meta.dirname}/../../src/main/hosts/dial.ts'
    import { KeyVault } from '${import.meta.dirname}/../../src/main/hosts/key-vault.ts'
    import { KnownHosts } from '${import.meta.dirname}/../../src/main/hosts/known-hosts.ts'
    const settings = { configPath: process.env.DROVER_SSH_CONFIG, env: process.env, runtimeDir: process.env.XDG_RUNTIME_DIR }
    const deps = { settings, vault: new KeyVault(), knownHosts: new KnownHosts(settings), viaHop: () => Promise.reject(new Error('none')) }
    const { transport } = await dial({ name: 'box', connection: 'box', rememberedReason: 'as remembered' }, deps)
    const channel = await transport.exec('cat', { lane: 'stream' })
    channel.stdout.resume()
    console.log('up')
    setInterval(() => undefined, 1000)
  `
  const core = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: home.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void core.kill('SIGKILL'))
  let text = ''
  core.stdout.on('data', chunk => {
    text += chunk
  })
  await waitFor(() => text.includes('up'), { what: 'the core to be connected' })
  expect(processesOf(home).length).toBeGreaterThan(1)
  core.kill('SIGKILL')
  await waitFor(() => processesOf(home).length === 0, { what: 'all ssh processes to be gone' })
})

function field(text: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, Buffer.from(text)])
}
