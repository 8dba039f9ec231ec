/** The job's page in a real browser: what is done with a job, how it ends, and that each tab can be used by everybody. */
import { afterAll, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeGround, makeGround, makeOwnGround, openJob, pushJob } from '../helpers/job-page.ts'
import { processName } from '../helpers/processes.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeGround)

test('what ran for long is not stopped by one slip; a host that is gone leaves its job unknown', async () => {
  const ground = await makeOwnGround()
  const { page, product, sshd } = ground
  const job = await pushJob(ground, 'exec sleep 1000')
  // The core's clock, as its answers to a ping tell it, is two minutes on.
  await page.routeWebSocket(/\/ws$/, socket => {
    const core = socket.connectToServer()
    core.onMessage(message => socket.send(typeof message === 'string' ? twoMinutesOn(message) : message))
  })
  await page.reload()
  await openJob(ground, job)
  await page.getByText(/· up [2-9] min$/).waitFor()
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('dialog').getByText('It has run for 0:02:').waitFor()
  await page.getByRole('button', { name: 'Let it run' }).click()
  expect((await product.job(job.id)).state).toBe('running')
  await sshd.kill()
  await page.getByText('Not known since its host cannot be asked').waitFor()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByText('the job may still run there').waitFor()
})

test('stop, then kill; what failed says so, runs again elsewhere, is removed', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const stubborn = await pushJob(ground, `trap '' TERM; echo up; while :; do sleep 1; done`)
  await waitFor(async () => (await product.call('job.logSize', { job: stubborn.id })).bytes > 0)
  await openJob(ground, stubborn)
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('button', { name: 'Kill now' }).click()
  await page.getByRole('article').getByText('stopped', { exact: true }).waitFor()
  const failed = await pushJob(ground, 'echo one; echo "the last line"; exit 3')
  await product.reaches(failed.id, 'ended')
  await openJob(ground, failed, 'resources')
  const what = page.getByRole('region', { name: 'What happened' })
  await what.getByText('Ended with exit code 3').waitFor()
  await what.getByText('the last line').waitFor()
  await page.getByRole('button', { name: 'Run again on…' }).press('Enter')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.getByRole('menuitem', { name: /local$/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('article').getByRole('link', { name: 'local' }).waitFor()
  expect(page.url()).not.toContain(failed.id)
  await openJob(ground, failed)
  await page.getByRole('button', { name: 'Remove' }).click()
  await page
    .getByRole('dialog')
    .getByText(/go for good/)
    .waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.waitForURL(/#\/jobs$/)
  await waitFor(async () => !(await product.jobs()).some(({ id }) => id === failed.id))
  await openJob(ground, failed)
  await page.getByText('There is no such job').waitFor()
})

test('Resources name the process of a job that runs', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const job = await pushJob(ground, 'exec sleep 1000')
  const pid = await waitFor(async () => (await product.job(job.id)).pid, { what: 'its PID' })
  await waitFor(() => processName(pid) === 'sleep', { what: 'it to be the program' })
  await openJob(ground, job, 'resources')
  const process = page.getByRole('term').filter({ hasText: 'Process' }).filter({ hasNotText: 'time' })
  await process.locator('..').getByText(String(pid)).waitFor()
  await product.drover(['stop', job.id])
  await page.getByText('Ended', { exact: true }).waitFor()
  expect(await process.count()).toBe(0)
})

test('each tab has no findings of axe, in both themes', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const job = await pushJob(
    ground,
    'for c in 0 1 2 3 4 5 6 7; do printf "\\033[3%smcolour %s\\033[0m\\n" $c $c; done; touch file; exec sh -i',
    {
      terminal: true,
    },
  )
  const failed = await pushJob(ground, 'echo no; exit 1')
  await product.reaches(failed.id, 'ended')
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [shown, tab, sign] of [
      [job, 'terminal', 'Attached. Leaving'],
      [job, 'log', 'colour 7'],
      [job, 'files', 'file'],
      [job, 'resources', 'Most memory'],
      [job, 'why', 'asked for'],
      [failed, 'files', 'Ended with exit code 1'],
    ] as const) {
      await openJob(ground, shown, tab)
      await page.getByText(sign).first().waitFor()
      expect({ tab, findings: await axeFindings(page) }).toEqual({ tab, findings: [] })
    }
  }
})

/** What the core says, with its answer to a ping as it would be two minutes later. */
function twoMinutesOn(message: string): string {
  const { result, ...rest } = JSON.parse(message) as { result?: { at?: unknown } }
  return typeof result?.at === 'number' ? JSON.stringify({ ...rest, result: { at: result.at + 120_000 } }) : message
}
