/** For every method and message of the contract: inputs that its schema refuses, each wrong in one place. */
import type { z } from 'zod'
import { ClientMessage, contract, type Input, type Method } from '../../src/shared/contract.ts'

export type Wrong = { what: string /** The field that is wrong; empty when it is all of it. */; field: string; value: unknown }

const DROP = 'abcdabcd-0000-4000-8000-000000000001'

const RULE: Input<'rule.add'>['rule'] = {
  kind: 'app',
  pattern: 'firefox',
  pin: { host: 'box', fallback: 'auto', until: 1 },
  affinity: 'box',
  needs: ['gpu'],
}

/** Right ones. They are never sent: what is sent differs in a field that makes them wrong. */
const RIGHT: { readonly [M in Method]: Input<M> } = {
  'core.status': {},
  'core.stop': {},
  'core.doctor': {},
  'config.get': {},
  'config.set': { key: 'log_level', value: 'debug' },
  'host.list': { check: false },
  'host.samples': {},
  'host.next': {},
  'host.add': { connection: 'me@192.0.2.1', name: 'box' },
  'host.remove': { name: 'box' },
  'host.default': { name: 'local' },
  'host.trust': { name: 'box', fingerprint: 'SHA256:x' },
  'host.test': { name: 'local' },
  'host.unlock': { keyPath: '/no/such/key', passphrase: 'x' },
  'host.importable': {},
  'host.import': { source: 'p', names: ['box'] },
  'host.drain': { name: 'box', isDrained: true },
  'host.sound': { name: 'box', playsSound: true },
  'host.tag': { name: 'box', add: ['gpu'], remove: ['old'] },
  'rule.list': {},
  'rule.pin': { kind: 'app', pattern: 'firefox', host: 'box', fallback: 'auto', until: 1 },
  'rule.unpin': { kind: 'app', pattern: 'firefox' },
  'rule.affinity': { kind: 'app', pattern: 'firefox', host: 'box' },
  'rule.add': { rule: RULE, at: 0 },
  'rule.change': { at: 0, was: { kind: 'app', pattern: 'firefox' }, rule: RULE },
  'rule.remove': { at: 0, was: { kind: 'app', pattern: 'firefox' } },
  'job.push': {
    command: { line: 'true' },
    folder: null,
    sync: false,
    host: 'local',
    env: { A: 'b' },
    needs: ['gpu'],
    pull: ['x'],
    terminal: { columns: 80, rows: 24 },
    jobId: 'abcdabcd-0000-4000-8000-000000000000',
  },
  'job.place': { command: { line: 'true' }, folder: '/tmp', totalBytes: 1 },
  'job.preview': { folder: '/tmp' },
  'job.list': { limit: 1, foreign: false, ended: 1, before: { createdAt: 1, id: 'abcdabcd-0000-4000-8000-000000000000' } },
  'job.get': { job: 'abcd' },
  'job.stop': { job: 'abcd', graceMs: 0, signal: 'TERM' },
  'job.signal': { job: 'abcd', signal: 'TERM' },
  'app.launch': {
    command: { argv: ['foot'] },
    host: 'local',
    needsDesktop: true,
    display: { WAYLAND_DISPLAY: 'wayland-1' },
    folder: '/tmp',
    terminal: { columns: 80, rows: 24 },
    env: { A: 'b' },
    newInstance: false,
    jobId: 'abcdabcd-0000-4000-8000-000000000000',
  },
  'app.place': { command: { argv: ['foot'] }, host: 'local', needsDesktop: true },
  'job.rerun': { job: 'abcd', host: 'local', terminal: { columns: 80, rows: 24 } },
  'job.remove': { job: 'abcd', force: true },
  'job.explain': { job: 'abcd', replay: true },
  'job.logSize': { job: 'abcd' },
  'job.logSince': { job: 'abcd', since: 0 },
  'job.search': { job: 'abcd', pattern: 'x', isRegex: true, ignoreCase: true, fromByte: 0, limit: 1 },
  'job.files': { job: 'abcd', path: 'out' },
  'job.pull': { job: 'abcd', pattern: 'x', destination: '/tmp', overwrite: true },
  'pull.cancel': { pullId: 'x' },
  'drop.begin': { name: 'project', origin: 'x' },
  'drop.names': { dropId: DROP, from: 0, entries: [] },
  'drop.decide': { dropId: DROP },
  'drop.wanted': { dropId: DROP, after: 0 },
  'drop.finish': { dropId: DROP },
  'drop.cancel': { dropId: DROP },
  'window.open': { display: { DISPLAY: ':0' } },
  'web.dashboard': { route: '/metrics' },
  'window.seen': { jobIds: [DROP] },
  'web.signOut': {},
  'folder.list': { path: '/tmp' },
  'folder.commands': { folder: '/tmp' },
  'disk.usage': { host: 'local' },
  'metrics.series': { hosts: ['box'], from: 0, to: 1, points: 1 },
  'metrics.marks': { from: 0, to: 1 },
  'metrics.job': { job: 'abcd', points: 1 },
  'token.add': { name: 'x' },
  'token.list': {},
  'token.remove': { name: 'x' },
  'host.top': { name: 'box' },
  'disk.gc': { host: 'local', dryRun: true, olderThanMs: 0 },
  'app.list': { query: 'x', host: 'local', locale: 'de', isAll: true, isFavourite: true, limit: 1 },
  'app.refresh': { host: 'local' },
  'app.icon': { app: 'x', size: 48 },
  'app.favourite': { app: 'x', isFavourite: true },
  'app.open': {
    app: 'x',
    action: 'new',
    host: 'local',
    targets: ['http://x'],
    display: {},
    newInstance: true,
    env: { A: 'b' },
    isTerminal: true,
    terminal: { columns: 80, rows: 24 },
  },
  'menu.list': {},
  'menu.install': { apps: ['x'], favourites: true },
  'menu.remove': { apps: ['x'] },
  'app.weigh': { app: 'x', action: 'y', host: 'local' },
  'project.check': { folder: '/tmp', procfile: 'Procfile', formation: { web: 1 }, port: 5000 },
  'project.up': {
    folder: '/tmp',
    procfile: 'Procfile',
    formation: { web: 1 },
    port: 5000,
    processes: ['web'],
    host: 'local',
    env: { A: 'b' },
  },
  'project.export': { folder: '/tmp', isUser: true, out: '/tmp', name: 'app' },
  'project.down': { project: '/tmp', graceMs: 0 },
  'project.remove': { project: '/tmp' },
  'project.list': {},
  'project.get': { project: '/tmp' },
  'project.scale': { project: '/tmp', formation: { web: 2 } },
  'project.run': { project: '/tmp', command: { line: 'true' }, terminal: { columns: 80, rows: 24 }, jobId: DROP },
  'process.start': { project: '/tmp', processes: ['web.1'] },
  'process.stop': { project: '/tmp', processes: ['web.1'], graceMs: 0 },
  'process.restart': { project: '/tmp', processes: ['web.1'] },
  'process.runs': { project: '/tmp', process: 'web.1' },
  'process.search': { project: '/tmp', processes: ['web'], pattern: 'x', isRegex: true, ignoreCase: true, limit: 1, cursor: 'x' },
  'pattern.list': { project: '/tmp' },
  'pattern.add': { project: '/tmp', process: 'web', pattern: 'x', isRegex: true, action: { type: 'command', line: 'true' } },
  'pattern.remove': { project: '/tmp', patternId: DROP },
  'server.open': { project: '/tmp', port: 8000, token: 'new', cascade: true },
  'server.close': { project: '/tmp', cascade: true },
  'server.list': {},
}

