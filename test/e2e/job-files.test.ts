/** A job's files in a real browser, on a real sshd host: looked at, brought here, owed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { closeGround, makeGround, openJob, pushJob } from '../helpers/job-page.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeGround)

test('files are looked at and pulled, and what is in the way is asked about', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const folder = join(product.home.dir, 'project')
  mkdirSync(folder)
  writeFileSync(join(folder, 'input'), 'x')
  const job = await pushJob(ground, `mkdir -p 'out dir'; echo result >'out dir/r.txt'; ln -s /etc link; sleep 1000`, { folder })
  await openJob(ground, job, 'files')
  await page.getByRole('button', { name: 'out dir', exact: true }).click()
  await page.getByRole('button', { name: 'Pull r.txt' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
  await dialog.getByText('Brought 1 match').waitFor()
  expect(readFileSync(join(folder, 'r.txt'), 'utf8')).toBe('result\n')
  await dialog.getByRole('button', { name: 'Done' }).click()
  writeFileSync(join(folder, 'r.txt'), 'changed here')
  await page.getByRole('button', { name: 'Pull r.txt' }).click()
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
  await dialog.getByText('1 file would be overwritten').waitFor()
  expect(readFileSync(join(folder, 'r.txt'), 'utf8')).toBe('changed here')
  await dialog.getByRole('button', { name: 'Overwrite 1 file' }).click()
  await dialog.getByText('Brought 1 match').waitFor()
  expect(readFileSync(join(folder, 'r.txt'), 'utf8')).toBe('result\n')
})

test('a pull tells how far it is, and can be left', async () => {
  const ground = await makeGround()
  const { page, product } = ground
  const job = await pushJob(ground, 'head -c 600000000 /dev/zero >big; echo made; sleep 1000')
  await waitFor(async () => (await product.call('job.logSize', { job: job.id })).bytes > 0, { timeoutMs: 30_000 })
  const destination = join(product.home.dir, 'here')
  mkdirSync(destination)
  await openJob(ground, job, 'files')
  await page.getByRole('button', { name: 'Pull big' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('To which folder').fill(destination)
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click()
  await dialog.getByText(/Pulling .* MB/).waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  await waitFor(() => !existsSync(join(destination, 'big')))
})

test('what is to be brought back is told of: not yet, on its way, brought, or why not', async () => {
  const ground = await makeGround()
  const { page, product, sshd } = ground
  const folder = join(product.home.dir, 'owed')
  mkdirSync(folder)
  writeFileSync(join(folder, 'kept'), 'mine')
  const go = join(sshd.home, 'go')
  const line = `truncate -s 700M big; echo theirs >kept; echo up; until [ -e ${go} ]; do sleep 0.05; done`
  const job = await pushJob(ground, line, { folder, pull: ['big', 'kept'] })
  await waitFor(async () => (await product.call('job.logSize', { job: job.id })).bytes > 0)
  writeFileSync(join(folder, 'kept'), 'mine, and changed since')
  await openJob(ground, job, 'files')
  const owed = page.getByRole('list', { name: 'To be brought back' })
  expect(await owed.getByText(`is brought back to ${folder} when the job has ended`).count()).toBe(2)
  writeFileSync(go, '')
  await owed.getByText('is being brought back').first().waitFor()
  await owed.getByText(`brought back to ${folder}, 1 file`).waitFor({ timeout: 60_000 })
  await owed.getByText(/was not brought back: .*kept/).waitFor()
  expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('mine, and changed since')
  expect(existsSync(join(folder, 'big'))).toBe(true)
  await page.getByRole('article', { name: 'Job' }).getByText('not pulled').waitFor()
})
