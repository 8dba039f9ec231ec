/** The Apps view in a real browser: apps of this machine and of a host, found, kept at hand, and shown by pictures that can do nothing. */
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { entryText, INDEX_THEME, pngOf, writeEntry, writeIcon } from '../helpers/app-host.ts'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openWindow } from '../helpers/browser.ts'
import { openLaunchStage } from '../helpers/launch-stage.ts'
import { startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

afterAll(closeBrowser)

const SVG = (inside: string) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">${inside}</svg>`

test('apps of all hosts are found as one types, and favourites come first', { timeout: 90_000 }, async () => {
  const box = await startSshd({ env: { XDG_DATA_DIRS: '/nowhere', XDG_DATA_HOME: '' } })
  for (const name of ['Krita', 'Inkscape', 'Blender', 'Zeal']) {
    const text = entryText({ Name: name, 'Name[de]': `${name} DE`, Exec: name.toLowerCase(), Icon: name.toLowerCase() })
    writeEntry(box.home, `${name.toLowerCase()}.desktop`, `${text}Actions=new;\n[Desktop Action new]\nName=New picture\nExec=x\n`)
  }
  writeEntry(box.home, 'evil.desktop', entryText({ Name: '<img src=x onerror=alert(1)>\u202e', Exec: 'evil', Icon: 'evil' }))
  writeIcon(box.home, 'hicolor/index.theme', INDEX_THEME)
  writeIcon(box.home, 'hicolor/128x128/apps/krita.png', pngOf(96, [200, 40, 90]))
  writeIcon(box.home, 'hicolor/scalable/apps/inkscape.svg', SVG('<circle cx="4" cy="4" r="4" fill="teal"/>'))
  writeIcon(box.home, 'hicolor/scalable/apps/evil.svg', SVG('<script>alert(1)</script>'))
  const product = await startProduct({ box })
  await waitFor(async () => (await product.call('app.list', { host: 'box' })).apps.length === 5, { what: 'the apps of box' })

  const { page, address } = await openWindow(product, { locale: 'de-DE' })
  await page.goto(`${address}/#/apps`)
  const krita = page.getByRole('button', { name: 'Krita DE box' })
  await krita.waitFor()
  const images = () =>
    page.locator('.app-tile img').evaluateAll(all => all.filter(one => (one as HTMLImageElement).naturalWidth > 0).length)
  await waitFor(async () => (await images()) >= 2, { what: 'the pictures to be drawn' })
  expect(await page.getByRole('button', { name: /^<img/ }).locator('img').count()).toBe(0)

  // By keys alone: from the field to the first that is found, and back.
  const field = page.getByRole('searchbox', { name: 'Find an app' })
  await field.fill('ink')
  expect(await page.locator('.app-launch').count()).toBe(1)
  await page.keyboard.press('ArrowDown')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Inkscape DEbox')
  await page.keyboard.press('ArrowUp')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Find an app')
  await field.fill('')

  await page.getByRole('button', { name: 'More for Zeal DE' }).click()
  const menu = page.getByRole('menu')
  expect(await menu.getByRole('menuitem').allTextContents()).toEqual([
    ' Launch on box',
    'New picture',
    'Always on this host…',
    'Make it a favourite',
    "Add to this desktop's menu",
  ])
  await menu.getByRole('menuitem', { name: 'Always on this host…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Always on this host' })
  expect(await dialog.getByLabel('Name').inputValue()).toBe('zeal')
  expect(await dialog.getByLabel('Always on').inputValue()).toBe('box')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More for Zeal DE' }).click()
  await menu.getByRole('menuitem', { name: 'Make it a favourite' }).click()
  const favourites = page.getByRole('region', { name: 'Favourites' })
  await favourites.getByRole('button', { name: 'Zeal DE box' }).waitFor()
  expect(await axeFindings(page)).toEqual([])

  // What comes to a host is here as soon as it was asked.
  writeEntry(box.home, 'new.desktop', entryText({ Name: 'Newcomer', Exec: 'new' }))
  await page.getByRole('button', { name: 'Ask the hosts' }).click()
  await page.getByRole('button', { name: 'Newcomer box' }).waitFor()

  await page.keyboard.press('Control+K')
  await page.getByRole('combobox').fill('launch krit')
  await page.getByRole('option', { name: /^Launch Krita DE/ }).waitFor()
})

test('a click on a tile opens the window of the app here, from its host; its menu ends it', { timeout: 90_000 }, async () => {
  const stage = await openLaunchStage()
  onTestFinished(() => stage.close())
  const { product, box } = stage
  writeEntry(box.home, 'field.desktop', entryText({ Name: 'Field', Exec: 'foot -T "of the tile"' }))
  await product.call('app.refresh', {})
  await waitFor(async () => (await product.call('app.list', { query: 'field' })).apps.length === 1, { what: 'the app of box' })
  const { page, address } = await openWindow(product)
  await page.goto(`${address}/#/apps`)
  await page.getByRole('button', { name: 'Field box' }).click()
  await stage.windows('foot')
  expect((await stage.desktop.windows())[0]?.title).toBe('of the tile')
  await page.getByText('Field starts on box').waitFor()
  await page.locator('.app-tile', { hasText: 'Field' }).getByRole('link', { name: 'on box' }).waitFor()
  const [job] = await product.jobs()
  expect(job).toMatchObject({ kind: 'app', host: 'box', state: 'running', command: { argv: ['foot', '-T', 'of the tile'] } })
  // Placed, though there was only one: nobody has asked for box.
  expect(job?.placement?.reason).not.toBe('asked for')

  await page.getByRole('button', { name: 'More for Field' }).click()
  await page.getByRole('menuitem', { name: 'Stop it on box' }).click()
  await stage.windows()
  expect(await product.reaches(job?.id ?? '', 'ended')).toMatchObject({ outcome: 'stopped' })
})
