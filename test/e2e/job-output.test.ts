/** Jobs that print far more than a page may hold, looked at while they do: the page answers, and holds no more of it than of a small one. */
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { closeGround, makeGround, openJob } from '../helpers/job-page.ts'

afterAll(closeGround)

/** The screen's own scroll-back and the log's window fit in this; what was printed does not. A gigabyte is bench/terminal.bench.ts's. */
const MOST_GROWTH_BYTES = 12_000_000
const PRINTED_BYTES = 30_000_000

test.each([
  {
    what: 'terminal',
    terminal: { columns: 80, rows: 24 },
    command: `yes 'a line of output of some length' | head -c ${PRINTED_BYTES}`,
  },
  { what: 'log', terminal: null, command: `yes 'a line of output of some length' | head -c ${PRINTED_BYTES}` },
  { what: 'log', terminal: null, command: `yes | head -c ${PRINTED_BYTES}` },
])('a $what of 30 MB: $command', { timeout: 240_000 }, async ({ what, terminal, command }) => {
  const ground = await makeGround()
  const { page, product } = ground
  const line = `echo begun; sleep 2; ${command}; echo; echo all printed; exec sleep 1000`
  const { job } = await product.call('job.push', { command: { line }, folder: null, sync: false, host: 'box', terminal })
  await product.reaches(job.id, 'running')
  await openJob(ground, job, what)
  await page.getByText(what === 'log' ? 'Following the end' : 'Attached. Leaving').waitFor()
  const before = await heapBytes(page)
  // It answers meanwhile.
  await page.getByRole('tab', { name: 'Resources' }).click()
  await page.getByText('Most memory').waitFor()
  await page.getByRole('tab', { name: what === 'log' ? 'Log' : 'Terminal' }).click()
  if (what === 'log') await page.getByRole('log').getByText('all printed').waitFor({ timeout: 200_000 })
  else {
    await page.getByRole('button', { name: 'Screen reader mode' }).click()
    await page.locator('.xterm-accessibility-tree').getByText('all printed').waitFor({ timeout: 200_000 })
  }
  const after = await heapBytes(page)
  console.log(`${what}: ${(before / 1e6).toFixed(1)} MB before, ${(after / 1e6).toFixed(1)} MB after ${command}`)
  expect(after - before).toBeLessThan(MOST_GROWTH_BYTES)
})

/** Objects, and the bytes that stand outside of them. */
async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number
    backingStorageSize: number
  }
  await session.detach()
  return usedSize + backingStorageSize
}
