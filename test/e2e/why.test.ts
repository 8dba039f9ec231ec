/** "Why this host?" in a real browser: the numbers of each host at that moment, and the same numbers weighed again. */
import { expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { makeOwnGround, openJob } from '../helpers/job-page.ts'

test('a job that was placed says why, with the numbers of every host, and the same when weighed again', async () => {
  const ground = await makeOwnGround()
  const { page, product } = ground
  await product.call('host.drain', { name: 'local', isDrained: true })
  const push = { command: { line: 'true' }, folder: null, sync: false, terminal: null }
  const { job } = await product.call('job.push', { ...push, host: 'auto' })
  await openJob(ground, job, 'why')
  const table = page.getByRole('region', { name: 'Placement' })
  await table.getByText('the only host that fits').waitFor()
  const [chosen, left] = await table
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader') })
    .allInnerTexts()
  expect(chosen).toMatch(/^box\s+[\d.]+ s\s+\d+ % of \d+\s+\d+ %/)
  expect(left).toMatch(/^local\s+—\s.*it is drained: it takes no new jobs$/s)
  await table.getByRole('button', { name: 'Weigh again' }).click()
  await table.getByText('The same numbers give the same host.').waitFor()
  expect(await axeFindings(page)).toEqual([])

  const asked = (await product.call('job.push', { ...push, host: 'box' })).job
  await openJob(ground, asked, 'why')
  await table.getByText('asked for').waitFor()
  expect(await table.getByRole('button', { name: 'Weigh again' }).count()).toBe(0)
})
