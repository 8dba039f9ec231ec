/** Jobs and overview in a real browser: jobs of real hosts as they run and end, many at once, thousands of them, hostile ones. */
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { manyJobs, seedJobs } from '../helpers/seed-jobs.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

const rows = (page: Page) => page.getByRole('grid').locator('.job-row')
const row = (page: Page, command: string) => rows(page).filter({ hasText: command })
const filter = (page: Page) => page.getByRole('textbox', { name: 'Filter jobs' })
const commands = async (page: Page) => await rows(page).locator('[role=gridcell]:nth-child(5)').allInnerTexts()
const push = (product: Product, command: string) => product.drover(['push', '--on', 'box', '-n', '--', command])

async function openJobs(product: Product, options: Parameters<typeof openWindow>[1] = {}): Promise<Page> {
  const { page } = await openWindow(product, options)
  await page.getByRole('link', { name: 'Jobs' }).first().click()
  await page.getByRole('heading', { name: 'Jobs' }).waitFor()
  return page
}

describe('on a real host', () => {
  test('jobs of every outcome appear by themselves, are sorted, found, stopped and removed', async () => {
    const product = await startProduct({ box: await startSshd() })
    const page = await openJobs(product)
    await page.getByText('No job yet').waitFor()
    await push(product, 'echo zebra; exit 0')
    await push(product, 'echo apple; exit 3')
    await push(product, 'echo mango; kill -9 $$')
    const running = await product.running(['--on', 'box', '-n', '--', 'sleep 1000'])
    await row(page, 'zebra').getByText('done [0]').waitFor()
    await row(page, 'apple').getByText('done [3]').waitFor()
    await row(page, 'mango').getByText('done [SIGKILL]').waitFor()
    await row(page, 'sleep').getByText('running').waitFor()

    await page.getByRole('button', { name: 'Command' }).click()
    expect(await page.getByRole('columnheader', { name: 'Command' }).getAttribute('aria-sort')).toBe('ascending')
    expect((await commands(page)).map(text => /apple|mango|zebra|sleep/.exec(text)?.[0])).toEqual([
      'apple',
      'mango',
      'zebra',
      'sleep',
    ])
    await filter(page).fill('host:box is:failed')
    await waitFor(async () => (await rows(page).count()) === 2, { what: 'the filter to leave two' })
    await filter(page).fill('nothing like it')
    await page.getByText('No job fits the filter').waitFor()

    await page.reload()
    await page.getByText('No job fits the filter').waitFor() // Kept over a reload, as is the order.
    await page.getByRole('button', { name: 'Show all' }).click()
    expect(await page.getByRole('columnheader', { name: 'Command' }).getAttribute('aria-sort')).toBe('ascending')

    await page.getByRole('grid').focus()
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Remove' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Remove 3 jobs?').waitFor()
    await dialog.getByText('1 job has not ended and stays').waitFor()
    await dialog.getByText(running.slice(0, 8)).waitFor()
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Removed: 3 jobs.').waitFor()
    await waitFor(async () => (await rows(page).count()) === 1, { what: 'the removed rows to go' })
    expect((await product.jobs()).map(job => job.id)).toEqual([running])

    await page.getByRole('button', { name: 'Stop' }).click()
    await row(page, 'sleep').getByText('stopped').waitFor()
    expect((await product.job(running)).outcome).toBe('stopped')
  })

  test('what failed needs a person until it was seen, with its last line; the lines of the hosts outlive a reload', async () => {
    const sshd = await startSshd()
    const product = await startProduct({ box: sshd })
    const { page } = await openWindow(product)
    await page.getByText('No job yet').waitFor()
    await page.getByText('next for jobs').waitFor() // One of the two.
    await push(product, 'echo building; echo "cannot lock the backup" >&2; exit 2')
    await push(product, 'exit 0')
    const needsYou = page.getByRole('region', { name: 'Needs you' })
    await needsYou.getByText('failed with exit 2 on box').waitFor()
    await needsYou.getByText('cannot lock the backup', { exact: true }).waitFor()
    await needsYou.getByRole('button', { name: 'Run again' }).click()
    // The first was dealt with; the second run of it fails like the first.
    await waitFor(async () => (await product.jobs()).filter(job => job.exitCode === 2).length === 2, { what: 'the second run' })
    await waitFor(async () => (await needsYou.locator('article').count()) === 1, { what: 'one of the two to be shown' })
    await needsYou.getByRole('button', { name: 'Dismiss' }).click()
    await needsYou.waitFor({ state: 'detached' })
    // Who looks at a job that failed has seen it, by whatever way he came.
    await push(product, 'exit 5')
    const badge = page.getByRole('navigation').getByTitle('1 job failed, and you have not looked yet')
    await badge.waitFor()
    const [last] = await product.jobs()
    await page.goto(`${page.url().split('#')[0]}#/jobs/${last?.id}/files`)
    await page.getByText('Ended with exit code 5').waitFor()
    await badge.waitFor({ state: 'detached' })
    await page.goBack()
    await page.getByRole('heading', { name: 'Running' }).waitFor()
    expect(await needsYou.count()).toBe(0)

    const pieces = async () => (await page.locator('.host-line path').last().getAttribute('d'))?.split('L').length ?? 0
    await waitFor(async () => (await pieces()) > 4, { what: 'a line of some samples' })
    // From here on nothing new is heard of it: what is drawn after the reload was kept by the core.
    await sshd.kill()
    await page.getByRole('article', { name: 'box' }).getByText('unknown for').waitFor()
    const before = await pieces()
    await page.reload()
    await page.getByRole('heading', { name: 'Running' }).waitFor()
    await waitFor(async () => (await pieces()) >= before, { what: 'the line to be there again' })
    expect(await needsYou.count()).toBe(0)
  })

  test('a host that goes away keeps its last values and its jobs, and comes back when one says so', async () => {
    const sshd = await startSshd()
    const product = await startProduct({ box: sshd })
    await product.running(['--on', 'box', '-n', '--', 'sleep 1000'])
    const { page } = await openWindow(product)
    const card = page.getByRole('article', { name: 'box' })
    await card.getByText('%').first().waitFor()
    await sshd.kill()
    await card.getByText(/unknown for|connecting/).waitFor()
    await card.getByText(/\d+ s old/).waitFor()
    expect(await card.getByText('GB').count()).toBe(1)
    await page
      .getByRole('table')
      .getByText(/unknown \(/)
      .waitFor()
    await sshd.restart()
    await waitFor(
      async () => {
        const button = card.getByRole('button', { name: 'Try now' })
        if (await button.isVisible()) await button.click({ timeout: 1_000 }).catch(() => undefined) // It may come back by itself.
        return (await page.getByRole('table').getByText('running').count()) === 1
      },
      { timeoutMs: 30_000, what: 'the host to be back' },
    )
  })

  test('a host that shows another key needs a person, and says what to do', async () => {
    const [sshd, other] = [await startSshd(), await startSshd()]
    const product = await startProduct(
      { box: sshd },
      { knownHosts: sshd.knownHosts().replace(/ssh-.*/, other.hostKeys[0]?.publicKey ?? '') },
    )
    const { page } = await openWindow(product)
    const needsYou = page.getByRole('region', { name: 'Needs you' })
    await needsYou.getByText('shows another key').waitFor()
    await needsYou.getByRole('button', { name: 'Compare keys…' }).waitFor()
    expect(await page.getByRole('article', { name: 'box' }).getByText('key changed').count()).toBe(1)
  })
})

