/** Full disks, on a host and here: a clear error, a job's fate its own, nothing acknowledged lost, and all well when there is room. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { reconnects } from '../helpers/reconnect.ts'
import { mountSmallDisk, type SmallDisk } from '../helpers/small-disk.ts'
import { openSshd, type Sshd, startSshd } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

const MEBIBYTE = 1024 * 1024

describe.each([
  { name: 'a host', toolsWithout: [] },
  { name: 'a host without rsync', toolsWithout: ['rsync'] },
])('the disk of $name', ({ toolsWithout }) => {
  let box: Sshd
  let disk: SmallDisk
  let product: Product
  beforeAll(async () => {
    box = await openSshd({ toolsWithout })
    disk = mountSmallDisk(join(box.home, '.drover'), 6)
    product = await openProduct({ box })
  })
  afterAll(async () => {
    await product.close()
    disk.unmount()
    await box.stop()
  })

  test('full while files are sent: the push says so, and works when there is room', async () => {
    const folder = newFolder(product, 'too-big', 8)
    const { code, stdout, stderr } = await product.drover(['push', '--on', 'box', '--', 'ls'], { cwd: folder })
    expect({ code, stdout }).toEqual({ code: 125, stdout: '' })
    expect(stderr).toMatch(/No space left on box/)
    expect(stderr).toContain('drover gc --host box')
    expect((await product.jobs())[0]).toMatchObject({ state: 'ended', outcome: 'failed' })
    for (let index = 2; index < 8; index++) rmSync(join(folder, `f${index}`))
    expect(await product.drover(['gc', '--host', 'box', '--older-than', '0'])).toMatchObject({ code: 0 })
    expect(await product.drover(['push', '--on', 'box', '--', 'ls'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: 'f0\nf1\n',
    })
  })

  test('full while the workdir is copied: the push says so', async () => {
    await product.drover(['gc', '--host', 'box', '--older-than', '0'])
    const folder = newFolder(product, 'half', 4)
    const { code, stderr } = await product.drover(['push', '--on', 'box', '--', 'ls'], { cwd: folder })
    expect(code).toBe(125)
    expect(stderr).toMatch(/[Nn]o space left on box/)
    expect(await product.drover(['gc', '--host', 'box', '--older-than', '0'])).toMatchObject({ code: 0 })
  })

  test.each(['--no-tty', '--tty'])(
    'full while a job prints (%s): its end is its own and told, and what fitted is kept',
    async tty => {
      const line = `head -c 8000000 /dev/zero | tr '\\0' x; echo >>$HOME/went-on; exit 3`
      const id = (await product.drover(['push', '-d', '-n', tty, '--on', 'box', '--', line].filter(word => word !== '--tty')))
        .stdout
      const job = await product.reaches(id.trim(), 'ended')
      expect(job).toMatchObject({ outcome: 'exited', exitCode: 3 })
      expect(existsSync(join(box.home, 'went-on'))).toBe(true)
      const { code, stdout } = await product.drover(['logs', id.trim()])
      expect(code).toBe(0)
      expect(stdout.length).toBeGreaterThan(MEBIBYTE)
      expect(stdout).toBe(readFileSync(join(box.home, '.drover/jobs', job.id, 'output.log'), 'utf8'))
      await product.drover(['rm', '-y', id.trim()])
    },
  )

  test('full already: a start says so; doctor too; jobs that run go on, can be stopped, and are told', async () => {
    const running = await product.running(['-n', '--no-tty', '--on', 'box', '--', 'echo up; exec sleep 1000'])
    disk.fill()
    const refused = await product.drover(['push', '-n', '--on', 'box', '--', 'echo never >>ran'])
    expect(refused.code).toBe(125)
    expect(refused.stderr).toMatch(/space|full/i)
    expect(refused.stderr).toContain('box')
    const { findings } = await product.call('core.doctor', {})
    expect(findings).toContainEqual(expect.objectContaining({ host: 'box', subject: 'disk' }))
    await reconnects(product, 'box', () => box.cutConnections())
    expect(await product.reaches(running, 'running')).toMatchObject({ unknownSince: null })
    const stop = await product.drover(['stop', running])
    expect(stop).toMatchObject({ code: 0, stderr: '' })
    expect(await product.job(running)).toMatchObject({ outcome: 'stopped', signal: 'TERM', exitCode: null })
    disk.free()
    expect(await product.drover(['push', '-n', '--on', 'box', '--', 'echo again'])).toMatchObject({ code: 0, stdout: 'again\n' })
  })
})

describe('the disk of the core’s database', () => {
  test('full while jobs run: they are told of, can be stopped, and all of it is kept when there is room', async () => {
    const box = await startSshd()
    const product = await startProduct({ box })
    await product.drover(['daemon', 'stop'])
    const disk = mountSmallDisk(join(product.home.dir, '.local/share'), 2)
    onTestFinished(() => disk.unmount())
    const go = join(box.home, 'go')
    const line = `echo up; until [ -e ${go} ]; do sleep 0.05; done; echo end; exit 7`
    const follower = product.begin(['push', '-n', '--on', 'box', '--', line], { input: '' })
    await waitFor(() => follower.output.stdout === 'up\n', { what: 'the job to run' })
    const [followed] = await product.jobs()
    const stopped = await product.running(['-n', '--on', 'box', '--', 'exec sleep 1000'])
    const pid = product.corePid()
    disk.fill()

    const refused = await product.drover(['push', '-n', '--on', 'box', '--', `echo x >>${go}.never`])
    expect(refused).toMatchObject({ code: 125, stdout: '' })
    expect(refused.stderr).toMatch(/drover\.db.*disk full/i)
    await reconnects(product, 'box', () => box.cutConnections())
    writeFileSync(go, '')
    expect(await within(follower.done, { what: 'the end of the push' })).toMatchObject({ code: 7, stdout: 'up\nend\n' })
    expect(await product.drover(['stop', stopped])).toMatchObject({ code: 0 })
    expect(await product.job(stopped)).toMatchObject({ state: 'ended', outcome: 'stopped' })
    expect(await product.drover(['doctor'])).toMatchObject({ stdout: expect.stringMatching(/database.*full/i) })
    expect(product.corePid()).toBe(pid)

    disk.free()
    const found = async () => JSON.stringify((await product.call('core.doctor', {})).findings)
    await waitFor(async () => !/database.*full/i.test(await found()), { what: 'all to be written' })
    await product.killCore()
    expect(await product.job(followed?.id ?? '')).toMatchObject({ state: 'ended', outcome: 'exited', exitCode: 7 })
    expect(await product.job(stopped)).toMatchObject({ state: 'ended', outcome: 'stopped' })
    expect(await product.drover(['push', '-n', '--on', 'box', '--', 'echo again'])).toMatchObject({ code: 0, stdout: 'again\n' })
    expect(existsSync(`${go}.never`)).toBe(false)
  })

  test('full when the core is killed: it starts again, and jobs are found as they are', async () => {
    const product = await startProduct()
    const disk = mountSmallDisk(join(product.home.dir, '.local/share'), 2)
    onTestFinished(() => disk.unmount())
    const go = join(product.home.dir, 'go')
    const id = await product.running(['-n', '--on', 'local', '--', `until [ -e ${go} ]; do sleep 0.05; done; exit 7`])
    disk.fill()
    await product.killCore()
    writeFileSync(go, '')
    expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'exited', exitCode: 7 })
    await product.killCore()
    expect(await product.reaches(id, 'ended')).toMatchObject({ outcome: 'exited', exitCode: 7 })
  })

  test('full when the very first core starts: an error that names the place, and a start when there is room', async () => {
    const product = await startProduct()
    const disk = mountSmallDisk(join(product.home.dir, '.local/share'), 1)
    onTestFinished(() => disk.unmount())
    disk.fill()
    const { code, stderr } = await product.drover(['status'])
    expect(code).not.toBe(0)
    expect(stderr).toContain(join(product.home.dir, '.local/share/drover'))
    expect(stderr).toMatch(/space|disk full/i)
    disk.free()
    expect(await product.drover(['push', '-n', '--on', 'local', '--', 'echo works'])).toMatchObject({
      code: 0,
      stdout: 'works\n',
    })
  })
})

/** With files f0, f1, … of a mebibyte each. */
function newFolder(product: Product, name: string, mebibytes: number): string {
  const folder = join(product.home.dir, name)
  mkdirSync(folder)
  for (let index = 0; index < mebibytes; index++) writeFileSync(join(folder, `f${index}`), randomBytes(MEBIBYTE))
  return folder
}
