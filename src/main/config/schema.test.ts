import { describe, expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { DEFAULT_CONFIG, parseConfig, settingKeys, settingSchema } from './schema.ts'

const parse = (text: string) => parseConfig('/c.yaml', text)

function errorOf(text: string): AppError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('it should have been refused')
}

test('nothing written is the defaults', () => {
  const defaults = {
    defaultHost: 'auto',
    hosts: [],
    local: { tags: [], drain: false },
    rules: [],
    detachOnCtrlC: false,
    push: { spareLimitBytes: 2 * 1024 ** 3, keepFinishedDays: 14 },
    notifications: { failed: true, longJobMs: 300_000, hostAway: true, quietFrom: null, quietTo: null, mutedHosts: [] },
    tray: { show: true, panel: 'auto' },
    web: { address: '127.0.0.1', port: 7373, dashboard: true },
    metrics: { open: false },
    keepCore: false,
    startAtLogin: false,
    beowulfDaemon: false,
    sshConfig: null,
    logLevel: 'info',
  }
  const empty = [
    '',
    '\n\n',
    '# only a comment\n',
    '---\n',
    '{}',
    'hosts:\npush:\n  keep_finished_days:\nweb:\n  port:\ndefault_host:\n',
    '\uFEFF',
  ]
  for (const text of empty) expect(parse(text)).toEqual(defaults)
  expect(DEFAULT_CONFIG).toEqual(defaults)
})

test('everything written is read', () => {
  const text = `
default_host: box-1
hosts:
  - name: box-1
    connection: me@box.example:2222
    tags: [gpu, big]
    sound: true
  - { name: v6, connection: "[::1]:22" }
detach_on_ctrl_c: true
push: { spare_limit_bytes: 0, keep_finished_days: 3 }
notifications: { failed: false, long_job_seconds: 0, host_away: false, quiet_from: 22:30, quiet_to: "07:00", muted_hosts: [v6] }
tray: { show: false, panel: light }
web: { address: "::1", port: 8080, dashboard: false }
metrics: { open: true }
keep_core: true
start_at_login: true
beowulf_daemon: true
ssh_config: /home/me/ssh config
log_level: debug
`
  expect(parse(text)).toEqual({
    defaultHost: 'box-1',
    hosts: [
      { name: 'box-1', connection: 'me@box.example:2222', tags: ['gpu', 'big'], drain: false, sound: true },
      { name: 'v6', connection: '[::1]:22', tags: [], drain: false, sound: false },
    ],
    local: { tags: [], drain: false },
    rules: [],
    detachOnCtrlC: true,
    push: { spareLimitBytes: 0, keepFinishedDays: 3 },
    notifications: { failed: false, longJobMs: 0, hostAway: false, quietFrom: '22:30', quietTo: '07:00', mutedHosts: ['v6'] },
    tray: { show: false, panel: 'light' },
    web: { address: '::1', port: 8080, dashboard: false },
    metrics: { open: true },
    keepCore: true,
    startAtLogin: true,
    beowulfDaemon: true,
    sshConfig: '/home/me/ssh config',
    logLevel: 'debug',
  })
})

