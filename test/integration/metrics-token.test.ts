/** Metrics and the dashboard from another computer: what opens them there, what does not, and what is said of a way that is not encrypted. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewToken, TokenView } from '../../src/shared/contract.ts'
import { type Neighbour, openNeighbour } from '../helpers/neighbour.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { databaseRows } from '../helpers/raw-core.ts'
import { waitFor } from '../helpers/wait.ts'
import { ask, link, post, takeOwnPort, tokenOf } from '../helpers/web.ts'

const DOCS = join(import.meta.dirname, '../../docs/metrics.md')
const UNENCRYPTED = 'not encrypted'

let neighbour: Neighbour
let product: Product
let address: string
let token: string

beforeAll(async () => {
  neighbour = await openNeighbour()
  product = await openProduct()
  const port = await takeOwnPort(product)
  await product.drover(['config', 'set', 'web.address', neighbour.address])
  address = `http://${neighbour.address}:${port}`
}, 60_000)
afterAll(async () => {
  neighbour.close()
  await product.close()
})

const bearer = (secret: string) => ({ Authorization: `Bearer ${secret}` })
const scrape = (secret: string, ...more: string[]) =>
  neighbour.curl(`${address}/metrics`, ['--header', `Authorization: Bearer ${secret}`, ...more])

test('a token is told once, alone on a line; from then on the address is served, and what it is not is said', async () => {
  expect((await product.status()).webAddress).toBeNull()
  const { code, stdout, stderr } = await product.drover(['token', 'add', 'prometheus'])
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^[\w-]{43}\n$/)])
  expect(stderr).toContain(`${address}/metrics`)
  expect(stderr).toContain(UNENCRYPTED)
  token = stdout.trim()
  expect((await product.status()).webAddress).toBe(address)
  expect((await product.drover(['token', 'ls'])).stdout).toMatch(/^prometheus\t\d+ s ago\tnever$/m)
  expect(await product.drover(['token', 'add', 'prometheus'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('token rm'),
  })
  expect(await product.drover(['token', 'add', '-x'])).toMatchObject({ code: 2 })
})

test('a Prometheus elsewhere takes what the docs say, and begins', () => {
  const file = join(product.home.dir, 'token')
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  const config = join(product.home.dir, 'prometheus.yml')
  const [told = ''] = readFileSync(DOCS, 'utf8').match(/scrape_configs:[^`]*credentials_file[^`]*/) ?? []
  const ours = told.replace('/etc/prometheus/drover.token', file).replace('192.0.2.7:7373', new URL(address).host)
  writeFileSync(config, `global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n${ours}`)
  expect(execFileSync('promtool', ['check', 'config', config], { encoding: 'utf8' })).toContain('SUCCESS')
  const data = `--storage.tsdb.path=${join(product.home.dir, 'tsdb')}`
  neighbour.start('prometheus', [`--config.file=${config}`, data, '--web.listen-address=127.0.0.1:9090', '--log.level=error'])
})

test('it opens nothing else', async () => {
  for (const method of ['core.status', 'metrics.series', 'token.list', 'token.add'])
    expect(await post(address, `/rpc/${method}`, {}, bearer(token)), method).toMatchObject({ status: 401 })
  expect(await post(address, '/session', { token })).toMatchObject({ status: 403 })
  const stranger = link(address)
  stranger.socket.once('open', () => stranger.say({ type: 'hello', session: token }))
  expect(await stranger.ends()).toMatchObject({ code: 4401 })
  // Never in a URL.
  for (const path of [`/metrics?token=${token}`, `/metrics?access_token=${token}`])
    expect(await ask(address, path), path).toMatchObject({ status: 404 })
  expect(await ask(address, `/metrics?${token}`, { headers: bearer(token) })).toMatchObject({ status: 404 })
  expect(await ask(address, '/metrics', { method: 'POST', headers: bearer(token) })).toMatchObject({ status: 405 })
})

