/** A project's server on a real port: what it answers, whom it lets in, and what of it outlives a core. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeEach, describe, expect, test } from 'vitest'
import { processView } from '../../../../test/helpers/process-view.ts'
import { ProjectGround } from '../../../../test/helpers/project-servers.ts'
import { exchange, freePort, listenSomewhere } from '../../../../test/helpers/tcp.ts'
import { waitFor } from '../../../../test/helpers/wait.ts'
import { type Asking, ask } from '../../../../test/helpers/web.ts'
import type { OutputEntry } from '../../../shared/process.ts'
import type { ProjectServers, ServerWish } from './project-servers.ts'
import { routes } from './routes.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const line = (process: string, text: string): OutputEntry => ({ type: 'line', process, jobId: 'j', byte: 0, at: 1, text })

let ground: ProjectGround
let servers: ProjectServers
beforeEach(async () => {
  ground = new ProjectGround()
  servers = await ground.servers()
})

async function open(more: Partial<ServerWish> = {}) {
  const port = await freePort()
  const { server, token } = await servers.open(ground.project, { port, token: 'keep', cascade: false, ...more })
  const address = server.address ?? ''
  const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` }
  const call = async (path: string, asking: Asking = {}) => {
    const { status, text, headers: got } = await ask(address, path, { ...asking, headers: { ...headers, ...asking.headers } })
    // biome-ignore lint/suspicious/noExplicitAny: whatever it answers.
    return { status, body: JSON.parse(text) as any, headers: got, text }
  }
  const post = (path: string, body?: unknown, more: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: { ...(body !== undefined && JSON_TYPE), ...more },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return { server, token, address, port, headers, call, post }
}

describe('what it answers', () => {
  test('every route answers as its document says', async () => {
    const { call } = await open()
    ground.project = {
      ...ground.project,
      problems: [{ severity: 'warning', file: 'Procfile', line: 1, column: 1, message: 'a tab' }],
      processes: [
        ...ground.project.processes,
        processView({
          label: 'odd.1',
          ...{ state: 'unknown', lastState: 'broken', reason: 'its host is away', host: 'box', exitCode: 3, signal: 'TERM' },
          brokenBy: { patternId: 'p', pattern: 'panic:', jobId: 'j', at: 5, byte: 1, line: 'panic: x', lines: [] },
        }),
      ],
    }
    ground.print(line('web.1', 'hello'), { type: 'dropped', process: 'web.1', jobId: 'j', byte: 0, bytes: 7 })
    const { body: document } = await call('/api/openapi.json')
    const ajv = new Ajv2020({ strict: false })
    ajv.addSchema(document, 'api')
    for (const { verb, path } of routes) {
      const body = path.endsWith('/add') || path.endsWith('/remove') ? { failure_string: 'panic:' } : {}
      const asked = path.replace('{process}', 'web')
      const { status, body: answer } = await call(asked, {
        method: verb,
        ...(verb === 'POST' && { headers: JSON_TYPE, body: JSON.stringify(body) }),
      })
      expect([path, status]).toEqual([path, 200])
      const operation = document.paths[path][verb.toLowerCase()]
      const { $ref } = operation.responses[200].content['application/json'].schema
      const check = ajv.compile({ $ref: `api${$ref}` })
      expect([path, check(answer), check.errors]).toEqual([path, true, null])
      expect(check({ ...answer, more: 1 })).toBe(false)
    }
    expect(ground.errors).toEqual([])
  })

  test('processes are steered by name or label; of what is not there the nearest is told', async () => {
    const { post } = await open()
    expect((await post('/api/process/web/restart')).body).toMatchObject({
      success: true,
      processes: { 'web.1': {}, 'web.2': {} },
    })
    expect((await post('/api/process/worker.1/stop')).body.processes).toMatchObject({ 'worker.1': { status: 'running' } })
    expect((await post('/api/process/worker/start')).status).toBe(200)
    expect(ground.called).toEqual(['process.restart web.1 web.2', 'process.stop worker.1', 'process.start worker.1'])
    const { status, body } = await post('/api/process/wrker/stop')
    expect([status, body]).toEqual([
      404,
      { error: { code: 'NOT_FOUND', message: 'There is no process "wrker". Did you mean worker?' } },
    ])
    for (const [path, status] of [
      ['/api/process/web%2e1/stop', 200],
      ['/api/process/%zz/stop', 400],
      ['/api/process/a/b/stop', 404],
      ['/api/process//stop', 404],
      ['/api/process/__proto__/stop', 404],
      ['/api/nope', 404],
      ['//api/state', 404],
      ['/ws', 404],
    ] as const)
      expect([path, (await post(path)).status]).toEqual([path, status])
  })

  test('shutdown stops the processes of this project and nothing else', async () => {
    const { call, post } = await open()
    expect((await post('/api/shutdown')).body).toMatchObject({ success: true })
    expect(ground.called).toEqual([`project.down ${ground.project.id}`])
    expect((await call('/api/state')).status).toBe(200)
  })

  test('output is polled by number: of those that are selected, until it is cleared', async () => {
    const { call, post } = await open()
    ground.print(line('web.1', 'one'), line('worker.1', '\u001b[31mtwo\u001b[0m'))
    const poll = async (id: number) => (await call(`/api/poll?last_message_id=${id}`)).body
    const { output_lines, last_id } = await waitFor(async () => {
      const answer = await poll(0)
      return answer.output_lines.length === 2 && answer
    })
    expect(output_lines.map(({ text }: { text: string }) => text)).toEqual(['one', '\u001b[31mtwo\u001b[0m'])
    expect(await poll(last_id)).toMatchObject({
      output_lines: [],
      last_id,
      missed: false,
      status_updates: { 'web.1': 'running' },
    })
    expect((await post('/api/process/web/toggle')).body).toEqual({ success: true, process: 'web', selected: false })
    expect((await poll(0)).output_lines).toMatchObject([{ process: 'worker.1' }])
    expect((await call('/api/state')).body.stats).toMatchObject({ total: 3, selected: 1 })
    expect((await post('/api/processes/deselect-all')).body.processes['worker.1'].selected).toBe(false)
    expect((await poll(0)).output_lines).toEqual([])
    await post('/api/processes/select-all')
    expect((await poll(0)).output_lines).toHaveLength(2)
    await post('/api/output/clear')
    expect(await poll(0)).toMatchObject({ output_lines: [], missed: false })
    for (const query of ['last_message_id=-1', 'last_message_id=x', 'last_message_id=1&last_message_id=2', 'lastMessageId=1'])
      expect([query, (await call(`/api/poll?${query}`)).status]).toEqual([query, 400])
  })

  test('when the output ends it is followed anew, and who polls is told that he may have missed some', async () => {
    const { call } = await open()
    ground.print(line('web.1', 'one'))
    const last = await waitFor(async () => {
      const { output_lines, last_id } = (await call('/api/poll')).body
      return output_lines.length === 1 && last_id
    })
    ground.outputs[0]?.end()
    await waitFor(() => ground.outputs.length === 2)
    ground.print(line('web.1', 'two'))
    const { missed } = await waitFor(async () => {
      const { body } = await call(`/api/poll?last_message_id=${last}`)
      return body.output_lines.some(({ text }: { text: string }) => text === 'two') && body
    })
    expect(missed).toBe(true)
  })

  test('failure strings are added and taken back; what stands in a file is not', async () => {
    const { call, post } = await open()
    const path = '/api/failure-declarations/web'
    const declarations = async () => (await call(path)).body.declarations
    expect((await post(`${path}/add`, { failure_string: 'panic:' })).body.declarations).toEqual(['panic:'])
    expect(ground.patterns).toMatchObject([{ process: 'web', pattern: 'panic:', isRegex: false, action: { type: 'stop' } }])
    expect(await declarations()).toEqual(['panic:'])
    expect((await call('/api/failure-declarations/web.2')).body.declarations).toEqual(['panic:'])
    expect((await call('/api/failure-declarations/worker')).body.declarations).toEqual([])
    const { status, body } = await post(`${path}/remove`, { failure_string: 'panic' })
    expect([status, body.error.message]).toEqual([404, 'web has no such failure string. Did you mean "panic:"?'])
    expect(await post(`${path}.2/remove`, { failure_string: 'panic:' })).toMatchObject({
      status: 409,
      body: { error: { message: 'It holds for web: remove it there' } },
    })
    expect((await post(`${path}/remove`, { failure_string: 'panic:' })).body.declarations).toEqual([])
    await post(`${path}/add`, { failure_string: 'EADDRINUSE' })
    ground.patterns = ground.patterns.map(one => ({ ...one, source: 'file' }))
    expect(await post(`${path}/remove`, { failure_string: 'EADDRINUSE' })).toMatchObject({ status: 409 })
    for (const wrong of [
      {},
      { failure_string: '' },
      { failure_string: 'a\nb' },
      { failure_string: 1 },
      { failure_string: 'x', action: 'command' },
      [],
    ])
      expect([wrong, (await post(`${path}/add`, wrong)).status]).toEqual([wrong, 400])
    expect((await post(`${path}/add`, { failure_string: 'x'.repeat(1_100_000) })).status).toBe(413)
  })

  test('what is asked the wrong way is refused with what is right', async () => {
    const { call, post } = await open()
    expect(await call('/api/shutdown')).toMatchObject({ status: 405, headers: { allow: 'POST' } })
    expect(await post('/api/state')).toMatchObject({ status: 405, headers: { allow: 'GET' } })
    expect((await post('/api/shutdown', { now: true })).body.error).toEqual({
      code: 'BAD_INPUT',
      message: 'body: Unrecognized key: "now"',
    })
    expect(ground.called).toEqual([])
  })

  test('what is no request is refused as all else is, and so is a WebSocket', async () => {
    const { port } = await open()
    const upgrade = `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
    for (const [bytes, status, code] of [
      ['NOPE\r\n\r\n', 400, 'BAD_INPUT'],
      [`GET /api/state HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'BAD_INPUT'],
      [upgrade, 404, 'NOT_FOUND'],
    ] as const) {
      const [head = '', body = ''] = (await exchange(port, bytes)).split('\r\n\r\n')
      expect([head.split(' ')[1], JSON.parse(body)]).toEqual([String(status), { error: { code, message: expect.any(String) } }])
    }
  })
})

describe('whom it lets in', () => {
  test('nobody without the token, and whoever has it', async () => {
    const { address, token, call } = await open()
    expect(token).toMatch(/^[\w-]{43}$/)
    const wrong = [undefined, 'Bearer ', `Bearer ${token}x`, `Basic ${token}`, `bearer-${token}`]
    for (const authorization of wrong) {
      const answer = await ask(address, '/api/state', {
        headers: authorization === undefined ? {} : { Authorization: authorization },
      })
      expect([authorization, answer.status, answer.headers['www-authenticate']]).toEqual([authorization, 401, 'Bearer'])
      expect(JSON.parse(answer.text).error.code).toBe('FORBIDDEN')
    }
    for (const path of [`/api/state?token=${token}`, `/api/shutdown?access_token=${token}`])
      expect((await ask(address, path)).status).toBe(401)
    expect((await call('/api/state')).status).toBe(200)
    expect((await ask(address, '/api/state', { headers: { Authorization: `bearer ${token}` } })).status).toBe(200)
    expect(ground.called).toEqual([])
  })

  test('its page and its document are for everybody, and tell no secret', async () => {
    const { address, token } = await open()
    for (const path of ['/api/docs', '/api/openapi.json']) {
      const { status, text, headers } = await ask(address, path)
      expect([status, text.includes(token ?? 'x'), text.includes(ground.project.folder)]).toEqual([200, false, false])
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('wrong tokens are counted; who has the right one is not kept out', async () => {
    const { address, call } = await open()
    const wrong = () => ask(address, '/api/state', { headers: { Authorization: `Bearer ${'x'.repeat(43)}` } })
    for (let count = 0; count < 20; count++) expect((await wrong()).status).toBe(401)
    const { status, headers } = await wrong()
    expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true])
    expect((await call('/api/state')).status).toBe(200)
  })

  test('another project’s token opens nothing', async () => {
    const other = await open()
    const mine = await open({ token: 'new' })
    expect(other.token).not.toBe(mine.token)
    expect((await ask(mine.address, '/api/state', { headers: other.headers })).status).toBe(401)
  })

  test.each(['keep', 'none'] as const)('no web page, with token: %s', async token => {
    const { port, call, post } = await open({ token })
    const evil = [
      [{ Host: `evil.example:${port}` }, 421],
      [{ Host: 'evil.example' }, 421],
      [{ Origin: 'http://evil.example' }, 403],
      [{ Origin: 'null' }, 403],
      [{ Origin: `http://127.0.0.1:${port + 1}` }, 403],
      [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
      [{ 'Sec-Fetch-Site': 'same-site' }, 403],
    ] as const
    for (const [headers, status] of evil) {
      expect([headers, (await call('/api/state', { headers: { ...headers } })).status]).toEqual([headers, status])
      expect([headers, (await post('/api/shutdown', {}, { ...headers })).status]).toEqual([headers, status])
      expect([headers, (await call('/api/docs', { headers: { ...headers } })).status]).toEqual([headers, status])
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      for (const body of ['{}', ''])
        expect([type, (await call('/api/shutdown', { method: 'POST', headers: { 'Content-Type': type }, body })).status]).toEqual(
          [type, 415],
        )
    expect((await call('/api/state', { headers: { Host: `localhost:${port}` } })).status).toBe(200)
    expect(ground.called).toEqual([])
  })

  test('without a token what is posted must be JSON all the same', async () => {
    const { token, address } = await open({ token: 'none' })
    expect(token).toBeNull()
    expect((await ask(address, '/api/state')).status).toBe(200)
    expect((await ask(address, '/api/shutdown', { method: 'POST' })).status).toBe(415)
    expect(ground.called).toEqual([])
    expect((await ask(address, '/api/shutdown', { method: 'POST', headers: JSON_TYPE })).status).toBe(200)
  })
})

describe('how long it lasts', () => {
  test('the next core has it again, at the same place and with the same token; of that the store has no word', async () => {
    const { token, port, headers, address } = await open({ cascade: true })
    await servers.closeAll()
    expect(JSON.stringify(ground.store.list())).not.toContain(token)
    const next = await ground.servers()
    expect(next.list()).toMatchObject([{ address, port, hasToken: true, cascade: true, problem: null }])
    expect((await ask(address, '/api/state', { headers })).status).toBe(200)
  })

  test('asked for again it is as it was; asked for otherwise it changes', async () => {
    const { address, port, headers } = await open()
    const wish: ServerWish = { port: null, token: 'keep', cascade: true }
    expect(await servers.open(ground.project, wish)).toMatchObject({ token: null, server: { port, cascade: true } })
    expect(ground.outputs).toHaveLength(1)
    expect((await ask(address, '/api/state', { headers })).status).toBe(200)
    const renewed = await servers.open(ground.project, { ...wish, token: 'new' })
    expect(renewed).toMatchObject({ token: expect.stringMatching(/^[\w-]{43}$/), server: { port } })
    expect((await ask(address, '/api/state', { headers })).status).toBe(401)
    const elsewhere = await freePort()
    const moved = await servers.open(ground.project, { port: elsewhere, token: 'none', cascade: false })
    expect(moved).toMatchObject({ token: null, server: { port: elsewhere, hasToken: false } })
    await expect(ask(address, '/api/state')).rejects.toThrow('ECONNREFUSED')
    expect(ground.store.list()).toMatchObject([{ port: elsewhere, tokenHash: null, cascade: false }])
  })

  test('restart begins it anew at the same place', async () => {
    const { call, post } = await open()
    await post('/api/processes/deselect-all')
    const before = (await call('/api/daemon/info')).body
    expect((await post('/api/restart')).body).toMatchObject({ success: true })
    await waitFor(async () => (await call('/api/daemon/info')).body.started_at > before.started_at)
    expect((await call('/api/state')).body.stats.selected).toBe(3)
    expect(ground.called).toEqual([])
  })

  test('closed, or with its project gone, it does not come again', async () => {
    const { address } = await open()
    expect(await servers.close(ground.project.id)).toMatchObject({ address: null })
    await expect(ask(address, '/api/state')).rejects.toThrow('ECONNREFUSED')
    await expect(servers.close(ground.project.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(ground.store.list()).toEqual([])
    const other = await open()
    ground.bus.emit({ type: 'project.removed', projectId: ground.project.id })
    await waitFor(() => servers.list().length === 0)
    await expect(ask(other.address, '/api/state')).rejects.toThrow('ECONNREFUSED')
    expect(ground.store.list()).toEqual([])
    await open()
    await servers.closeAll()
    ground.project = { ...ground.project, id: '00000000-0000-4000-8000-000000000002' }
    expect((await ground.servers()).list()).toEqual([])
    expect(ground.store.list()).toEqual([])
  })

  test('a port that is taken is refused, and all is as it was', async () => {
    const { server: taken, port } = await listenSomewhere()
    await expect(servers.open(ground.project, { port, token: 'keep', cascade: false })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `Port ${port} is taken by another program`,
    })
    expect(ground.store.list()).toEqual([])
    const { call } = await open()
    await expect(servers.open(ground.project, { port, token: 'keep', cascade: false })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect((await call('/api/state')).status).toBe(200)
    taken.close()
  })

  test('where another program listens by now nobody is sent, and its token is worth nothing any more', async () => {
    const { port, headers } = await open()
    await servers.closeAll()
    const thief = await listenSomewhere(port)
    const next = await ground.servers()
    expect(next.list()).toMatchObject([{ address: null, problem: `Port ${port} is taken by another program` }])
    thief.server.close()
    const again = await next.open(ground.project, { port, token: 'keep', cascade: false })
    expect(again.token).toMatch(/^[\w-]{43}$/)
    expect((await ask(again.server.address ?? '', '/api/state', { headers })).status).toBe(401)
  })

  test('without a wish the first free port from 8000 is taken', async () => {
    const { server } = await servers.open(ground.project, { port: null, token: 'keep', cascade: false })
    expect(server.port).toBeGreaterThanOrEqual(8000)
    expect(server.port).toBeLessThan(9000)
    expect(server.address).toBe(`http://127.0.0.1:${server.port}`)
  })
})
