/** What an alias means to us, beside what it means to the real ssh. */
import { writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { resolveSshHost } from '../../src/main/hosts/ssh-config.ts'
import { runTool, type SshSettings } from '../../src/main/hosts/ssh-tools.ts'
import { makeTestHome } from '../helpers/test-home.ts'

const { homedir, username } = userInfo()

function settings(config: string, env: Record<string, string> = {}): SshSettings {
  const home = makeTestHome({})
  onTestFinished(home.remove)
  const configPath = join(home.dir, 'ssh config')
  writeFileSync(configPath, config)
  return { configPath, env: { ...home.env, ...env }, runtimeDir: home.dir }
}

const CONFIG = `
Include ssh_included_*
Host work
  HostName Build.Example.COM
  User bob
  Port 2222
  IdentityFile ~/keys/%h-%r-%p-%n
  IdentityFile "/keys/with space"
  CertificateFile ~/keys/%u-cert.pub
  UserKnownHostsFile ~/first "/tmp/with space/second" /tmp/third-%h
  IdentityAgent ~/agent-%d.sock
  HostKeyAlias fred
  HashKnownHosts yes
  IdentitiesOnly yes
  ConnectTimeout 7
Host jumped
  ProxyJump ann@bastion:2200,second
Host *.lan
  HostName 10.0.0.%h
Match host matched user carl
  Port 77
Host proxied
  ProxyCommand /usr/bin/nc -X 5 %h %p 100%%
  User dora
Host evil
  User d;touch
  ProxyCommand echo %r
Host four
  AddressFamily inet
  BindAddress 127.0.0.1
`

test('an alias with everything', async () => {
  const host = await resolveSshHost('work', settings(CONFIG))
  expect(host).toMatchObject({
    alias: 'work',
    hostname: 'build.example.com',
    user: 'bob',
    port: 2222,
    identityFiles: [`${homedir}/keys/build.example.com-bob-2222-work`, '/keys/with space'],
    certificateFiles: [`${homedir}/keys/${username}-cert.pub`],
    userKnownHostsFiles: [`${homedir}/first`, '/tmp/with space/second', '/tmp/third-build.example.com'],
    hostKeyAlias: 'fred',
    isHashingKnownHosts: true,
    isIdentitiesOnly: true,
    connectTimeoutMs: 7_000,
    proxyJump: [],
    proxyCommand: null,
  })
})

test('what is typed wins over the config', async () => {
  expect(await resolveSshHost('eve@work:99', settings(CONFIG))).toMatchObject({
    hostname: 'build.example.com',
    user: 'eve',
    port: 99,
  })
  expect(await resolveSshHost('carl@matched', settings(CONFIG))).toMatchObject({ port: 77 })
  expect(await resolveSshHost('[::1]:33', settings(CONFIG))).toMatchObject({ hostname: '::1', port: 33 })
})

test('jump hosts, and others in their place', async () => {
  expect((await resolveSshHost('jumped', settings(CONFIG))).proxyJump).toEqual(['ann@bastion:2200', 'second'])
  expect((await resolveSshHost('jumped', settings(CONFIG), [])).proxyJump).toEqual([])
  expect((await resolveSshHost('plain', settings(CONFIG), ['a', 'b'])).proxyJump).toEqual(['a', 'b'])
})

test('a ProxyCommand has its tokens filled in', async () => {
  const host = await resolveSshHost('proxied', settings(CONFIG))
  expect(host).toMatchObject({ user: 'dora', proxyCommand: '/usr/bin/nc -X 5 proxied 22 100%' })
})

test('a name that would add to the ProxyCommand is refused', async () => {
  await expect(resolveSshHost('evil', settings(CONFIG))).rejects.toMatchObject({
    code: 'BAD_CONFIG',
  })
})

test('addresses, and the agent', async () => {
  expect(await resolveSshHost('four', settings(CONFIG))).toMatchObject({ addressFamily: 4, bindAddress: '127.0.0.1' })
  const agentOf = async (option: string, env = {}) =>
    (await resolveSshHost('x', settings(`Host *\n  IdentityAgent ${option}`, env))).agentSocket
  expect(await agentOf('none', { SSH_AUTH_SOCK: '/a' })).toBe(null)
  expect(await agentOf('SSH_AUTH_SOCK', { SSH_AUTH_SOCK: '/a' })).toBe('/a')
  expect(await agentOf('$MINE', { MINE: '/b' })).toBe('/b')
  expect(await agentOf('~/c')).toBe(`${homedir}/c`)
  expect((await resolveSshHost('x', settings('', { SSH_AUTH_SOCK: '/a' }))).agentSocket).toBe('/a')
})

test.each(['work', 'eve@work:99', 'jumped', 'a.lan', 'proxied', 'nothing-special', 'four'])(
  '%s is to us what it is to ssh -G',
  async connection => {
    const where = settings(CONFIG)
    const { user, host, port } = /^(?:(?<user>.*)@)?(?<host>[^:]*)(?::(?<port>.*))?$/.exec(connection)?.groups ?? {}
    const args = [
      '-G',
      '-F',
      where.configPath ?? '',
      ...(user ? ['-l', user] : []),
      ...(port ? ['-p', port] : []),
      '--',
      host ?? '',
    ]
    const { stdout } = await runTool('ssh', args, where.env)
    const said = new Map(stdout.split('\n').map(line => [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)]))
    const ours = await resolveSshHost(connection, where)
    expect([ours.hostname, ours.user, `${ours.port}`, ours.kexAlgorithms.join(',')]).toEqual(
      ['hostname', 'user', 'port', 'kexalgorithms'].map(key => said.get(key)),
    )
    expect(ours.proxyJump.join(',')).toBe(said.get('proxyjump') ?? '')
  },
)

test('bad config, a missing file and bad names are told in ssh’s own words', async () => {
  await expect(resolveSshHost('x', settings('Bogus yes'))).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringContaining('bogus'),
  })
  await expect(resolveSshHost('x', { ...settings(''), configPath: '/nowhere/config' })).rejects.toMatchObject({
    code: 'BAD_CONFIG',
  })
  await expect(resolveSshHost('-oProxyCommand=touch', settings(''))).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

test('without ssh the package is named', async () => {
  await expect(resolveSshHost('x', settings('', { PATH: '/nowhere' }))).rejects.toMatchObject({
    code: 'MISSING_TOOL',
    details: { install: 'apt-get install openssh-client' },
  })
})

test('tokens of names of this computer', async () => {
  const host = await resolveSshHost('x', settings('Host x\n  IdentityFile /k/%L-%l-%i-%%'))
  expect(host.identityFiles).toEqual([`/k/${hostname().split('.')[0]}-${hostname()}-${userInfo().uid}-%`])
  await expect(resolveSshHost('x', settings('Host x\n  IdentityFile /k/%Z'))).rejects.toMatchObject({ code: 'BAD_CONFIG' })
})
