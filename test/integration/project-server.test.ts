/** `drover server`: a real project of real processes, steered with curl, by those who may and by those who may not. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerView } from '../../src/shared/contract.ts'
import type { ProjectView } from '../../src/shared/process.ts'
import { type FakeBrowser, makeBrowsers } from '../helpers/fake-browser.ts'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { databaseRows } from '../helpers/raw-core.ts'
import { freePort, listenSomewhere } from '../helpers/tcp.ts'
import { waitFor } from '../helpers/wait.ts'

type Served = { server: ServerView; token: string | null }
/** biome-ignore lint/suspicious/noExplicitAny: whatever it answers. */
type Answer = { status: number; body: any }

const FLAKY = 'flaky: while :; do test -e go && echo "Error: Panic here"; sleep 0.05; done'
const MARK = 'drover-server-test'
let product: Product
let folder: string
let port: number
let token: string

beforeAll(async () => {
  product = await openProduct()
  folder = projectFolder('shop')
  port = await freePort()
}, 60_000)
afterAll(() => product.close())

function projectFolder(name: string): string {
  const path = join(product.home.dir, name)
  mkdirSync(path)
  writeFileSync(
    join(path, 'Procfile'),
    `web: echo ${MARK} $PORT; exec sleep 1000\nworker: echo working; exec sleep 1000\n${FLAKY}\n`,
  )
  return path
}

/** As a person types it: what is secret goes by its input. */
function curl(path: string, { words = [], bearer, at = port }: { words?: string[]; bearer?: string | null; at?: number } = {}) {
  const address = `http://127.0.0.1:${at}${path}`
  return new Promise<Answer>((resolve, reject) => {
    const child = spawn('curl', [
      '--silent',
      '--show-error',
      '--write-out',
      '\n%{http_code}',
      '--header',
      '@-',
      ...words,
      address,
    ])
    let text = ''
    let said = ''
    child.stdout.setEncoding('utf8').on('data', part => {
      text += part
    })
    child.stderr.setEncoding('utf8').on('data', part => {
      said += part
    })
    child.once('error', reject)
    child.once('close', code => {
      if (code !== 0) return reject(new Error(said))
      const status = Number(text.slice(text.lastIndexOf('\n') + 1))
      const body = text.slice(0, text.lastIndexOf('\n'))
      resolve({ status, body: body.startsWith('<') ? body : JSON.parse(body) })
    })
    child.stdin.end(bearer === null ? '' : `Authorization: Bearer ${bearer ?? token}\n`)
  })
}
const post = (path: string, body?: unknown, more: Parameters<typeof curl>[1] = {}) =>
  curl(path, {
    ...more,
    words: [
      ...['--request', 'POST', ...(more.words ?? [])],
      ...(body === undefined ? [] : ['--header', 'Content-Type: application/json', '--data', JSON.stringify(body)]),
    ],
  })
const project = async (at = folder): Promise<ProjectView> => (await product.call('project.get', { project: at })).project
const becomes = (label: string, status: string) =>
  waitFor(async () => (await curl('/api/processes')).body.processes[label]?.status === status, {
    timeoutMs: 30_000,
    what: `${label} to be ${status}`,
  })

test('it starts the project, tells the token once, and serves', async () => {
  const { code, stdout, stderr } = await product.drover(['server', '--port', String(port)], { cwd: folder })
  expect([code, stderr.includes('error')]).toEqual([0, false])
  const [address, secret = ''] = stdout.split('\n')
  expect(address).toBe(`http://127.0.0.1:${port}/api`)
  expect(secret).toMatch(/^[\w-]{43}$/)
  token = secret
  await becomes('web.1', 'running')
  const { status, body } = await curl('/api/state')
  expect([status, body.project.folder, Object.keys(body.processes)]).toEqual([200, folder, ['web.1', 'worker.1', 'flaky.1']])
  const again = await product.drover(['server', '--no-ui'], { cwd: folder })
  expect([again.code, again.stdout]).toEqual([0, `${address}\n`])
  expect((await curl('/api/state')).status).toBe(200)
  expect((await product.status()).servers).toMatchObject([{ folder, address: `http://127.0.0.1:${port}`, hasToken: true }])
  expect((await product.drover(['status'])).stdout).toContain(`http://127.0.0.1:${port} for ${folder}`)
})

