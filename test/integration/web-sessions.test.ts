/** A sign-in at a real core's web address over time: tries that are refused, a core that is killed, a port that is taken, an end. */
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { clientFrame, databaseRows, UPGRADE } from '../helpers/raw-core.ts'
import { listenSomewhere } from '../helpers/tcp.ts'
import { waitFor } from '../helpers/wait.ts'
import { ask, askAddress, link, linked, post, signIn, takeOwnPort, tokenOf } from '../helpers/web.ts'
import { startWeb } from '../helpers/web-server.ts'

async function open(product: Product): Promise<{ address: string; token: string }> {
  const { address, url } = await askAddress(product)
  return { address, token: tokenOf(url) }
}

const status = (address: string, session: string) =>
  post(address, '/rpc/core.status', {}, { Authorization: `Bearer ${session}`, Origin: address })

describe('in the life of one core after the other', () => {
  let product: Product
  beforeAll(async () => {
    product = await openProduct()
    await takeOwnPort(product)
  })
  afterAll(() => product.close())

  test('nothing listens until a window is asked for', async () => {
    expect((await product.status()).webAddress).toBeNull()
    const { address } = await open(product)
    expect((await product.status()).webAddress).toBe(address)
    expect((await product.drover(['status'])).stdout).toMatch(new RegExp(`^Window +${address}$`, 'm'))
  })

  test('of a secret only its hash is kept, and its file is its owner’s alone', async () => {
    const { address, token } = await open(product)
    const session = await signIn(address, token)
    const rows = databaseRows((await product.status()).databasePath)
    expect(rows.web_session?.length).toBeGreaterThan(0)
    for (const row of rows.web_session ?? []) expect(row).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    for (const secret of [session, token]) {
      expect(JSON.stringify(rows)).not.toContain(secret)
      expect(product.coreLog()).not.toContain(secret)
    }
  })

  test('a page that lost its core to kill -9 finds the next one at the same place, and is still signed in', async () => {
    const { address, token } = await open(product)
    const unused = (await open(product)).token
    const session = await signIn(address, token)
    const page = await linked(address, session)
    const before = await page.hears('welcome')
    await product.killCore()
    expect(await page.ends()).toMatchObject({ code: 1006 })
    // Any command starts the next core; nobody asks it for a window.
    const { webAddress, startedAt } = await product.status()
    expect(webAddress).toBe(address)
    const again = await linked(address, session)
    expect(await again.hears('welcome')).toMatchObject({ startedAt })
    expect(startedAt).toBeGreaterThan(before.startedAt)
    expect(await status(address, session)).toMatchObject({ status: 200 })
    expect(await post(address, '/session', { token: unused })).toMatchObject({ status: 403 })
    again.socket.close()
  })

  test('a core that ends in order tells its pages to come again', async () => {
    const { address, token } = await open(product)
    const session = await signIn(address, token)
    const [page, stranger] = [await linked(address, session), link(address)]
    await waitFor(() => stranger.socket.readyState === stranger.socket.OPEN)
    expect(await product.drover(['daemon', 'restart'])).toMatchObject({ code: 0 })
    expect(await page.ends()).toMatchObject({ code: 1001 })
    expect(await stranger.ends()).toMatchObject({ code: 1001 })
    expect(await status(address, session)).toMatchObject({ status: 200 })
  })

  test('a change of the config moves the address at once', async () => {
    const { address } = await open(product)
    const port = await takeOwnPort(product)
    await waitFor(async () => (await product.status()).webAddress === `http://127.0.0.1:${port}`, { what: 'the new address' })
    await expect(ask(address, '/health')).rejects.toThrow('ECONNREFUSED')
    expect(await ask(`http://127.0.0.1:${port}`, '/health')).toMatchObject({ status: 200 })
  })

  test('signing out ends every page, also the one that asked, and holds for the next core', async () => {
    const { address, token } = await open(product)
    const sessions = [await signIn(address, token), await signIn(address, (await open(product)).token)]
    const unused = (await open(product)).token
    const [asking, other] = await Promise.all(sessions.map(session => linked(address, session)))
    asking?.say({ type: 'call', id: 1, method: 'web.signOut', input: {} })
    expect(await asking?.hears('result')).toEqual({ type: 'result', id: 1, result: null })
    for (const page of [asking, other]) expect(await page?.ends()).toMatchObject({ code: 4401, reason: 'signed out' })
    for (const session of sessions) expect(await status(address, session)).toMatchObject({ status: 401 })
    expect(await post(address, '/session', { token: unused })).toMatchObject({ status: 403 })
    await product.killCore()
    // Nobody is signed in, so nothing listens.
    expect((await product.status()).webAddress).toBeNull()
  })

  test('an address that this computer does not have is said with its key, and the core goes on', async () => {
    await product.drover(['config', 'set', 'web.address', '192.0.2.1'])
    const refused = await product.drover(['open'])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/192\.0\.2\.1.*EADDRNOTAVAIL.*web\.address/s) })
    expect(await product.drover(['config', 'set', 'web.address', '0.0.0.0'])).toMatchObject({ code: 0 })
    const doctor = await product.drover(['doctor'])
    expect(doctor.stdout).toMatch(/warning here: web\.address: other computers can reach/)
  })
})

