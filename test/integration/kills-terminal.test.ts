/** kill -9 of each part while a job with a terminal runs: the same promises, and the person at it has it back. */
import { dirname } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODE, KillGround, VICTIMS } from '../helpers/kill-ground.ts'
import { Pane } from '../helpers/pane.ts'
import { DROVER } from '../helpers/product.ts'
import { waitFor, within } from '../helpers/wait.ts'

let ground: KillGround

beforeAll(async () => {
  ground = await KillGround.open()
})
afterEach(() => ground.release())
afterAll(() => ground.close())

describe.each(VICTIMS)('kill -9 of the %s', victim => {
  test.each(['starting', 'running', 'stopping', 'just ended'] as const)('while the job is %s', async phase => {
    const held = await ground.hold(phase, ['--tty'])
    await ground.kill(victim, held)
    ground.release()
    const isStopped = phase === 'stopping'
    const output = isStopped ? 'the data\r\nasked\r\nend\r\n' : 'the data\r\nend\r\n'
    const outcome = isStopped ? 'stopped' : 'exited'
    const job = await ground.product.reaches(held.id, 'ended')
    expect(job).toMatchObject({ outcome, exitCode: EXIT_CODE, hasTerminal: true })
    expect((await ground.product.drover(['logs', held.id])).stdout).toBe(output)
    expect(held.job.runs).toBe(1)
    if (victim === 'command line') return
    const { code, stdout } = await within(held.cli.done, { timeoutMs: 20_000, what: 'the end of the push' })
    expect({ code, stdout }).toEqual({ code: EXIT_CODE, stdout: output })
  })
})

test.each(['core', 'agent', 'connections', 'sshd'] as const)('who sits at it when the %s is killed goes on', async victim => {
  const { product } = ground
  const env = { ...product.env, PATH: `${dirname(DROVER)}:${product.env.PATH}`, TERM: 'tmux-256color' }
  const pane = Pane.open({ env })
  pane.line(
    `drover push -n --on box -- 'echo ready; while read x; do echo "got $x"; [ "$x" != end ] || exit 7; done'; echo "code $?"`,
  )
  await pane.sees(/^ready/m, 20_000)
  pane.line('before')
  await pane.sees('got before')
  const { jobs } = await product.call('job.list', { limit: 1 })
  await ground.kill(victim, { id: jobs[0]?.id ?? '' })
  // What is typed before the terminal is back goes nowhere: of the first line, only its end may arrive.
  await waitFor(
    () => {
      if (pane.screen().includes('got after')) return true
      pane.line('after')
      return false
    },
    { timeoutMs: 20_000, what: 'the terminal to be back' },
  ).catch(error => {
    throw new Error(
      `${error.message}; on the screen is\n${pane.screen()}\nand in the core's log\n${product.coreLog().slice(-3000)}`,
    )
  })
  pane.line('end')
  await pane.sees('Press any key', 20_000)
  pane.keys('Enter')
  await pane.sees('code 7', 20_000)
  expect(await product.reaches(jobs[0]?.id ?? '', 'ended')).toMatchObject({ outcome: 'exited', exitCode: 7 })
})