test('its document is a schema that its answers fit', async () => {
  const { body: document } = await curl('/api/openapi.json', { bearer: null })
  const ajv = new Ajv2020({ strict: false })
  ajv.addSchema(document, 'api')
  for (const path of ['/api/state', '/api/processes', '/api/poll', '/api/status', '/api/daemon/info']) {
    const { $ref } = document.paths[path].get.responses[200].content['application/json'].schema
    const { status, body } = await curl(path)
    const fits = ajv.compile({ $ref: `api${$ref}` })
    expect([path, status, fits(body), fits.errors]).toEqual([path, 200, true, null])
  }
  expect((await curl('/api/docs', { bearer: null })).body).toContain('/api/failure-declarations/{process}/add')
})

test('processes are stopped, started and restarted; of one that is not there the nearest is told', async () => {
  const run = async () => (await curl('/api/processes')).body.processes['worker.1'].last_restart_time as number
  const before = await run()
  expect(await post('/api/process/worker/stop')).toMatchObject({ status: 200, body: { success: true } })
  await becomes('worker.1', 'stopped')
  expect((await curl('/api/processes')).body.processes['worker.1'].user_disabled).toBe(true)
  expect((await post('/api/process/worker.1/start')).status).toBe(200)
  await becomes('worker.1', 'running')
  expect((await post('/api/process/worker/restart')).status).toBe(200)
  await waitFor(async () => (await run()) > before)
  await becomes('worker.1', 'running')
  expect(await post('/api/process/workr/start')).toMatchObject({
    status: 404,
    body: { error: { code: 'NOT_FOUND', message: expect.stringContaining('Did you mean worker') } },
  })
})

test('what the processes print is polled by number, with what they printed before', async () => {
  const poll = async (id: number) => (await curl(`/api/poll?last_message_id=${id}`)).body
  const texts = (answer: Answer['body']) => answer.output_lines.map(({ text }: { text: string }) => text)
  const first = await waitFor(
    async () => {
      const answer = await poll(0)
      return texts(answer).some((text: string) => text.startsWith(MARK)) && texts(answer).includes('working') && answer
    },
    { timeoutMs: 30_000, what: 'the first lines' },
  )
  expect(first.output_lines.find(({ text }: { text: string }) => text === 'working')).toMatchObject({ process: 'worker.1' })
  await post('/api/process/worker/restart')
  const next = await waitFor(
    async () => {
      const answer = await poll(first.last_id)
      return texts(answer).includes('working') && answer
    },
    { timeoutMs: 30_000, what: 'what it prints anew' },
  )
  expect(next).toMatchObject({ missed: false })
  expect(texts(next)).toEqual(['working'])
  await post('/api/output/clear')
  expect(texts(await poll(0))).toEqual([])
  await becomes('worker.1', 'running')
})

test('whose output is polled is chosen: of one, of none, of all', async () => {
  const polled = async () =>
    (await curl('/api/poll?last_message_id=0')).body.output_lines.map(({ text }: { text: string }) => text)
  const selected = async () => (await curl('/api/state')).body.stats.selected
  expect((await post('/api/process/worker/toggle')).body).toMatchObject({ process: 'worker', selected: false })
  expect(await selected()).toBe(2)
  await post('/api/process/worker/restart')
  await waitFor(async () => (await curl('/api/status')).body.message_count > 0, { timeoutMs: 30_000, what: 'what it prints' })
  expect(await polled()).toEqual([])
  expect((await post('/api/processes/select-all')).status).toBe(200)
  expect([await selected(), await polled()]).toEqual([3, ['working']])
  expect((await post('/api/processes/deselect-all')).status).toBe(200)
  expect([await selected(), await polled()]).toEqual([0, []])
  await post('/api/processes/select-all')
  await becomes('worker.1', 'running')
})

test('failure strings are patterns of the project', async () => {
  const path = '/api/failure-declarations/worker'
  expect((await post(`${path}/add`, { failure_string: 'panic: "x"' })).body.declarations).toEqual(['panic: "x"'])
  expect(await curl(path)).toMatchObject({ status: 200, body: { declarations: ['panic: "x"'] } })
  expect((await product.call('pattern.list', { project: folder })).patterns).toMatchObject([
    { process: 'worker', pattern: 'panic: "x"', isRegex: false, action: { type: 'stop' }, source: 'person' },
  ])
  expect((await post(`${path}/remove`, { failure_string: 'panic: "x"' })).body.declarations).toEqual([])
})