describe('by keyboard only', () => {
  test('one finds, moves, chooses, opens and comes back to where one was', async () => {
    const product = await startProduct()
    seedJobs(product, manyJobs(30, Date.now()))
    const page = await openJobs(product)
    await rows(page).first().waitFor()
    await filter(page).focus()
    await page.keyboard.type('target-2')
    await waitFor(async () => (await rows(page).count()) === 11, { what: 'the filter to leave eleven' })
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('grid').getAttribute('aria-activedescendant')).toBe(await rows(page).first().getAttribute('id'))
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('3 jobs chosen').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('jobs chosen').waitFor({ state: 'detached' })
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await waitFor(() => page.url().includes('#/jobs/00000002-'), { what: 'the job to be open' })
    await page.goBack()
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Delete')
    expect(await page.getByRole('dialog').count()).toBe(0) // Nothing is chosen.
    await page.keyboard.press('Space')
    await page.keyboard.press('Delete')
    await page.getByRole('dialog').getByText('Remove 1 job?').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Removed: 1 job.').waitFor()
    expect((await product.jobs()).some(job => job.id.startsWith('00000020'))).toBe(false)
    expect((await product.jobs()).length).toBe(29)
  })

  test('the mouse chooses with Ctrl, with Shift, and by the box', async () => {
    const product = await startProduct()
    seedJobs(product, manyJobs(10, Date.now()))
    const page = await openJobs(product)
    await rows(page)
      .nth(1)
      .click({ modifiers: ['Control'] })
    await rows(page)
      .nth(4)
      .click({ modifiers: ['Shift'] })
    await page.getByText('4 jobs chosen').waitFor()
    await rows(page).nth(2).locator('.choice').click()
    await page.getByText('3 jobs chosen').waitFor()
    await rows(page).nth(0).getByText('make').click()
    await waitFor(() => page.url().includes('#/jobs/00000009-'), { what: 'the job to be open' })
  })
})

