import { expect, test } from 'vitest'
import { makeAgentHost } from '../../../test/helpers/agent-host.ts'
import type { Live } from '../hosts/host-link.ts'
import { HostProbes, parseProbe, parseRunning } from './host-probe.ts'
import { parseWaypipeVersion, requireSpeaking } from './waypipe-version.ts'

const ID = 'abcdabcd-0000-4000-8000-000000000000'

test('what a host says is taken line by line, after whatever its profile prints', () => {
  const said = `installed\nWelcome!\ndrover-probe\ninstalled\ninstall dnf\nwaypipe: waypipe 0.8.4\nwaypipe: features: lz4 zstd\n`
  const probe = parseProbe(said)
  expect(probe).toMatchObject({
    isInstalled: true,
    isX11Only: false,
    waypipe: { text: '0.8.4', major: 0, minor: 8, features: ['lz4', 'zstd'] },
  })
  expect(parseRunning(`running 42 ${ID}\nrunning 43 \n`)).toEqual([
    { pid: 42, jobId: ID },
    { pid: 43, jobId: null },
  ])
  expect(probe?.install?.('waypipe')).toBe('dnf install waypipe')
})

test('a hostile answer gives nothing but what it may', () => {
  const probe = parseProbe('drover-probe\ninstall __proto__\ninstall constructor\nwaypipe: waypipe 0.8; rm -rf /\n')
  expect(probe).toEqual({
    isInstalled: false,
    isX11Only: false,
    waypipe: { text: '0.8', major: 0, minor: 8, features: [] },
    install: null,
  })
  expect(parseRunning('running -1 x\nrunning 1 $(reboot)\nrunning 1\n')).toEqual([])
  expect(parseProbe('installed\nwaypipe: waypipe 0.8\n')).toBeNull()
})

test('a login shell that gives no answer is told of, and not that the app is missing', async () => {
  const host = makeAgentHost()
  const { info } = await host.open()
  const agent = { info: { ...info, shell: '/bin/false' } } as Live['agent']
  const live = { agent, transport: host.transport }
  const asked = new HostProbes().ask({ host: 'box', live }, 'firefox', [])
  await expect(asked).rejects.toThrow('The login shell of box (/bin/false) does not say what it has: exit code 1')
})

test('waypipe from 0.7 on speaks with any newer one', () => {
  const version = (text: string) => parseWaypipeVersion(`waypipe ${text}`) ?? expect.fail(text)
  expect(() => requireSpeaking(version('0.7.0'), version('0.10.3'), 'box')).not.toThrow()
  expect(() => requireSpeaking(version('0.8.4'), version('0.6.1'), 'box')).toThrow('waypipe 0.6.1 on box is too old')
  expect(parseWaypipeVersion('waypipe v2')).toBeNull()
})
