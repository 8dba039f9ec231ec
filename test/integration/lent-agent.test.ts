/** Keys that were unlocked are lent to the system's ssh: judged by ssh-add, which signs with each that an agent has and checks that. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { KeyVault } from '../../src/main/hosts/key-vault.ts'
import { type Lent, lendingKeys } from '../../src/main/hosts/lent-agent.ts'
import { runTool } from '../../src/main/hosts/ssh-tools.ts'
import { waitFor } from '../helpers/wait.ts'

const PASSPHRASE = 'open sesame'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lent-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

function lockedKey(dir: string, type: string, ...more: string[]): string {
  const path = join(dir, `id_${type}${more.join('')}`)
  execFileSync('ssh-keygen', ['-q', '-t', type, ...more, '-a', '1', '-N', PASSPHRASE, '-C', '', '-f', path])
  return path
}

async function unlocked(...paths: string[]): Promise<KeyVault> {
  const vault = new KeyVault()
  await Promise.all(paths.map(path => vault.unlock(path, PASSPHRASE)))
  return vault
}

function lend<T>(vault: KeyVault, agentSocket: string | null, work: (lent: Lent, runtimeDir: string) => Promise<T>): Promise<T> {
  const runtimeDir = folder()
  const settings = { configPath: null, env: { PATH: process.env.PATH }, runtimeDir }
  return lendingKeys({ vault, settings, agentSocket }, lent => work(lent, runtimeDir))
}

test('a key of each kind signs as ssh wants it, through a socket that is there no longer than its ssh', async () => {
  const dir = folder()
  const paths = [
    lockedKey(dir, 'ed25519'),
    lockedKey(dir, 'rsa', '-b', '2048'),
    ...['256', '384', '521'].map(bits => lockedKey(dir, 'ecdsa', '-b', bits)),
  ]
  const socket = await lend(await unlocked(...paths), null, async ({ args, env }, runtimeDir) => {
    expect(args).toEqual(['-o', 'IdentityAgent=SSH_AUTH_SOCK'])
    const path = join(runtimeDir, readdirSync(runtimeDir)[0] ?? '')
    expect(env.SSH_AUTH_SOCK).toBe(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await runTool('ssh-add', ['-T', ...paths.map(each => `${each}.pub`)], env)).toMatchObject({ code: 0, stderr: '' })
    return path
  })
  expect(existsSync(socket)).toBe(false)
})

test('it signs and no more: nothing is added or removed, rubbish is hung up on, and a key it does not have is not signed with', async () => {
  const dir = folder()
  const [held, other] = [lockedKey(dir, 'ed25519'), lockedKey(dir, 'ecdsa')]
  execFileSync('ssh-keygen', ['-q', '-p', '-P', PASSPHRASE, '-N', '', '-f', other])
  await lend(await unlocked(held), null, async ({ env }) => {
    expect(await runTool('ssh-add', [other], env)).not.toMatchObject({ code: 0 })
    expect(await runTool('ssh-add', ['-D'], env)).not.toMatchObject({ code: 0 })
    expect(await runTool('ssh-add', ['-T', `${other}.pub`], env)).not.toMatchObject({ code: 0 })
    const socket = connect(env.SSH_AUTH_SOCK ?? '')
    socket.write(Buffer.from('ffffffff0b', 'hex'))
    await new Promise(resolve => socket.once('close', resolve).resume())
    const { stdout } = await runTool('ssh-add', ['-L'], env)
    expect(stdout.trim().split('\n')).toHaveLength(1)
  })
})

test("what the person's own agent holds is asked of that one", async () => {
  const dir = folder()
  const [ours, theirs] = [lockedKey(dir, 'ed25519'), lockedKey(dir, 'ecdsa')]
  execFileSync('ssh-keygen', ['-q', '-p', '-P', PASSPHRASE, '-N', '', '-f', theirs])
  const socket = join(dir, 'agent')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  onTestFinished(() => void agent.kill())
  await waitFor(() => existsSync(socket), { what: 'the ssh-agent' })
  execFileSync('ssh-add', ['-q', theirs], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
  await lend(await unlocked(ours), socket, async ({ env }) => {
    expect(await runTool('ssh-add', ['-T', `${ours}.pub`, `${theirs}.pub`], env)).toMatchObject({ code: 0, stderr: '' })
  })
})

test('where nothing was unlocked, all is left as it is', async () => {
  await lend(new KeyVault(), '/some/agent', async ({ args, env }, runtimeDir) => {
    expect({ args, env }).toEqual({ args: [], env: { PATH: process.env.PATH } })
    expect(readdirSync(runtimeDir)).toEqual([])
  })
})