test('ten thousand jobs: those in sight are drawn, older ones come as one scrolls, all are found', async () => {
  const product = await startProduct()
  seedJobs(product, manyJobs(10_000, Date.now()))
  const page = await openJobs(product)
  await page.getByText('1,000+').waitFor()
  expect(await rows(page).count()).toBeLessThan(80)
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await page.getByText('1,500+').waitFor()
  await filter(page).fill('target-123')
  await page.getByText('No job fits the filter').waitFor()
  await page.getByRole('button', { name: 'Load all' }).click()
  await page.getByText('11 of 10,000').waitFor()
  await waitFor(async () => (await rows(page).count()) === 11, { what: 'all eleven' })
  await filter(page).fill('')
  await page.getByRole('button', { name: 'Peak memory' }).click()
  await waitFor(async () => (await commands(page))[0] === 'make target-9999', { what: 'the greatest first' })
  await page.getByRole('button', { name: 'Peak memory' }).click()
  await waitFor(async () => (await commands(page))[0] === 'make target-0', { what: 'the smallest first' })
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await row(page, 'make target-9999').waitFor()
  expect(await rows(page).count()).toBeLessThan(80)
  expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('10001')
  await page.keyboard.press('Enter')
  await page.goBack()
  await row(page, 'make target-9999').waitFor() // Where one was, and not the top.
})

test('hostile commands and folders are drawn as text, and nothing in them acts', async () => {
  const hostile = [
    '<img src=x onerror="window.pwned=1">',
    '</span><script>window.pwned=1</script>',
    'rm \u202Egnp.exe\u202C \u2066x\u2069',
    '\x1b]0;owned\x07\x1b[2J\x1b[31mred',
    'echo 😀 👩‍👩‍👧 𝒳 \u{1F1E9}\u{1F1EA}',
    `${'long '.repeat(20_000)}end`,
    'two\nlines\r\nof\ttext',
  ]
  const product = await startProduct()
  seedJobs(
    product,
    manyJobs(hostile.length, Date.now()).map((job, index) => ({
      ...job,
      command: { line: hostile[index] ?? '' },
      folder: `/home/me/${(hostile[index] ?? '').slice(0, 50)}`,
      outcome: 'failed',
      exitCode: null,
      reason: hostile[index] ?? '',
    })),
  )
  const { page } = await openWindow(product)
  const checkInert = async () => {
    expect(await page.evaluate('window.pwned')).toBeUndefined()
    expect(await page.locator('main img, main script').count()).toBe(0)
    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\x1b\x07]/)
    const titles = await page
      .locator('main [title]')
      .evaluateAll(elements => elements.map(element => element.getAttribute('title')))
    expect(titles.join(' ')).not.toMatch(/[\u202a-\u202e\u2066-\u2069\x1b\x07]/)
  }
  await page.getByRole('region', { name: 'Needs you' }).getByText('could not be run').first().waitFor()
  await checkInert()
  await page.getByRole('link', { name: 'Jobs' }).first().click()
  await rows(page)
    .nth(hostile.length - 1)
    .waitFor()
  await checkInert()
  const shown = await commands(page)
  expect(shown).toContain('<img src=x onerror="window.pwned=1">')
  expect(shown).toContain('rm \\u{202e}gnp.exe\\u{202c} \\u{2066}x\\u{2069}')
  expect(shown).toContain('echo 😀 👩‍👩‍👧 𝒳 \u{1F1E9}\u{1F1EA}')
  expect(shown).toContain('two\\nlines\\r\\nof\\ttext')
  await page.getByRole('grid').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await page.getByRole('dialog').waitFor()
  expect(await page.locator('dialog img, dialog script').count()).toBe(0)
  expect(await page.getByRole('dialog').textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069\x1b]/)
})

for (const colorScheme of ['dark', 'light'] as const) {
  test(`overview, jobs and the question before a removal have no findings of axe, ${colorScheme}`, async () => {
    const sshd = await startSshd()
    const product = await startProduct({ box: sshd })
    await push(product, 'echo no; exit 1')
    await product.running(['--on', 'box', '-n', '--', 'sleep 1000'])
    const { page } = await openWindow(product, { colorScheme })
    await page.getByRole('region', { name: 'Needs you' }).waitFor()
    await page.getByRole('table').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await sshd.kill()
    await page
      .getByText(/unknown for/)
      .first()
      .waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('link', { name: 'Jobs' }).first().click()
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Control+a')
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Delete')
    await page.getByRole('dialog').waitFor()
    expect(await axeFindings(page)).toEqual([])
  })
}
