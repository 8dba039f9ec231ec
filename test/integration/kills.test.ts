/**
 * kill -9 of the core, the command line, the agent, the connections or sshd, in each phase of a push: afterwards the job is found in
 * its true state, has all its output, has run exactly once, and the command line that waits for it ends as the job did.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODE, KillGround, PHASES, VICTIMS } from '../helpers/kill-ground.ts'
import { within } from '../helpers/wait.ts'

let ground: KillGround

beforeAll(async () => {
  ground = await KillGround.open()
})
afterEach(() => ground.release())
afterAll(() => ground.close())

describe.each(VICTIMS)('kill -9 of the %s', victim => {
  test.each(PHASES)('while the job is %s', async phase => {
    const held = await ground.hold(phase)
    await ground.kill(victim, held)
    ground.release()
    const isStopped = phase === 'stopping'
    const output = isStopped ? 'the data\nasked\nend\n' : 'the data\nend\n'
    const outcome = isStopped ? 'stopped' : 'exited'
    expect(await ground.product.reaches(held.id, 'ended')).toMatchObject({ outcome, exitCode: EXIT_CODE, unknownSince: null })
    expect((await ground.product.drover(['logs', held.id])).stdout).toBe(output)
    expect(held.job.runs).toBe(1)
    if (victim === 'command line') return
    const { code, stdout } = await within(held.cli.done, { timeoutMs: 20_000, what: 'the end of the push' })
    expect({ code, stdout }).toEqual({ code: EXIT_CODE, stdout: output })
  })
})
