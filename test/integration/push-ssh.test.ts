/** The built product and two hosts behind real sshds, as Debian ships it: what a push does there, and how it picks one of them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostView } from '../../src/shared/domain.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { pushContract } from '../helpers/push-contract.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

let box: Sshd
let bare: Sshd
let product: Product
beforeAll(async () => {
  box = await openSshd()
  bare = await openSshd({ toolsWithout: ['tmux', 'rsync'] })
  product = await openProduct({ box, bare })
})
afterAll(async () => {
  await product.close()
  await Promise.all([box.stop(), bare.stop()])
})

describe('on a host behind sshd', () => pushContract(() => ({ product, host: 'box', home: box.home })))

test('a host without rsync gets the files as well, changed ones too', async () => {
  const host = (await product.json<HostView[]>(['host', 'ls'])).find(({ name }) => name === 'bare')
  expect(host?.tools).toEqual({ tmux: null, rsync: null })
  const folder = join(product.home.dir, 'for-bare')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a'), '1')
  const show = ['push', '--on', 'bare', '--', 'cat a; ls']
  expect(await product.drover(show, { cwd: folder })).toMatchObject({ code: 0, stdout: '1a\n' })
  writeFileSync(join(folder, 'a'), '2')
  writeFileSync(join(folder, 'b'), '')
  expect(await product.drover(show, { cwd: folder })).toMatchObject({ code: 0, stdout: '2a\nb\n' })
})

test('on a host without tmux a job that shall have a terminal runs without, and says so', async () => {
  const id = (await product.drover(['push', '-d', '-n', '--on', 'bare', '--', 'test -t 1 || echo none'])).stdout.trim()
  const job = await product.reaches(id, 'ended')
  expect(job).toMatchObject({ hasTerminal: false, exitCode: 0, reason: expect.stringContaining('tmux is not installed on bare') })
  expect((await product.drover(['logs', id])).stdout).toBe('none\n')
})

test('doctor names what is missing where, and how to get it', async () => {
  const { stdout, stderr } = await product.drover(['doctor'])
  expect(stdout + stderr).toMatch(/bare.*tmux/)
  expect(stdout + stderr).toMatch(/apt(-get)? install .*tmux/)
})

test('auto picks a host that is connected, and says why', async () => {
  const { code, stdout } = await product.drover(['push', '-n', '--on', 'auto', '--', 'echo "$HOME"'])
  expect(code).toBe(0)
  const [job] = await product.jobs()
  const homes: Record<string, string> = { local: product.home.dir, box: box.home, bare: bare.home }
  expect(stdout).toBe(`${homes[job?.host ?? '']}\n`)
  const why = await product.drover(['why', job?.id ?? ''])
  expect(why.stdout).toContain(job?.placement?.reason)
  expect(job?.placement?.candidates.map(({ host }) => host).sort()).toEqual(['bare', 'box', 'local'])
})

test('a host where the very command was not found is left out by auto, saying so', async () => {
  const command = ['/opt/only/here', 'x']
  for (const host of ['local', 'bare'])
    expect((await product.drover(['push', '-n', '--on', host, '--', ...command])).code).toBe(127)
  await product.drover(['push', '-n', '--on', 'auto', '--', ...command])
  const [job] = await product.jobs()
  expect(job?.host).toBe('box')
  const refusals = job?.placement?.candidates.filter(({ refused }) => refused !== null).map(({ host }) => host)
  expect(refusals?.sort()).toEqual(['bare', 'local'])
})

test('many jobs and logs at once fit the ten sessions of a default sshd', async () => {
  const go = join(box.home, 'go-all')
  const runs = Array.from({ length: 20 }, (_, index) =>
    product.drover([
      'push',
      '-n',
      '--on',
      'box',
      '--',
      `echo ${index}; until [ -e ${go} ]; do sleep 0.2; done; echo end ${index}`,
    ]),
  )
  await waitFor(async () => (await product.jobs()).filter(job => job.state === 'running').length === 20, {
    timeoutMs: 30_000,
    what: '20 running jobs',
  })
  writeFileSync(go, '')
  const results = await Promise.all(runs)
  expect(results.map(({ stdout }) => stdout)).toEqual(runs.map((_, index) => `${index}\nend ${index}\n`))
})

test('localhost and this machine’s own name are never a second host', async () => {
  for (const connection of ['localhost', `${box.user}@localhost`, '127.0.0.1', '[::1]:22']) {
    const { code, stderr } = await product.drover(['host', 'add', connection])
    expect({ connection, code, isSaid: stderr.includes('local') }).toEqual({ connection, code: 1, isSaid: true })
  }
  expect((await product.json<HostView[]>(['host', 'ls'])).map(({ name }) => name).sort()).toEqual(['bare', 'box', 'local'])
})

test('a host with a running job is not forgotten; without one it is, and its files stay', async () => {
  const id = await product.running(['-n', '--on', 'bare', '--', 'exec sleep 1000'])
  const refused = await product.drover(['host', 'rm', 'bare'])
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('1 job') })
  await product.drover(['stop', '--grace', '0', id])
  expect(await product.drover(['worker', 'rm', 'bare'])).toMatchObject({ code: 0 })
  expect(existsSync(join(bare.home, '.drover/jobs', id))).toBe(true)
  const added = await product.drover(['worker', 'register', bare.connection, '-n', 'again'], { as: 'p' })
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('again') })
  expect(await product.drover(['again', '-n', '--', 'exit 8'], { as: 'p' })).toMatchObject({ code: 8 })
  expect(await product.drover(['worker', 'rm', 'again'], { as: 'p' })).toMatchObject({ code: 0 })
})

test('what the hosts keep is private to their user', () => {
  for (const place of ['.', 'jobs', 'workdirs', 'folders', 'events']) {
    const path = join(box.home, '.drover', place)
    expect(readdirSync(path), place).toBeDefined()
    expect(modeOf(path), place).toBe('700')
  }
  expect(readFileSync(join(product.home.dir, '.config/drover/config.yaml'), 'utf8')).toContain('box')
})

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}
