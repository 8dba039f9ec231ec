/** Placement rules in a real browser: made where a person wonders about a host, changed and removed in Settings, and all of it in the file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser } from '../helpers/browser.ts'
import { makeOwnGround, openJob } from '../helpers/job-page.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

const PICTURES = process.env.DROVER_TEST_PICTURES
const PUSH = { command: { line: 'true' }, folder: null, sync: false, terminal: null }

test('a pin made in the window decides where the next job goes, and stands in the file; changed, removed and brought back there', async () => {
  const ground = await makeOwnGround()
  const { page, product } = ground
  const path = join(product.home.dir, '.config/drover/config.yaml')
  const config = () => readFileSync(path, 'utf8')
  writeFileSync(path, `${config()}# Mine alone.\nrules:\n  - { command: render, needs: [gpu] } # the card\n`)
  mkdirSync(join(product.home.dir, '.beowulf'))
  writeFileSync(join(product.home.dir, '.beowulf/beowulfdrc'), 'sticky.gimp = box\n')
  const placed = async () => (await product.call('job.push', { ...PUSH, host: 'auto' })).job
  const inFile = (pattern: RegExp) => waitFor(() => pattern.test(config()), { what: `${pattern} in the config` })

  await openJob(ground, (await product.call('job.push', { ...PUSH, host: 'box' })).job, 'why')
  await page.getByRole('button', { name: 'Always on this host…' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByLabel('Name').inputValue()).toBe('true')
  expect(await dialog.getByLabel('Always on').inputValue()).toBe('box')
  await dialog.getByLabel('Name').press('Enter')
  await page.getByRole('status').getByText('true runs always on box').waitFor()
  await inFile(/command: "true"\n +pin: box\n/)
  expect((await placed()).placement?.reason).toMatch(/^true is pinned to box/)

  await page.getByRole('link', { name: 'Settings' }).click()
  const rules = page.getByRole('group', { name: 'Placement rules' })
  await rules.getByRole('button', { name: 'Change the rule for true…' }).click()
  await dialog.getByLabel('Until').fill('2001-02-03T04:05')
  await dialog.getByRole('alert').getByText('This has passed').waitFor()
  await dialog.getByLabel('Name').fill(' ')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('alert').getByText('Type the name of a program').waitFor()
  expect(await axeFindings(page)).toEqual([])
  await dialog.getByLabel('Name').fill('true')
  await dialog.getByLabel('Until').fill(localTime(Date.now() + 3 * 86_400_000 + 600_000))
  await dialog.getByLabel('When that cannot take it').selectOption('auto')
  await dialog.getByLabel('Needs').fill('gpu, has!mark')
  await dialog.getByText('“has!mark” is none of').waitFor()
  await dialog.getByLabel('Needs').fill('')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await rules.getByText('3 d left').waitFor()
  await rules.getByText('always on box, else on the best other').waitFor()
  await inFile(/fallback: auto\n +until: 20/)

  // What only the core knows is said in its place as well.
  await rules.getByRole('button', { name: 'Add a rule…' }).click()
  await dialog.getByLabel('Name').fill('true')
  await dialog.getByLabel('Always on').selectOption('local')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('alert').getByText('There is a rule for true already').waitFor()
  await page.keyboard.press('Escape')

  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await axeFindings(page)).toEqual([])
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `rules-${colorScheme}.png`) })
  }

  await page.getByRole('link', { name: 'Hosts', exact: true }).click()
  await page.getByRole('row', { name: /box/ }).getByRole('link').click()
  await page.getByRole('button', { name: 'Drain' }).click()
  await page.getByRole('row', { name: /box drained/ }).waitFor()
  await inFile(/drain: true/)
  expect((await placed()).placement).toMatchObject({ host: 'local', reason: expect.stringContaining('but it is drained') })
  await page.getByRole('button', { name: 'Let it take jobs' }).click()
  // What another tool pins is offered where its hosts are.
  await page.getByRole('button', { name: 'Import…' }).click()
  await dialog.getByText('gimp: always on box').waitFor()
  expect(await axeFindings(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Take over 1 pin' }).click()
  await inFile(/app: gimp\n +pin: box\n/)
  await page.getByRole('link', { name: 'Settings' }).click()

  await rules.getByRole('button', { name: 'Remove the rule for true' }).press('Enter')
  await rules.getByRole('button', { name: 'Remove the rule for true' }).waitFor({ state: 'detached' })
  expect((await placed()).placement?.reason).not.toContain('pinned')
  const removed = page.locator('.toast', { hasText: 'The rule for true was removed' })
  await removed.getByRole('button', { name: 'Undo' }).press('Enter')
  await rules.getByText('3 d left').waitFor()
  await rules.getByRole('button', { name: 'Remove the rule for render' }).click()
  await waitFor(() => !config().includes('# the card'), { what: 'the rule and its comment to be gone' })
  await page.locator('.toast', { hasText: 'The rule for render was removed' }).getByRole('button', { name: 'Undo' }).click()
  await inFile(/command: render, needs: \[ ?gpu ?\] } # the card/)
  for (const name of ['true', 'render', 'gimp']) {
    await rules.getByRole('button', { name: `Remove the rule for ${name}` }).click()
    await rules.getByRole('button', { name: `Remove the rule for ${name}` }).waitFor({ state: 'detached' })
  }
  await rules.getByText('No rules').waitFor()
  expect(config()).toContain('# Mine alone.')
  expect(config()).not.toMatch(/rules|pin/)
})

/** As the field wants it. */
function localTime(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
