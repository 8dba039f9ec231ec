/** The window as a whole: signing in, what it says while the core is away, both themes. */
import { afterAll, describe, expect, test } from 'vitest'
import { axeFindings } from '../helpers/axe.ts'
import { closeBrowser, openPage, openWindow } from '../helpers/browser.ts'
import { startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'
import { askAddress } from '../helpers/web.ts'

afterAll(closeBrowser)

describe('signing in', () => {
  test('the address of `drover open` signs in once, and does not keep its token', async () => {
    const product = await startProduct()
    const { page, address } = await openWindow(product)
    await page.getByText('1 of 1 host').waitFor()
    expect(page.url()).toBe(`${address}/#/`)
    await page.reload()
    await page.getByText('1 of 1 host').waitFor()
  })

  test('a page without a token says what to type', async () => {
    const product = await startProduct()
    const { address } = await askAddress(product)
    const { page } = await openPage()
    await page.goto(address)
    await page.getByText('drover open').waitFor()
  })
})

test('a core that is killed is missed, and found again when it is back; jobs that ran meanwhile are there', async () => {
  const sshd = await startSshd()
  const product = await startProduct({ box: sshd })
  const { page, problems } = await openWindow(product)
  problems.expect(/WebSocket connection to .* failed/)
  await page.getByText('2 of 2 hosts').waitFor()
  await product.killCore()
  await page.getByRole('alert').getByText('The core does not answer').waitFor()
  const id = await product.running(['--on', 'box', '-n', '--', 'sleep 1000'])
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await page.getByText('1 job running').waitFor()
  await page.goto(`${page.url().split('#')[0]}#/jobs/${id}`)
})

test('what is waited for shows nothing for the first moment, then its place', async () => {
  const product = await startProduct()
  const { url } = await product.call('window.open', { display: null })
  const { page } = await openPage()
  const answers = Promise.withResolvers<void>()
  await page.routeWebSocket(/\/ws$/, socket => {
    const server = socket.connectToServer()
    server.onMessage(message => void answers.promise.then(() => socket.send(message)))
  })
  await page.goto(url ?? '')
  await page.locator('.skeleton').waitFor({ state: 'attached' })
  const visibilityAt = (ms: number) =>
    page.locator('.skeleton').evaluate((element, at) => {
      // From its beginning once more: what is over is not among the animations.
      const { style } = element as HTMLElement
      style.animation = 'none'
      getComputedStyle(element).getPropertyValue('animation')
      style.animation = ''
      for (const animation of element.getAnimations()) {
        animation.pause()
        animation.currentTime = at
      }
      return getComputedStyle(element).visibility
    }, ms)
  expect(await visibilityAt(90)).toBe('hidden')
  expect(await visibilityAt(120)).toBe('visible')
  answers.resolve()
  await page.getByText('1 of 1 host').waitFor()
  await waitFor(async () => (await page.locator('.skeleton').count()) === 0, { what: 'the end of waiting' })
})

test('a core that cannot say how it is: the page says why, and asks again when it is told to', async () => {
  const product = await startProduct()
  const { url } = await product.call('window.open', { display: null })
  const { page } = await openPage()
  let isRefused = true
  // A job.list that the core itself refuses: what the page asks is bent on its way.
  await page.routeWebSocket(/\/ws$/, socket => {
    const server = socket.connectToServer()
    socket.onMessage(message => {
      const isList = typeof message === 'string' && message.includes('"job.list"')
      server.send(isRefused && isList ? message.replace('"limit":', '"no_such":') : message)
    })
  })
  await page.goto(url ?? '')
  const problem = page.getByRole('alert')
  await page.getByRole('heading', { name: 'did not say how it is' }).waitFor()
  await problem.getByText('Bad input for job.list').waitFor()
  expect(await page.locator('.skeleton').count()).toBe(0)
  expect(await page.getByText('nothing runs').count()).toBe(0)
  expect(await axeFindings(page)).toEqual([])
  await problem.getByRole('button', { name: 'Try again' }).click()
  await problem.waitFor()
  isRefused = false
  await problem.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('1 of 1 host').waitFor()
  await problem.waitFor({ state: 'detached' })
})

for (const colorScheme of ['dark', 'light'] as const) {
  test(`the frame has no findings of axe, ${colorScheme}`, async () => {
    const product = await startProduct()
    const { page } = await openWindow(product, { colorScheme })
    await page.getByText('1 of 1 host').waitFor()
    expect(await axeFindings(page)).toEqual([])
  })
}