test('from another computer nothing is open without one, whatever is open to programs of this one', async () => {
  await product.drover(['config', 'set', 'metrics.open', 'true'])
  expect(neighbour.curl(`${address}/metrics`)).toMatchObject({ status: 401 })
  // Nor over this address from here: what comes by it may come from anywhere.
  expect(await ask(address, '/metrics')).toMatchObject({ status: 401 })
  await product.drover(['config', 'set', 'metrics.open', 'false'])
  // A Prometheus knows this computer by a name of its own choice; a page of another site does as well, but has no token.
  expect(scrape(token, '--header', 'Host: laptop.example:7373')).toMatchObject({ status: 200 })
  const foreign = (...headers: string[]) =>
    neighbour.curl(
      `${address}/metrics`,
      headers.flatMap(one => ['--header', one]),
    )
  expect(foreign('Host: laptop.example:7373')).toMatchObject({ status: 421 })
  expect(scrape('x'.repeat(43), '--header', 'Host: laptop.example:7373')).toMatchObject({ status: 421 })
  const evil = 'Origin: http://evil.example'
  for (const header of [evil, 'Sec-Fetch-Site: cross-site'])
    expect(scrape(token, '--header', header)).toMatchObject({ status: 403 })
})

test('the dashboard is seen from there, by an address that says what it is; and can be switched off', async () => {
  const { stdout, stderr } = await product.drover(['dashboard'])
  expect(stderr).toContain(UNENCRYPTED)
  expect((await product.drover(['open', '--print'])).stderr).toContain(UNENCRYPTED)
  expect((await product.drover(['doctor'])).stdout).toContain(`other computers can reach the window at ${neighbour.address}`)
  expect(product.coreLog()).toContain('over a way that is not encrypted')
  expect(stdout.startsWith(`${address}/#token=`)).toBe(true)
  expect(neighbour.curl(address).text).toContain('<title>')
  const json = ['--header', 'Content-Type: application/json', '--data']
  const body = JSON.stringify({ token: tokenOf(stdout.trim()).split('&')[0] })
  const { session } = JSON.parse(neighbour.curl(`${address}/session`, [...json, body]).text) as { session: string }
  const call = (method: string, ...more: string[]) =>
    neighbour.curl(`${address}/rpc/${method}`, [...json, '{}', '--header', `Authorization: Bearer ${session}`, ...more])
  expect(call('core.status')).toMatchObject({ status: 200 })
  expect(call('core.stop')).toMatchObject({ status: 403 })
  expect(call('core.status', '--header', 'Host: evil.example')).toMatchObject({ status: 421 })
  expect(call('core.status', '--header', 'Origin: http://evil.example')).toMatchObject({ status: 403 })
  await product.drover(['config', 'set', 'web.dashboard', 'false'])
  await waitFor(() => call('core.status').status === 401, { what: 'the dashboard to be shut' })
  expect(scrape(token)).toMatchObject({ status: 200 })
})

test('by now it has read what there is', async () => {
  const asked = 'http://127.0.0.1:9090/api/v1/query?query=drover_host_up'
  const value = () => {
    try {
      return neighbour.curl(asked).text
    } catch {
      return '' // It is not up yet.
    }
  }
  // It takes five seconds before it looks at anything.
  await waitFor(() => /"host":"local","instance":[^}]*},"value":\[[\d.]+,"1"\]/.test(value()), {
    timeoutMs: 30_000,
    what: 'a figure in Prometheus',
  })
  const [used] = await product.json<TokenView[]>(['token', 'ls'])
  expect(used?.usedAt).toBeGreaterThan(used?.createdAt ?? Number.POSITIVE_INFINITY)
})

test('wrong ones are counted, and do not keep out who has one', async () => {
  const wrong = 'x'.repeat(43)
  // Others of this file have used up some of them.
  await waitFor(async () => (await ask(address, '/metrics', { headers: bearer(wrong) })).status === 429, { what: 'the pause' })
  expect(scrape(token)).toMatchObject({ status: 200, text: expect.stringContaining('drover_host_up') })
  expect(await post(address, '/session', { token: wrong })).toMatchObject({ status: 429 })
})

test('it outlives its core, with nobody there to open a window; revoked, it does not', async () => {
  const { databasePath } = await product.status()
  await product.killCore()
  const rows = databaseRows(databasePath)
  expect(rows.metrics_token).toMatchObject([{ name: 'prometheus', hash: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  expect(JSON.stringify(rows)).not.toContain(token)
  expect(product.coreLog()).not.toContain(token)
  const other = await product.json<NewToken>(['token', 'add', 'other'])
  expect(other).toMatchObject({ name: 'other', address, isLocal: false })
  expect(scrape(token)).toMatchObject({ status: 200 })
  expect(await product.drover(['token', 'rm', 'prometheus'])).toMatchObject({ code: 0 })
  expect(scrape(token)).toMatchObject({ status: 401 })
  expect(scrape(other.token)).toMatchObject({ status: 200 })
})