test('after twenty wrong tries nobody may try, by whatever door, and who is signed in goes on', async () => {
  const product = await startProduct()
  const { address, token } = await open(product)
  const session = await signIn(address, token)
  const page = await linked(address, session)
  const fresh = (await open(product)).token
  const wrong = 'x'.repeat(43)
  // A third of them at each door; what is no try at all does not count.
  for (let count = 0; count < 30; count++) {
    await ask(address, '/rpc/core.status', { method: 'POST' })
    await post(address, '/session', { token: wrong }, { Origin: 'http://evil.example' })
  }
  for (let count = 0; count < 7; count++) {
    expect(await post(address, '/session', { token: wrong })).toMatchObject({ status: 403 })
    expect(await status(address, wrong)).toMatchObject({ status: 401 })
    if (count === 6) break
    const stranger = link(address)
    stranger.socket.once('open', () => stranger.say({ type: 'hello', session: wrong }))
    expect(await stranger.ends()).toMatchObject({ code: 4401 })
  }
  const refused = { status: 429, headers: { 'retry-after': expect.stringMatching(/^([1-9]|[1-5]\d|60)$/) } }
  expect(await post(address, '/session', { token: wrong })).toMatchObject(refused)
  expect(await post(address, '/session', { token: fresh })).toMatchObject(refused)
  expect(await status(address, wrong)).toMatchObject(refused)
  expect(await ask(address, '/rpc/core.status', { method: 'POST' })).toMatchObject(refused)
  expect(await ask(address, '/health')).toMatchObject(refused)
  const stranger = link(address)
  stranger.socket.once('open', () => stranger.say({ type: 'hello', session: wrong }))
  expect(await stranger.ends()).toMatchObject({ code: 4429 })
  // The page itself, and those who are signed in.
  expect((await ask(address, '/')).status).not.toBe(429)
  expect(await status(address, session)).toMatchObject({ status: 200 })
  page.say({ type: 'call', id: 1, method: 'core.status', input: {} })
  await page.hears('result')
  ;(await linked(address, session)).socket.close()
  expect(product.coreLog().match(/too many wrong tries/g)).toHaveLength(1)
})

test('the pause ends by itself, and with it a token that was kept is taken', async () => {
  const web = await startWeb()
  const token = web.access.issueToken('owner')
  for (let count = 0; count < 20; count++) await post(web.address, '/session', { token: 'x' })
  expect(await post(web.address, '/session', { token })).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
  web.pass(60_000)
  await signIn(web.address, token)
})