test('a failure string that is printed breaks its process; a restart mends that', async () => {
  const go = join(folder, 'go')
  expect((await post('/api/failure-declarations/flaky/add', { failure_string: 'panic HERE' })).status).toBe(200)
  writeFileSync(go, '')
  await becomes('flaky.1', 'broken')
  rmSync(go)
  expect((await curl('/api/processes')).body.processes['flaky.1']).toMatchObject({
    ...{ broken: true, user_disabled: true },
    broken_by: { failure_string: 'panic HERE', line: 'Error: Panic here' },
  })
  expect((await post('/api/process/flaky/restart')).status).toBe(200)
  await becomes('flaky.1', 'running')
})

test('who has no token, a wrong one or another project’s, and web pages, change nothing', async () => {
  const other = projectFolder('other')
  const otherPort = await freePort()
  const served = await product.json<Served>(['server', other, '--no-ui', '--port', String(otherPort)])
  const states = async () => (await project()).processes.map(({ label, isWanted }) => [label, isWanted])
  const before = await states()
  const header = (text: string) => ['--header', text]
  const attacks: [string[], string | null, number][] = [
    [[], null, 401],
    [[], 'x'.repeat(43), 401],
    [[], served.token, 401],
    [header('Host: evil.example'), token, 421],
    [header(`Host: evil.example:${port}`), token, 421],
    [header('Origin: http://evil.example'), token, 403],
    [header('Origin: null'), token, 403],
    [header('Sec-Fetch-Site: cross-site'), token, 403],
    [['--data', 'x=1'], token, 415],
    [[...header('Content-Type: text/plain'), '--data', '{}'], token, 415],
    [['--form', 'x=1'], token, 415],
  ]
  for (const [words, bearer, status] of attacks)
    expect([words, (await post('/api/shutdown', undefined, { words, bearer })).status]).toEqual([words, status])
  expect((await curl(`/api/state?token=${token}`, { bearer: null })).status).toBe(401)
  expect(await states()).toEqual(before)
  // Its own opens its own.
  expect((await curl('/api/state', { at: otherPort, bearer: served.token })).body.project.folder).toBe(other)
  expect(await product.drover(['quit', '--cascade', other])).toMatchObject({ code: 0 })
  await waitFor(async () => (await project(other)).processes.every(({ state }) => state === 'stopped'), { timeoutMs: 30_000 })
  await expect(curl('/api/state', { at: otherPort, bearer: served.token })).rejects.toThrow(/connect/i)
})

test('without a token by choice: programs may, pages may not', async () => {
  const free = projectFolder('free')
  const at = await freePort()
  const { code, stdout, stderr } = await product.drover(['server', free, '--no-ui', '--no-token', '--port', String(at)])
  expect([code, stdout]).toEqual([0, `http://127.0.0.1:${at}/api\n`])
  expect(stderr).toContain('every program of this computer')
  expect((await curl('/api/state', { at, bearer: null })).status).toBe(200)
  const attacks: [string[], number][] = [
    [['--header', `Host: evil.example:${at}`], 421],
    [['--header', 'Origin: http://evil.example', '--header', 'Content-Type: application/json', '--data', '{}'], 403],
    [['--header', 'Sec-Fetch-Site: cross-site', '--header', 'Content-Type: application/json', '--data', '{}'], 403],
    [['--data', '{}'], 415],
    [[], 415],
  ]
  for (const [words, status] of attacks)
    expect([words, (await post('/api/shutdown', undefined, { at, bearer: null, words })).status]).toEqual([words, status])
  expect((await project(free)).processes.every(({ isWanted }) => isWanted)).toBe(true)
  expect((await post('/api/shutdown', {}, { at, bearer: null })).status).toBe(200)
  await product.drover(['quit', free])
})