const RIGHT_MESSAGES: readonly z.input<typeof ClientMessage>[] = [
  { type: 'call', id: 1, method: 'core.status', input: {} },
  { type: 'events', id: 1, afterSeq: 0, jobId: 'abcdabcd-0000-4000-8000-000000000000' },
  { type: 'log', stream: 1, job: 'abcd', fromByte: 0, follow: true },
  { type: 'terminal', stream: 1, job: 'abcd', columns: 80, rows: 24, term: 'xterm' },
  { type: 'upload', stream: 1, dropId: DROP },
  { type: 'output', stream: 1, project: '/tmp', processes: ['web'], lines: 1, since: 1, follow: true },
  { type: 'resize', stream: 1, columns: 80, rows: 24 },
  { type: 'took', stream: 1, bytes: 1 },
  { type: 'close', stream: 1 },
]

const LONG = 'x'.repeat(100_000)
const VALUES: readonly [what: string, value: unknown][] = [
  ['null', null],
  ['a number', 42],
  ['a negative number', -1],
  ['a fraction', 0.5],
  ['more than a number holds', 1e308],
  ['a string', 'x y'],
  ['an empty string', ''],
  ['a string with a NUL', 'a\0b'],
  ['a string of 100 kB', LONG],
  ['true', true],
  ['an array', []],
  ['an array of everything', [null, 1, 'x', {}]],
  ['an object', {}],
  ['an object of its own names', { toString: 1, length: 2 }],
]

export const WRONG_INPUTS = new Map(
  Object.entries(contract).map(([method, { input }]) => [method as Method, wrongOnes(RIGHT[method as Method], input)]),
)

/** Only those whose type is known: what is none of the contract's at all is told as that. */
export const WRONG_MESSAGES = new Map(
  RIGHT_MESSAGES.map(message => [message.type, wrongOnes(message, ClientMessage).filter(({ field }) => field !== 'type')]),
)

function wrongOnes(right: Record<string, unknown>, schema: z.ZodType): Wrong[] {
  if (!schema.safeParse(right).success) throw new Error(`No right input: ${JSON.stringify(right)}`)
  const all: Wrong[] = [
    ...VALUES.map(([what, value]) => ({ what, field: '', value })),
    { what: 'an unknown key', field: 'unknownKey', value: { ...right, unknownKey: 1 } },
    {
      what: 'an unknown key',
      field: '__proto__',
      value: JSON.parse(JSON.stringify(right).replace('{', '{"__proto__":1,').replace(',}', '}')),
    },
  ]
  for (const field of Object.keys(right)) {
    const { [field]: _, ...without } = right
    all.push({ what: `no ${field}`, field, value: without })
    for (const [what, value] of VALUES) all.push({ what: `${field}: ${what}`, field, value: { ...right, [field]: value } })
  }
  return all.filter(({ value }) => !schema.safeParse(value).success)
}