describe('what is wrong is said with path, line, column and key', () => {
  test.each([
    ['defualt_host: auto', '/c.yaml:1:1: defualt_host: unknown key; did you mean default_host?'],
    [
      '\n# x\npush:\n  keep_finishd_days: 3\n',
      '/c.yaml:4:3: push.keep_finishd_days: unknown key; did you mean keep_finished_days?',
    ],
    [
      'hosts:\n  - name: a\n    conection: b\n',
      '/c.yaml:2:5: hosts[0].connection: expected string, received undefined (and 1 more)',
    ],
    ['zebra: 1', /^\/c.yaml:1:1: zebra: unknown key; known ones are default_host, hosts, /],
    ['__proto__: {a: 1}', /^\/c.yaml:1:1: __proto__: unknown key; /],
    ['constructor: 1', /^\/c.yaml:1:1: constructor: unknown key; /],
    ['push: 3', '/c.yaml:1:7: push: expected object, received number'],
    ['log_level: loud', /^\/c.yaml:1:12: log_level: .*"error"\|"warn"/],
    ['detach_on_ctrl_c: "yes"', '/c.yaml:1:19: detach_on_ctrl_c: expected boolean, received string'],
    ['push:\n  spare_limit_bytes: -1', /^\/c.yaml:2:22: push.spare_limit_bytes: Too small/],
    ['web: {address: localhost}', '/c.yaml:1:16: web.address: must be an IP address, as 127.0.0.1'],
    ['web: {port: 0}', /^\/c.yaml:1:13: web.port: Too small/],
    ['- a', '/c.yaml:1:1: expected object, received array'],
    ['just text', '/c.yaml:1:1: expected object, received string'],
    ['ssh_config: relative', '/c.yaml:1:13: ssh_config: must be an absolute path'],
    ['default_host: nobody', '/c.yaml:1:15: default_host: there is no host named nobody'],
    ['hosts:\n  - {name: a, connection: x}\n  - {name: a, connection: y}', '/c.yaml:3:12: hosts[1].name: a second host named a'],
    ['hosts: [{name: local, connection: x}]', '/c.yaml:1:16: hosts[0].name: local, auto and none are names of Drover itself'],
    ['hosts: [{name: -rf, connection: x}]', /^\/c.yaml:1:16: hosts\[0\].name: a host name is 1 to 63/],
    ['hosts: [{name: a, connection: "x; rm -rf ~"}]', /^\/c.yaml:1:31: hosts\[0\].connection: a connection is/],
    ['hosts: [{name: a, connection: -oProxyCommand=x}]', /hosts\[0\].connection: a connection is/],
  ])('%j', (text, message) => {
    const error = errorOf(text)
    expect(error.code).toBe('BAD_CONFIG')
    expect(error.message).toMatch(message)
  })

  test('text that is no YAML, or YAML that means nothing here', () => {
    expect(errorOf('a: 1\na: 2').message).toMatch(/^\/c.yaml:2:1: Map keys must be unique/)
    expect(errorOf('hosts: [').message).toMatch(/^\/c.yaml:1:9: /)
    expect(errorOf('a: b: c').message).toMatch(/^\/c.yaml:1:4: /)
    expect(errorOf('a: 1\n---\nb: 2').message).toMatch(/^\/c.yaml:2:1: .*another document/)
    expect(errorOf('\nlog_level: !foo info').message).toMatch(/^\/c.yaml:2:12: Unresolved tag: !foo/)
    expect(errorOf('? {a: 1}\n: 2').message).toMatch(/^\/c.yaml:1:3: .*[Kk]ey/)
    expect(errorOf('a: *nothing').message).toMatch(/^\/c.yaml:1:/)
    expect(errorOf('\tx: 1').message).toMatch(/^\/c.yaml:1:1: /)
  })

  test('a bomb of aliases', () => {
    const levels = Array.from(
      { length: 9 },
      (_, index) => `a${index + 1}: &a${index + 1} [${Array(9).fill(`*a${index}`).join(', ')}]`,
    )
    expect(errorOf(`a0: &a0 x\n${levels.join('\n')}`).message).toMatch(/Excessive alias count/)
  })

  test('every problem stands in the details', () => {
    expect(errorOf('x: 1\nlog_level: 2\ny: 3').details).toMatchObject({
      path: '/c.yaml',
      problems: [
        { line: 2, column: 12, key: 'log_level' },
        { line: 1, column: 1, key: 'x' },
        { line: 3, column: 1, key: 'y' },
      ],
    })
  })
})

test('the single settings are known by their dotted keys', () => {
  expect(settingKeys()).toEqual([
    'default_host',
    'hosts',
    'local.tags',
    'local.drain',
    'rules',
    'detach_on_ctrl_c',
    'push.spare_limit_bytes',
    'push.keep_finished_days',
    'notifications.failed',
    'notifications.long_job_seconds',
    'notifications.host_away',
    'notifications.quiet_from',
    'notifications.quiet_to',
    'notifications.muted_hosts',
    'tray.show',
    'tray.panel',
    'web.address',
    'web.port',
    'web.dashboard',
    'metrics.open',
    'keep_core',
    'start_at_login',
    'beowulf_daemon',
    'ssh_config',
    'log_level',
  ])
  for (const key of ['push', 'push.x', '', 'constructor', '__proto__.x', 'hosts.0']) expect(settingSchema(key)).toBeUndefined()
})
