/** The dashboard: a browser that is let in to look, at a real core. Whatever it tries beyond that is refused, and it can be shut out. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contract, type Method } from '../../src/shared/contract.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { linked, post, signIn, takeOwnPort, tokenOf } from '../helpers/web.ts'

let product: Product
let address: string
let session: string

beforeAll(async () => {
  product = await openProduct()
  await takeOwnPort(product)
  const dashboard = await product.json<{ address: string; url: string }>(['dashboard'])
  address = dashboard.address
  session = await signIn(address, tokenOf(dashboard.url).split('&')[0] ?? '')
})
afterAll(() => product.close())

const rpc = (method: string, input: unknown = {}) =>
  post(address, `/rpc/${method}`, input, { Authorization: `Bearer ${session}`, Origin: address })

test.each(Object.keys(contract) as Method[])('%s: only what is for those who look is answered', async method => {
  const isForAll = (contract[method].allow as readonly string[]).includes('readonly')
  const { status, text } = await rpc(method)
  // What may be called refuses an input that lacks what it needs, and that it does only for those who may call it.
  if (isForAll) expect([200, 400]).toContain(status)
  else expect({ status, code: JSON.parse(text).code }).toEqual({ status: 403, code: 'FORBIDDEN' })
})

test('it reads no log, opens no terminal, sends no folder; it hears what happens', async () => {
  const page = await linked(address, session)
  expect(await page.hears('welcome')).toMatchObject({ role: 'readonly' })
  const id = await product.running(['-n', '--', 'sleep 1000'])
  const dropId = 'abcdabcd-0000-4000-8000-000000000001'
  page.say({ type: 'log', stream: 1, job: id, fromByte: 0, follow: false })
  page.say({ type: 'terminal', stream: 2, job: id, columns: 80, rows: 24, term: 'xterm' })
  page.say({ type: 'upload', stream: 3, dropId })
  page.say({ type: 'call', id: 1, method: 'job.stop', input: { job: id } })
  page.say({ type: 'events', id: 2, afterSeq: 0 })
  expect(await page.hears('event')).toMatchObject({ type: 'event' })
  const refusals = page.messages.filter(({ type }) => type === 'ended' || type === 'error')
  expect(refusals).toMatchObject(
    [1, 2, 3, undefined].map(stream => ({ ...(stream && { stream }), error: { code: 'FORBIDDEN' } })),
  )
  await product.reaches(id, 'running')
  page.socket.close()
})

test('switched off, it gives no address and shuts out who looks; the owner stays', async () => {
  const page = await linked(address, session)
  const owner = await signIn(address, tokenOf((await product.call('window.open', { display: null })).url))
  const unused = tokenOf((await product.call('web.dashboard', { route: '/' })).url)
  await product.drover(['config', 'set', 'web.dashboard', 'false'])
  expect(await page.ends()).toMatchObject({ code: 4401 })
  expect(await rpc('core.status')).toMatchObject({ status: 401 })
  expect(await post(address, '/session', { token: unused }, { Origin: address })).toMatchObject({ status: 403 })
  const { code, stderr } = await product.drover(['dashboard'])
  expect(code).not.toBe(0)
  expect(stderr).toContain('drover config set web.dashboard true')
  expect((await linked(address, owner)).messages).toMatchObject([{ type: 'welcome', role: 'owner' }])
})
