/** Reaching hosts: directly, through jump hosts and ProxyCommands, and what is said when it fails. */
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type DialDeps, dial } from '../../src/main/hosts/dial.ts'
import { reach, Ssh2Refusal } from '../../src/main/hosts/dial-ssh2.ts'
import { resolveSshHost } from '../../src/main/hosts/ssh-config.ts'
import { run, type Transport } from '../../src/main/hosts/transport.ts'
import { trustHost } from '../../src/main/hosts/trust.ts'
import { type Dialler, makeDialler } from '../helpers/dial.ts'
import { freePort, type Sshd, type SshdOptions, startSshd } from '../helpers/sshd.ts'
import { makeTestHome, type TestHomeOptions } from '../helpers/test-home.ts'
import { waitFor, within } from '../helpers/wait.ts'

async function host(options: SshdOptions = {}): Promise<Sshd> {
  const sshd = await startSshd(options)
  return sshd
}

function person(hosts: Record<string, Sshd>, options: TestHomeOptions = {}): Dialler & { configPath: string } {
  const home = makeTestHome(hosts, options)
  onTestFinished(home.remove)
  const dialler = makeDialler(home)
  onTestFinished(dialler.close)
  return { ...dialler, configPath: home.sshConfigPath }
}

async function connect(name: string, deps: DialDeps): Promise<Transport> {
  const { transport } = await dial({ name, connection: name }, deps)
  onTestFinished(() => transport.close())
  return transport
}

async function homeOf(transport: Transport): Promise<string> {
  return (await run(transport, 'printf %s "$HOME"')).stdout.toString()
}

const logins = (sshd: Sshd) => sshd.log().match(/Accepted publickey/g)?.length ?? 0

test('a host typed in full, and another by its alias', async () => {
  const [a, b] = [await host(), await host({ address: '127.0.0.2' })]
  const { deps } = person({ a, b })
  expect(await homeOf(await connect(a.connection, deps))).toBe(a.home)
  expect(await homeOf(await connect('b', deps))).toBe(b.home)
})

test('two hosts behind one jump host share a single connection to it', async () => {
  const [bastion, a, b] = [await host(), await host({ address: '127.0.0.2' }), await host({ address: '127.0.0.3' })]
  const { deps, hops } = person({ bastion, a, b }, { sshConfig: 'Host a b\n  ProxyJump bastion\n' })
  const [toA, toB] = await Promise.all([connect('a', deps), connect('b', deps)])
  expect(await Promise.all([homeOf(toA), homeOf(toB)])).toEqual([a.home, b.home])
  expect(hops.size).toBe(1)
  expect(logins(bastion)).toBe(1)
})

test('a chain of jump hosts, each with what stands before it', async () => {
  const [one, two, end] = [await host(), await host({ address: '127.0.0.2' }), await host({ address: '127.0.0.3' })]
  const { deps, hops } = person(
    { one, two, end },
    { sshConfig: 'Host end\n  ProxyJump one,two\nHost two\n  ProxyJump nowhere.invalid\n' },
  )
  expect(await homeOf(await connect('end', deps))).toBe(end.home)
  expect(hops.size).toBe(2)
  await waitFor(() => logins(one) === 1 && logins(two) === 1, { what: 'both hops in the logs' })
})

test('the loss of a jump host is the loss of what is behind it, and it is dialled again', async () => {
  const [bastion, a] = [await host(), await host({ address: '127.0.0.2' })]
  const { deps } = person({ bastion, a }, { sshConfig: 'Host a\n  ProxyJump bastion\n' })
  const first = await connect('a', deps)
  const channel = await first.exec('cat', { lane: 'control' })
  channel.stdout.resume()
  channel.stderr.resume()
  bastion.cutConnections()
  expect(await within(first.lost, { what: 'lost' })).toMatchObject({ code: 'HOST_UNREACHABLE' })
  expect(await within(channel.end, { what: 'the end' })).toEqual({ code: null, signal: null })
  expect(await homeOf(await connect('a', deps))).toBe(a.home)
})

test('a jump host that ssh2 cannot speak with carries others all the same', async () => {
  const [bastion, a] = [
    await host({ extraConfig: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] }),
    await host({ address: '127.0.0.2' }),
  ]
  const { deps } = person({ bastion, a }, { sshConfig: 'Host a\n  ProxyJump bastion\n' })
  const transport = await connect('a', deps)
  expect(transport.kind).toBe('ssh2')
  expect(await homeOf(transport)).toBe(a.home)
})