test('a port that is taken is told', async () => {
  const { server, port: taken } = await listenSomewhere()
  expect(await product.drover(['server', '--no-ui', '--port', String(taken)], { cwd: folder })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Port ${taken} is taken`),
  })
  server.close()
  expect((await curl('/api/state')).status).toBe(200)
  for (const wrong of ['0', '70000', 'x'])
    expect([wrong, (await product.drover(['server', '--port', wrong], { cwd: folder })).code]).toEqual([wrong, 2])
})

test('it outlives its core, and the token is written nowhere', async () => {
  const { databasePath } = await product.status()
  await product.killCore()
  const rows = databaseRows(databasePath)
  expect(rows.project_server).toMatchObject([{ port, token_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  expect(JSON.stringify(rows)).not.toContain(token)
  expect(product.coreLog()).not.toContain(token)
  await product.status()
  await becomes('web.1', 'running')
  expect((await curl('/api/state')).body.project.folder).toBe(folder)
})

test('restart begins the listener anew, and the processes go on', async () => {
  const jobs = async () => (await project()).processes.map(({ jobId }) => jobId)
  const before = await jobs()
  await post('/api/process/worker/toggle')
  const { started_at: began } = (await curl('/api/daemon/info')).body
  expect((await post('/api/restart')).status).toBe(200)
  await waitFor(async () => (await curl('/api/daemon/info')).body.started_at > began)
  expect((await curl('/api/state')).body.stats.selected).toBe(3)
  expect(await jobs()).toEqual(before)
})

test('a new token shuts out the one before', async () => {
  const { token: fresh } = await product.json<Served>(['server', folder, '--no-ui', '--new-token'])
  expect((await curl('/api/state')).status).toBe(401)
  token = fresh ?? ''
  expect((await curl('/api/state')).status).toBe(200)
})

test('shutdown stops this formation and nothing else', async () => {
  const other = await product.running(['-n', '--', 'sleep', '1000'])
  expect((await post('/api/shutdown')).status).toBe(200)
  await becomes('web.1', 'stopped')
  await becomes('worker.1', 'stopped')
  expect((await product.job(other)).state).toBe('running')
  expect((await product.status()).servers).toMatchObject([{ folder, problem: null }])
})

test('quit ends it for good', async () => {
  expect((await product.drover(['quit'], { cwd: folder })).stdout).toContain('is served no longer')
  await expect(curl('/api/state')).rejects.toThrow(/connect/i)
  expect(await product.drover(['quit'], { cwd: folder })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('drover server'),
  })
  await product.killCore()
  expect((await product.status()).servers).toEqual([])
})

test('a Procfile with an error is told, and nothing is served', async () => {
  const bad = join(product.home.dir, 'bad')
  mkdirSync(bad)
  writeFileSync(join(bad, 'Procfile'), 'web true\n')
  expect(await product.drover(['server', '--no-ui'], { cwd: bad })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Procfile:1:'),
  })
  expect((await product.status()).servers).toEqual([])
  expect(readFileSync(join(bad, 'Procfile'), 'utf8')).toBe('web true\n')
})

test('where another program took the port while no core ran, nothing is served, and the next token is another', async () => {
  const mine = projectFolder('mine')
  const at = await freePort()
  const served = await product.json<Served>(['server', mine, '--no-ui', '--port', String(at)])
  await product.killCore()
  const thief = await listenSomewhere(at)
  expect((await product.drover(['status'])).stdout).toContain(`none for ${mine}: Port ${at} is taken by another program`)
  const doctor = await product.drover(['doctor'])
  expect([doctor.code, doctor.stdout]).toEqual([
    1,
    expect.stringContaining(
      `here: server: ${mine} is not served: Port ${at} is taken by another program\n        → drover server ${mine}\n`,
    ),
  ])
  thief.server.close()
  const again = await product.json<Served>(['server', mine, '--no-ui'])
  expect(again).toMatchObject({ server: { problem: null, port: at }, token: expect.stringMatching(/^[\w-]{43}$/) })
  expect((await curl('/api/state', { at, bearer: served.token })).status).toBe(401)
  expect((await curl('/api/state', { at, bearer: again.token })).status).toBe(200)
  expect((await product.drover(['quit', mine])).code).toBe(0)
})

test('with a display the window opens at the project; with --no-ui none does', async () => {
  let browsers: FakeBrowser | undefined
  const desk = await startProduct(
    {},
    {
      path: home => {
        browsers = makeBrowsers(join(home, 'browsers'), { chromium: 'exec sleep 600' })
        return `${browsers.folder}:${process.env.PATH}`
      },
    },
  )
  const shop = join(desk.home.dir, 'shop')
  mkdirSync(shop)
  writeFileSync(join(shop, 'Procfile'), 'web: exec sleep 1000\n')
  const env = { DISPLAY: ':7' }
  expect((await desk.drover(['server', '--no-ui', shop], { env })).code).toBe(0)
  expect(browsers?.wasStarted('chromium')).toBe(false)
  const { code, stderr } = await desk.drover(['server', shop], { env })
  expect([code, stderr]).toEqual([0, expect.stringContaining('Opened in chromium')])
  const { id } = (await desk.call('project.get', { project: shop })).project
  expect((await browsers?.started('chromium'))?.page).toContain(`/processes/${id}`)
})
