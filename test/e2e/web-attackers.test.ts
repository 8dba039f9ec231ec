/**
 * A hostile page in the browser of the person whose core it is: a real Chromium, real servers of other origins, a name that was made to
 * lead here. Each tries what a page can try; what the core did is asked of the core.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { writeRedirect } from '../../src/main/shell/freedesktop/redirect-file.ts'
import { startProduct } from '../helpers/product.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'
import { askAddress, signIn, tokenOf } from '../helpers/web.ts'

async function startChromium(args: readonly string[] = []): Promise<Browser> {
  // In a container its sandbox cannot be had; what is tested here does not rest on it.
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', ...args] })
  onTestFinished(() => browser.close())
  return browser
}

/** A site of somebody else's, on any name that leads to this computer. */
async function startSite(): Promise<number> {
  const site = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>evil</title><body>')
  })
  await new Promise<void>(resolve => site.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    site.close()
    site.closeAllConnections()
  })
  return (site.address() as AddressInfo).port
}

/** What a page gets at each door, in words; `read` is what it could read of an answer. */
function tryDoors(page: Page, target: string, secrets: { session: string; token: string }) {
  return page.evaluate(
    async ({ target, session, token }) => {
      const fetched = async (path: string, options: RequestInit) => {
        try {
          const answer = await fetch(target + path, options)
          return answer.type === 'opaque' ? 'opaque' : `read ${answer.status}`
        } catch {
          return 'refused'
        }
      }
      const framed = () =>
        new Promise<string>(resolve => {
          const frame = document.createElement('iframe')
          frame.onload = () => {
            // Null for a page of another origin, an error's among them.
            resolve(frame.contentDocument === null ? 'refused' : `read ${frame.contentDocument.title}`)
          }
          frame.src = `${target}/#token=${token}`
          document.body.append(frame)
        })
      const loaded = (tag: 'script' | 'img') =>
        new Promise<string>(resolve => {
          const element = document.createElement(tag)
          element.onload = () => resolve('loaded')
          element.onerror = () => resolve('refused')
          element.src = `${target}/health`
          document.body.append(element)
        })
      const socket = () =>
        new Promise<string>(resolve => {
          const socket = new WebSocket(`${target.replace('http', 'ws')}/ws`)
          socket.onopen = () => {
            socket.send(JSON.stringify({ type: 'hello', session }))
          }
          socket.onmessage = () => resolve('welcome')
          socket.onclose = ({ code }) => resolve(`closed ${code}`)
        })
      const json = { 'Content-Type': 'application/json' }
      const body = JSON.stringify({ token })
      return {
        page: await fetched('/', {}),
        method: await fetched('/rpc/core.stop', {
          method: 'POST',
          headers: { ...json, Authorization: `Bearer ${session}` },
          body: '{}',
        }),
        signIn: await fetched('/session', { method: 'POST', headers: json, body }),
        plain: await fetched('/session', { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body }),
        health: await fetched('/health', { mode: 'no-cors' }),
        script: await loaded('script'),
        image: await loaded('img'),
        frame: await framed(),
        socket: await socket(),
      }
    },
    { target, ...secrets },
  )
}

test('pages of other sites, other ports, other names and files get nothing, though they know a token and a session', async () => {
  const product = await startProduct()
  const { address, url } = await askAddress(product)
  const port = new URL(address).port
  const session = await signIn(address, tokenOf(url))
  const token = tokenOf((await askAddress(product)).url)
  const { pid } = await product.status()
  const site = await startSite()
  const browser = await startChromium([`--host-resolver-rules=MAP *.example 127.0.0.1`])
  const nothing = {
    page: 'refused',
    method: 'refused',
    signIn: 'refused',
    script: 'refused',
    image: 'refused',
    socket: 'closed 1006',
  }
  for (const origin of [`http://evil.example:${site}`, `http://localhost:${site}`, `http://127.0.0.1:${site}`]) {
    const page = await browser.newPage()
    await page.goto(origin)
    const got = await tryDoors(page, address, { session, token })
    expect(got, origin).toMatchObject(nothing)
    for (const what of Object.values(got)) expect(what, origin).not.toMatch(/read|welcome|loaded/)
    await page.close()
  }
  // The other name now leads to the core itself, as rebinding does it: to the browser these doors are the page's own.
  const page = await browser.newPage()
  await page.goto(`http://evil.example:${port}/`)
  const got = await tryDoors(page, `http://evil.example:${port}`, { session, token })
  expect(got).toMatchObject({
    page: 'read 421',
    method: 'read 421',
    signIn: 'read 421',
    plain: 'read 421',
    socket: 'closed 1006',
  })
  expect(got.frame).not.toContain('Drover')
  expect((await product.status()).pid).toBe(pid)
  await signIn(address, token)
})

test('the redirect file leads Chromium to the page, by no referrer and with no step back to the file', async () => {
  const product = await startProduct()
  const { address } = await askAddress(product)
  const path = writeRedirect(temporaryFolder(), 'x', `${address}/#token=abc`)
  const browser = await startChromium()
  const page = await browser.newPage()
  // The page takes the token out of its address at once.
  const seen: string[] = []
  page.on('framenavigated', frame => seen.push(frame.url()))
  await page.goto(`file://${path}`)
  await waitFor(() => seen.includes(`${address}/#token=abc`), { what: 'the browser to be led to the page' })
  expect(await page.evaluate(() => document.referrer)).toBe('')
  await page.goBack()
  expect(page.url()).toBe('about:blank')
})