test('a token of more than five minutes, and a session unused for thirty days, are told to open the window again', async () => {
  const web = await startWeb()
  const session = await signIn(web.address, web.access.issueToken('owner'))
  const token = web.access.issueToken('owner')
  web.pass(5 * 60_000)
  const told = { text: expect.stringContaining('drover open') }
  expect(await post(web.address, '/session', { token })).toMatchObject({ status: 403, ...told })
  web.pass(30 * 86_400_000)
  expect(await status(web.address, session)).toMatchObject({ status: 401, ...told })
  const stranger = link(web.address)
  stranger.socket.once('open', () => stranger.say({ type: 'hello', session }))
  expect(await stranger.ends()).toMatchObject({ code: 4401 })
})

test('who does not say hello in time is let go, and may come again', async () => {
  const web = await startWeb({ helloMs: 50 })
  const slow = link(web.address)
  expect(await slow.ends()).toMatchObject({ code: 4408 })
  expect(slow.messages).toEqual([])
})

test('a hello that comes after the door was closed is not heard, nor what follows it', async () => {
  let calls = 0
  const web = await startWeb({
    helloMs: 50,
    methods: {
      'web.signOut': async () => {
        calls++
        return null
      },
    },
  })
  const session = await signIn(web.address, web.access.issueToken('owner'))
  const { host, port } = new URL(web.address)
  const client = connect(Number(port), '127.0.0.1')
  onTestFinished(() => {
    client.destroy()
  })
  let heard = ''
  client.setEncoding('latin1').on('data', text => {
    heard += text
  })
  client.write(UPGRADE.replace('Host: drover', `Host: ${host}\r\nOrigin: ${web.address}`))
  // It does not answer the close, as a browser would.
  await waitFor(() => heard.includes('no hello came'), { what: 'the close' })
  client.write(clientFrame(JSON.stringify({ type: 'hello', session })))
  client.write(clientFrame(JSON.stringify({ type: 'call', id: 1, method: 'web.signOut', input: {} })))
  await waitFor(() => client.destroyed, { what: 'the end of the connection' })
  expect(heard).not.toContain('welcome')
  expect(calls).toBe(0)
})

test('where the port is taken a free one is used, and used again by the next core', async () => {
  const product = await startProduct()
  const { server, port } = await listenSomewhere()
  onTestFinished(() => {
    server.close()
  })
  await product.drover(['config', 'set', 'web.port', String(port)])
  const { address, token } = await open(product)
  expect(new URL(address).port).not.toBe(String(port))
  const session = await signIn(address, token)
  server.close()
  await product.killCore()
  expect((await product.status()).webAddress).toBe(address)
  expect(await status(address, session)).toMatchObject({ status: 200 })
})

test('a core that finds another at its old port moves on, and knows none of the secrets that one may have been told', async () => {
  const product = await startProduct()
  const port = await takeOwnPort(product)
  const { address, token } = await open(product)
  expect(new URL(address).port).toBe(String(port))
  const session = await signIn(address, token)
  await product.killCore()
  const thief = createServer()
  await new Promise<void>(resolve => thief.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    thief.close()
  })
  const { webAddress } = await product.status()
  expect(webAddress).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(webAddress).not.toBe(address)
  expect(await status(webAddress ?? '', session)).toMatchObject({ status: 401 })
})

test.each([
  ['::1', (port: string) => [`[::1]:${port}`, `localhost:${port}`], (port: string) => [`127.0.0.1:${port}`]],
  [
    '0.0.0.0',
    (port: string) => [`127.0.0.1:${port}`, `localhost:${port}`],
    (port: string) => [`0.0.0.0:${port}`, `192.0.2.1:${port}`],
  ],
])('listening at %s it knows the names it is reached by, and no others', async (place, ours, foreign) => {
  const { address } = await startWeb({ address: place })
  const { port } = new URL(address)
  for (const Host of ours(port)) expect(await ask(address, '/health', { headers: { Host } }), Host).toMatchObject({ status: 200 })
  for (const Host of [...foreign(port), `evil.example:${port}`])
    expect(await ask(address, '/health', { headers: { Host } }), Host).toMatchObject({ status: 421 })
})