test('an unknown key of a jump host is named as its own, and trusted first', async () => {
  const [bastion, a] = [await host(), await host({ address: '127.0.0.2' })]
  const { deps } = person({ bastion, a }, { sshConfig: 'Host a\n  ProxyJump bastion\n', knownHosts: '' })
  await expect(connect('a', deps)).rejects.toMatchObject({
    code: 'HOST_KEY_UNKNOWN',
    message: expect.stringContaining(`bastion (127.0.0.1 port ${bastion.port})`),
  })
  const trust = (fingerprint: string | null) => trustHost({ name: 'a', connection: 'a', fingerprint }, deps)
  const first = await trust(null)
  expect(first).toMatchObject({ host: 'bastion', isTrusted: false, keys: [{ fingerprint: bastion.hostKeys[0]?.fingerprint }] })
  await trust(first.keys[0]?.fingerprint ?? '')
  const second = await trust(null)
  expect(second).toMatchObject({ host: 'a', isTrusted: false, keys: [{ fingerprint: a.hostKeys[0]?.fingerprint }] })
  await trust(second.keys[0]?.fingerprint ?? '')
  expect(await homeOf(await connect('a', deps))).toBe(a.home)
})

test('a jump host that may not forward says so', async () => {
  const [bastion, a] = [await host({ extraConfig: ['AllowTcpForwarding no'] }), await host({ address: '127.0.0.2' })]
  const { deps } = person({ bastion, a }, { sshConfig: 'Host a\n  ProxyJump bastion\n' })
  await expect(connect('a', deps)).rejects.toMatchObject({
    code: 'HOST_UNREACHABLE',
    message: expect.stringContaining(`bastion cannot connect to 127.0.0.2 port ${a.port}`),
  })
})

test('a ProxyCommand carries the connection, and its complaint is passed on', async () => {
  const [bastion, a] = [await host(), await host({ address: '127.0.0.2' })]
  const base = person({ bastion })
  const { deps } = person(
    { bastion, a },
    {
      sshConfig: `Host a
  ProxyCommand ssh -F ${base.configPath} -W %h:%p bastion
Host broken
  ProxyCommand echo 'no such tunnel' >&2; exit 3
`,
    },
  )
  const transport = await connect('a', deps)
  expect(transport.kind).toBe('ssh2')
  expect(await homeOf(transport)).toBe(a.home)
  await expect(connect('broken', deps)).rejects.toMatchObject({
    code: 'HOST_UNREACHABLE',
    message: expect.stringContaining('no such tunnel'),
  })
})

test('a ProxyCommand that passes its descriptor is for the system’s ssh', async () => {
  const { deps } = person({}, { sshConfig: 'Host a\n  ProxyCommand nc -F %h %p\n  ProxyUseFdpass yes\n' })
  const a = await resolveSshHost('a', deps.settings)
  await expect(reach('a', a, deps)).rejects.toBeInstanceOf(Ssh2Refusal)
})

test('no server, no such name, and a server that is none', async () => {
  const port = await freePort()
  const { deps } = person({})
  await expect(connect(`me@127.0.0.1:${port}`, deps)).rejects.toMatchObject({
    code: 'HOST_UNREACHABLE',
    message: expect.stringContaining('refused the connection'),
  })
  await expect(connect('me@no-such-host.invalid', deps)).rejects.toMatchObject({
    code: 'HOST_UNREACHABLE',
    message: expect.stringContaining('name is not known'),
  })
  const web = createServer(socket => socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void web.close())
  const { port: webPort } = web.address() as { port: number }
  await expect(connect(`me@127.0.0.1:${webPort}`, deps)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
})

test('a hop nobody uses is let go', async () => {
  const bastion = await host()
  const { deps } = person({ bastion })
  const { HopPool } = await import('../../src/main/hosts/hop-pool.ts')
  const hops = new HopPool({
    dial: async hop => (await dial({ name: 'bastion', connection: hop.connection }, deps)).transport,
    idleMs: 20,
  })
  onTestFinished(() => hops.close())
  const hop = await hops.via({ connection: 'bastion', jumps: [] })
  const stream = await hop.forward?.({ host: '127.0.0.1', port: bastion.port })
  if (!stream) throw new TypeError('A hop forwards')
  stream.resume()
  expect(hops.size).toBe(1)
  stream.destroy()
  await within(hop.lost, { what: 'the hop to be let go' })
  expect(hops.size).toBe(0)
})
