/** What other tests rely on when they say "a host": the helper's own promises. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive } from '../helpers/processes.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import { makeTestHome } from '../helpers/test-home.ts'
import { waitFor } from '../helpers/wait.ts'

const execute = promisify(execFile)

async function host(options = {}): Promise<Sshd> {
  const sshd = await startSshd(options)
  return sshd
}

function home(hosts: Record<string, Sshd>) {
  const made = makeTestHome(hosts)
  onTestFinished(made.remove)
  return made
}

function ssh(config: string, target: string, command: string) {
  return execute('ssh', ['-F', config, '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', target, command])
}

test('a host is let in by alias and by address, with a HOME of its own', async () => {
  const [a, b] = [await host({ env: { MARK: 'first host' } }), await host({ address: '127.0.0.2' })]
  const { sshConfigPath } = home({ a, b })
  expect((await ssh(sshConfigPath, 'a', 'echo "$HOME $MARK"')).stdout).toBe(`${a.home} first host\n`)
  expect((await ssh(sshConfigPath, `ssh://${b.connection}`, 'echo $HOME')).stdout).toBe(`${b.home}\n`)
})

test('cutting connections leaves the server, and what ran detached', async () => {
  const a = await host()
  const { sshConfigPath } = home({ a })
  await ssh(sshConfigPath, 'a', 'setsid sleep 1000 >/dev/null 2>&1 </dev/null &')
  const held = ssh(sshConfigPath, 'a', 'echo up > ~/up; exec sleep 1000')
  const end = held.then(
    () => 'ended well',
    () => 'broken',
  )
  await waitFor(() => existsSync(`${a.home}/up`), { what: 'the command to run' })
  a.cutConnections()
  expect(await end).toBe('broken')
  expect(a.pids().length).toBeGreaterThan(0)
  expect((await ssh(sshConfigPath, 'a', 'echo again')).stdout).toBe('again\n')
})

test('killing everything ends detached jobs too, and a restart has the same port and key', async () => {
  const a = await host()
  const { sshConfigPath } = home({ a })
  await ssh(sshConfigPath, 'a', 'setsid sleep 1000 >/dev/null 2>&1 </dev/null &')
  const [job] = a.pids()
  if (job === undefined) throw new Error('The job does not run')
  await a.killEverything()
  expect(isAlive(job)).toBe(false)
  await expect(ssh(sshConfigPath, 'a', 'true')).rejects.toThrow()
  await a.restart()
  expect((await ssh(sshConfigPath, 'a', 'echo back')).stdout).toBe('back\n')
})
