/** A job's log in a real browser, on a real sshd host: paged through, searched, followed, saved; and output that means harm. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { closeGround, makeGround, openJob, openTerminal, pushJob, screenHas } from '../helpers/job-page.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeGround)

test('hostile output does nothing but be output', async () => {
  const ground = await makeGround()
  const { page, context, product } = ground
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const hostile = [
    '\\033]0;evil title\\007',
    '\\033]52;c;ZXZpbA==\\007',
    '\\033]8;;https://evil.example/path\\033\\\\https://good.example\\033]8;;\\033\\\\ ',
    '<img src=x onerror=document.title=1> \\342\\200\\256bidi end\\n',
  ].join('')
  const job = await pushJob(ground, `printf '${hostile}'; printf 'plain\\n'; exec sleep 1000`, { terminal: true })
  const title = await page.title()
  await page.evaluate(() => navigator.clipboard.writeText('mine'))
  await openTerminal(ground, job)
  await screenHas(page, '<img src=x')
  expect(await page.title()).toBe(title)
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('mine')
  await openJob(ground, job, 'log')
  await page.getByRole('log').getByText('<img src=x onerror=document.title=1>').waitFor()
  await page.getByRole('log').getByText('\\u{202e}bidi end').waitFor()
  expect(await page.locator('img').count()).toBe(0)
  // A command and a folder's name are as little to be trusted.
  const { job: named } = await product.call('job.push', {
    command: { argv: ['printf', '\u202e\x1b[31m<b>x</b>'] },
    folder: null,
    sync: false,
    host: 'box',
    terminal: null,
  })
  await openJob(ground, named)
  await page.getByRole('heading', { level: 1 }).getByText('\\u{202e}').waitFor()
  expect(await page.locator('h1 b').count()).toBe(0)
})

test('a log: paged through, searched, its errors, its end followed', async () => {
  const ground = await makeGround()
  const { page } = ground
  const go = join(ground.sshd.home, 'go')
  const job = await pushJob(
    ground,
    `seq -f 'line %07.0f' 1 400000; echo 'ERROR: it broke'; seq 5; ${until(`${go}.1`)}; echo after; ${until(`${go}.2`)}; echo more; sleep 1000`,
  )
  await waitFor(async () => (await ground.product.call('job.logSize', { job: job.id })).bytes > 5_200_020)
  await openJob(ground, job, 'log')
  const log = page.getByRole('log')
  await log.getByText('ERROR: it broke').waitFor()
  // Only what is in sight is in the page.
  expect(await page.locator('.log-row').count()).toBeLessThan(200)
  await log.focus()
  await page.keyboard.press('Home')
  await log.getByText('line 0000001', { exact: true }).waitFor()
  const follow = page.getByRole('button', { name: /^Follow/ })
  await follow.waitFor()
  await waitFor(
    async () => {
      await page.mouse.move(700, 500)
      await page.mouse.wheel(0, 120_000)
      return log
        .getByText(/^line 00[4-9]/)
        .first()
        .isVisible()
    },
    { what: 'the next parts to be read', timeoutMs: 20_000 },
  )
  await page.getByRole('textbox', { name: 'Search the whole log' }).fill('line 02345')
  await page.keyboard.press('Enter')
  await page.getByText('1 of 100', { exact: true }).waitFor()
  await log.getByText('line 0234500', { exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('2 of 100', { exact: true }).waitFor()
  await expectMarked(page, 'line 0234501')
  await page.keyboard.press('Shift+Enter')
  await expectMarked(page, 'line 0234500')
  await page.getByRole('button', { name: 'Regular expression' }).click()
  await page.getByRole('textbox', { name: 'Search the whole log' }).fill('0{6}[12]$')
  await page.keyboard.press('Enter')
  await page.getByText('1 of 2', { exact: true }).waitFor()
  await page.getByRole('textbox', { name: 'Search the whole log' }).fill('(')
  await page.keyboard.press('Enter')
  await page.getByText('The pattern is not understood').waitFor()
  await page.getByRole('button', { name: 'Next error' }).click()
  await expectMarked(page, 'ERROR: it broke')
  writeFileSync(`${go}.1`, '')
  await page.getByRole('button', { name: /^Follow: \d+ B more|^Follow$/ }).click()
  await log.getByText('after', { exact: true }).waitFor()
  await page.getByText('Following the end').waitFor()
  // Who reads further up is left there, and told how much came.
  await log.hover()
  await page.mouse.wheel(0, -2000)
  await follow.waitFor()
  writeFileSync(`${go}.2`, '')
  await page.getByRole('button', { name: 'Follow: 5 B more' }).click()
  await log.getByText('more', { exact: true }).waitFor()
})

const until = (path: string) => `until [ -e ${path} ]; do sleep 0.05; done`

async function expectMarked(page: Page, text: string): Promise<void> {
  await page.locator('.log-row.marked').getByText(text).waitFor()
}

test('a log is saved to a file as it is, and copied', async () => {
  const ground = await makeGround()
  const { page, context } = ground
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const job = await pushJob(ground, "printf 'one\\n\\033[31mtwo\\033[0m\\n'")
  await ground.product.reaches(job.id, 'ended')
  await openJob(ground, job, 'log')
  await page.getByRole('log').getByText('two').waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the log' }).click(),
  ])
  expect(readFileSync(await download.path(), 'utf8')).toBe('one\n\x1b[31mtwo\x1b[0m\n')
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  await page.getByText('Copied the 2 lines').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('one\ntwo\n')
})
