/** Whether a process is ready, asked of real commands and sockets of this computer. */
import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listenSomewhere } from '../../../test/helpers/tcp.ts'
import { waitFor } from '../../../test/helpers/wait.ts'
import type { ReadinessProbe } from '../../shared/project.ts'
import { LocalTransport } from '../hosts/local-transport.ts'
import { type ReadinessTarget, untilReady } from './readiness.ts'

function ask(probe: ReadinessProbe, change: Partial<ReadinessTarget> & { attemptMs?: number; timeoutMs?: number } = {}) {
  const transport = new LocalTransport()
  onTestFinished(() => transport.close())
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const { attemptMs, timeoutMs = 60_000, ...rest } = change
  const target: ReadinessTarget = {
    ...{ transport, workdir: '/', env: {}, signal: abort.signal, late: () => undefined, line: async () => undefined },
    readiness: { probe, timeoutMs, intervalMs: 10 },
    ...rest,
  }
  return untilReady(target, attemptMs)
}

async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer(socket => onConnection(socket.on('error', () => undefined)))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

test('a command may take longer than the pause between two questions', async () => {
  await ask({ kind: 'command', line: 'sleep 0.1; test "$MARK" = "it is" && test "$PWD" = /' }, { env: { MARK: 'it is' } })
})

test('its variables stand in no argument list', async () => {
  const transport = new LocalTransport()
  onTestFinished(() => transport.close())
  const commands: string[] = []
  const seen = { kind: 'local', lost: transport.lost, close: () => transport.close() } as const
  const exec: LocalTransport['exec'] = (command, options) => {
    commands.push(command)
    return transport.exec(command, options)
  }
  await ask({ kind: 'command', line: 'test "$TOKEN" = s3cret' }, { transport: { ...seen, exec }, env: { TOKEN: 's3cret' } })
  expect(commands).toHaveLength(1)
  expect(commands[0]).not.toContain('s3cret')
})

test('a command that hangs is ended before it is asked again', async () => {
  const late = Promise.withResolvers<string>()
  const hangs = ask({ kind: 'command', line: 'exec sleep 1000' }, { attemptMs: 1, timeoutMs: 1_300, late: late.resolve })
  hangs.catch(() => undefined)
  expect(await late.promise).toBe('is not ready after 1 s: its command did not end in 1 s')
})

test('what accepts and does not answer is asked over one connection at a time', async () => {
  const open = new Set<Socket>()
  let count = 0
  let most = 0
  const port = await serve(socket => {
    count += 1
    open.add(socket)
    most = Math.max(most, open.size)
    if (count > 5) socket.end('HTTP/1.1 200 OK\r\n\r\n')
    socket.resume().on('close', () => open.delete(socket))
  })
  await ask({ kind: 'http', url: `http://127.0.0.1:${port}/` }, { attemptMs: 20 })
  expect(most).toBeLessThanOrEqual(2)
})

test('an error of the server is no answer, and neither is what is no HTTP', async () => {
  let count = 0
  const port = await serve(socket => {
    count += 1
    socket.end(count === 1 ? 'hello\n' : count === 2 ? 'HTTP/1.1 503 No\r\n\r\n' : 'HTTP/1.1 204 Yes\r\n\r\n')
  })
  await ask({ kind: 'http', url: `http://127.0.0.1:${port}/health` })
  expect(count).toBe(3)
})

test('a port is asked until something listens there', async () => {
  const { server, port } = await listenSomewhere()
  await new Promise(resolve => server.close(resolve))
  let isReady = false
  const ready = ask({ kind: 'tcp', port }).then(() => {
    isReady = true
  })
  expect(isReady).toBe(false)
  await listenSomewhere(port).then(again => onTestFinished(() => void again.server.close()))
  await waitFor(() => isReady, { what: 'ready' })
  await ready
})
