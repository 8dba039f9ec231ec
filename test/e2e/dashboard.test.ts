/** The dashboard in a real browser: all there is to see, nothing to do, and nothing asked of the core that it would refuse. */
import { afterAll, expect, test } from 'vitest'
import { entryText, writeEntry } from '../helpers/app-host.ts'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openPage } from '../helpers/browser.ts'
import { startProduct } from '../helpers/product.ts'
import { seedJobs } from '../helpers/seed-jobs.ts'
import { takeOwnPort } from '../helpers/web.ts'

const FAILED = '11111111-0000-4000-8000-000000000001'
/** Of what would do something. */
const DEEDS = /^(Always|Ask|Push|Add|Import|Remove|Test|Stop|Run again|Pull|Make|Let |Drain|Try now|Sign out|Kill|Cancel)/

afterAll(closeBrowser)

test('every view is there to look at, and the core is asked nothing that it refuses', async () => {
  const product = await startProduct()
  writeEntry(product.home.dir, 'sheep.desktop', entryText({ Name: 'Sheep dog', Exec: 'sheep' }))
  await product.drover(['daemon', 'stop'])
  const at = Date.now() - 60_000
  const failed = { state: 'ended', outcome: 'exited', exitCode: 2, createdAt: at, startedAt: at, endedAt: at + 1000 } as const
  seedJobs(product, [{ ...failed, id: FAILED, host: 'local', command: { line: 'make sheep' } }])
  await takeOwnPort(product)
  const { url, address } = await product.call('web.dashboard', {})
  const { page, problems } = await openPage()
  const refusals: string[] = []
  page.on('websocket', socket =>
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('FORBIDDEN')) refusals.push(String(payload))
    }),
  )
  await page.goto(url)
  await page.getByText('read only').waitFor()
  await page.getByRole('heading', { name: 'Metrics' }).waitFor()
  const views = {
    '/': page.getByRole('region', { name: 'Needs you' }).getByText('make sheep'),
    '/jobs': page.getByRole('grid', { name: 'Jobs' }).getByText('make sheep'),
    [`/jobs/${FAILED}`]: page.getByRole('tab', { name: 'Resources' }),
    [`/jobs/${FAILED}/log`]: page.getByRole('tab', { name: 'Resources', selected: true }),
    [`/jobs/${FAILED}/why`]: page.getByRole('tab', { name: 'Why local?', selected: true }),
    '/processes': page.getByText('No project yet'),
    '/apps': page.getByRole('button', { name: 'Sheep dog local', disabled: true }),
    '/hosts': page.getByRole('heading', { name: 'Hosts', level: 1 }),
    '/hosts/local': page.getByRole('region', { name: 'Host local' }),
    '/settings': page.getByText('Appearance, in this browser'),
  }
  for (const [route, sign] of Object.entries(views)) {
    await page.goto(`${address}/#${route}`)
    await sign.waitFor()
    const buttons = await page.getByRole('button').allInnerTexts()
    expect({ route, deeds: buttons.filter(text => DEEDS.test(text.trim())) }).toEqual({ route, deeds: [] })
  }
  expect(await page.getByRole('tab').allInnerTexts()).toEqual([])
  // An app has no menu.
  await page.goto(`${address}/#/apps`)
  await page.locator('.app-tile').first().click({ button: 'right', force: true })
  expect(await page.getByRole('button', { name: 'More for Sheep dog' }).count()).toBe(0)
  expect(await page.getByRole('menu').count()).toBe(0)
  await page.keyboard.press('n')
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(await axeFindings(page)).toEqual([])
  expect(refusals).toEqual([])
  await product.drover(['config', 'set', 'web.dashboard', 'false'])
  await page.getByRole('heading', { name: 'not signed in' }).or(page.getByText('not signed in')).first().waitFor()
  problems.expect(/WebSocket/)
})
