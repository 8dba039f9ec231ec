/** A restart of the host, in each phase of a push, and a host whose clock is wrong: states stay true and times sane. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODE, KillGround, PHASES } from '../helpers/kill-ground.ts'
import { startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

const EXIT_NO_CODE = 125

describe('a restart of the host', () => {
  let ground: KillGround
  beforeAll(async () => {
    ground = await KillGround.open()
  })
  afterEach(() => ground.release())
  afterAll(() => ground.close())

  describe.each([
    { kind: 'without a terminal', words: [], end: '\n' },
    { kind: 'with a terminal', words: ['--tty'], end: '\r\n' },
  ])('$kind', ({ words, end }) => {
    const lines = (...texts: string[]) => texts.map(text => text + end).join('')

    test.each(PHASES)('while the job is %s', async phase => {
      const held = await ground.hold(phase, words)
      await ground.reboot()
      ground.release()
      const isLost = phase === 'running' || phase === 'stopping'
      const job = await ground.product.reaches(held.id, 'ended')
      const output = !isLost ? lines('the data', 'end') : phase === 'running' ? lines('the data') : lines('the data', 'asked')
      if (isLost) expect(job).toMatchObject({ outcome: 'lost', exitCode: null, reason: expect.stringContaining('restart') })
      else expect(job).toMatchObject({ outcome: 'exited', exitCode: EXIT_CODE })
      const { code, stdout, stderr } = await within(held.cli.done, { timeoutMs: 20_000, what: 'the end of the push' })
      expect({ code, stdout }).toEqual({ code: isLost ? EXIT_NO_CODE : EXIT_CODE, stdout: output })
      if (isLost) expect(stderr).toContain('restart')
      expect((await ground.product.drover(['logs', held.id])).stdout).toBe(output)
      expect(held.job.runs).toBe(1)
    })
  })

  test('without anybody looking loses what ran, nothing that had ended, and is told by the next core', async () => {
    const { product } = ground
    await product.drover(['push', '-n', '--on', 'box', '--', 'echo ended; exit 3'])
    const [done] = await product.jobs()
    const running = await product.running(['-n', '--on', 'box', '--', 'exec sleep 1000'])
    await product.killCore()
    await ground.reboot()
    expect(await product.reaches(running, 'ended')).toMatchObject({ outcome: 'lost', exitCode: null })
    expect(await product.job(done?.id ?? '')).toMatchObject({ outcome: 'exited', exitCode: 3 })
    expect((await product.drover(['wait', running])).code).toBe(EXIT_NO_CODE)
  })
})

const THREE_YEARS_S = 3 * 365 * 86_400

describe.each([
  { name: '3 years ahead', offset: THREE_YEARS_S },
  { name: '3 years behind', offset: -THREE_YEARS_S },
])('a host whose clock is $name', ({ offset }) => {
  test('times are ours, and stay sane when it is set right while a job runs', async () => {
    const box = await startSshd({ path: dir => `${dir}/wrong:/usr/local/bin:/usr/bin:/bin` })
    const offsetFile = join(box.dir, 'offset')
    writeFileSync(offsetFile, `${offset}\n`)
    mkdirSync(join(box.dir, 'wrong'))
    const script = `#!/bin/sh\nread -r offset <${offsetFile}\nexec /usr/bin/date --date "$offset seconds" "$@"\n`
    writeFileSync(join(box.dir, 'wrong/date'), script, { mode: 0o755 })
    const product = await startProduct({ box })
    const from = Date.now()
    const push = await product.drover(['push', '-n', '--on', 'box', '--', 'exit 4'])
    expect(push.code).toBe(4)
    const [quick] = await product.jobs()
    inOrder(from, quick?.startedAt, quick?.endedAt, Date.now())

    const slow = await product.running(['-n', '--on', 'box', '--', `until [ -e ${box.home}/go ]; do sleep 0.05; done`])
    writeFileSync(offsetFile, '0\n')
    writeFileSync(join(box.home, 'go'), '')
    const job = await product.reaches(slow, 'ended')
    inOrder(from, job.startedAt, job.endedAt, Date.now())
    // A new connection measures the clock anew: what its files then say of the past must not turn it round.
    box.cutConnections()
    await waitFor(async () => (await product.drover(['push', '-n', '--on', 'box', '--', 'true'])).code === 0)
    for (const one of await product.jobs()) {
      inOrder(from, one.startedAt, one.endedAt, Date.now())
      expect(one).toMatchObject({ state: 'ended', outcome: 'exited' })
    }
    const table = (await product.drover(['ls', '-a'])).stdout.trim().split('\n')
    for (const row of table) expect(row).toMatch(/\t0:0\d:\d\d$/)
  })
})

/** Each a number, and none before the one before it, save for the whole seconds of the host's time and of how far it is off. */
function inOrder(...times: (number | null | undefined)[]): void {
  for (const [index, time] of times.entries()) {
    expect(time).toEqual(expect.any(Number))
    if (index > 0) expect((time ?? 0) + 2_000, `time ${index} of ${times}`).toBeGreaterThanOrEqual(times[index - 1] ?? 0)
  }
}
