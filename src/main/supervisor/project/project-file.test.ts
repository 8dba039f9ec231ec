// biome-ignore-all lint/suspicious/noTemplateCurlyInString: drover.yaml holds them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineProject, type LoadOptions } from './project.ts'
import type { FoundFile } from './read-project-file.ts'

const NAMES = ['web', 'worker', 'db', 'migrate']

const found = (file: string, text: string | null): FoundFile => ({
  file,
  bytes: text === null ? null : Buffer.from(text),
  problem: null,
})

function define(yaml: string | null, { declarations = null, ...options }: LoadOptions & { declarations?: string | null } = {}) {
  const files = {
    procfile: found('Procfile', NAMES.map(name => `${name}: run ${name}`).join('\n')),
    projectFile: found('drover.yaml', yaml),
    declarations: found('failure_declarations.json', declarations),
    envFiles: [],
  }
  return defineProject('/project', files, options)
}

function optionsOf(yaml: string, name = 'web', declarations: string | null = null) {
  const { project, problems } = define(yaml, { declarations })
  expect(problems).toEqual([])
  return project?.instances.find(instance => instance.name === name)?.options
}

const told = (yaml: string, options?: LoadOptions) =>
  define(yaml, options).problems.map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`)

test('nothing written is as no file', () => {
  for (const yaml of [
    '',
    '# note\n',
    '{}',
    '---\n',
    'processes:\n',
    'processes:\n  web:\n  # host: box\n',
    'port:\nformation:\n',
    '\uFEFF',
  ]) {
    expect(define(yaml)).toEqual(define(null))
  }
})

test('everything written is read', () => {
  const yaml = `
port: 3000
port_step: 10
formation: all=0,web=1,db=1
failure_patterns: [everywhere]
when_one_ends: shutdown
sync: false
processes:
  web:
    host: box-1
    depends_on: { db: ready, migrate: done }
    ready: { http: /health, timeout: 30s, interval: 500ms }
    restart: on-failure
    backoff: { initial: 100ms, max: 10s, stable_after: 1m }
    stop_signal: SIGINT
    stop_grace: 20s
    environment: { LEVEL: debug }
    tty: true
    failure_patterns:
      - panic
      - { pattern: /out of (memory|disk)/, action: restart }
      - { pattern: slow, action: tell }
      - { pattern: leak, command: ./dump }
    log_cap: 1GB
    working_directory: sub/folder
    when_it_ends: leave
  db: { ready: { tcp: 5432 }, restart: always }
  migrate:
`
  const { project, problems } = define(yaml, { declarations: '{"web": ["/declared/"]}' })
  expect(problems.map(({ message }) => message)).toEqual(['web waits for migrate, and the formation has none'])
  expect(project?.sync).toBe(false)
  const [web, db] = project?.instances ?? []
  expect(web?.options).toEqual({
    host: 'box-1',
    dependsOn: [
      { process: 'db', condition: 'ready' },
      { process: 'migrate', condition: 'done' },
    ],
    readiness: { probe: { kind: 'http', url: 'http://127.0.0.1:3000/health' }, timeoutMs: 30_000, intervalMs: 500 },
    restart: 'on-failure',
    backoff: { initialMs: 100, maxMs: 10_000, stableMs: 60_000 },
    stopSignal: 'INT',
    stopGraceMs: 20_000,
    hasTerminal: true,
    failurePatterns: [
      { pattern: { kind: 'text', source: 'panic' }, action: { kind: 'stop' } },
      { pattern: { kind: 'regex', source: 'out of (memory|disk)' }, action: { kind: 'restart' } },
      { pattern: { kind: 'text', source: 'slow' }, action: { kind: 'tell' } },
      { pattern: { kind: 'text', source: 'leak' }, action: { kind: 'command', line: './dump' } },
      { pattern: { kind: 'text', source: 'everywhere' }, action: { kind: 'stop' } },
      { pattern: { kind: 'text', source: '/declared/' }, action: { kind: 'stop' } },
    ],
    logCapBytes: 1e9,
    workingDirectory: 'sub/folder',
    whenItEnds: 'leave',
  })
  expect(web?.environment.LEVEL).toBe('debug')
  expect(db).toMatchObject({ port: 3020, options: { whenItEnds: 'shutdown', readiness: { probe: { kind: 'tcp', port: 5432 } } } })
})

test('a list of processes to wait for says that they have started', () => {
  expect(optionsOf('processes: { web: { depends_on: [db, worker] } }')?.dependsOn).toEqual([
    { process: 'db', condition: 'started' },
    { process: 'worker', condition: 'started' },
  ])
})

describe('readiness', () => {
  const probe = (ready: string) =>
    optionsOf(`processes: { web: { ready: ${ready}, environment: { ADMIN: 9000 } } }`)?.readiness?.probe
  test.each([
    ['{ tcp: 80 }', { kind: 'tcp', port: 80 }],
    ['{ tcp: "${PORT}" }', { kind: 'tcp', port: 5000 }],
    ['{ tcp: "${ADMIN}" }', { kind: 'tcp', port: 9000 }],
    ['{ http: / }', { kind: 'http', url: 'http://127.0.0.1:5000/' }],
    ['{ http: "http://localhost:${ADMIN}/up?a=b" }', { kind: 'http', url: 'http://localhost:9000/up?a=b' }],
    ['{ log: listening on }', { kind: 'log', pattern: { kind: 'text', source: 'listening on' } }],
    ['{ log: /ready in \\d+ ms/ }', { kind: 'log', pattern: { kind: 'regex', source: 'ready in \\d+ ms' } }],
    ['{ command: "pg_isready -p $PORT" }', { kind: 'command', line: 'pg_isready -p $PORT' }],
  ])('%s', (ready, expected) => {
    expect(probe(ready)).toEqual(expected)
  })

  test('of each instance is at its own port', () => {
    const { project } = define('processes: { web: { ready: { http: /up } } }', { formation: 'web=2' })
    const urls = project?.instances.slice(0, 2).map(({ options }) => options.readiness?.probe)
    expect(urls).toMatchObject([{ url: 'http://127.0.0.1:5000/up' }, { url: 'http://127.0.0.1:5001/up' }])
  })
})

test('a folder to work in may be anywhere below, or absolute', () => {
  for (const path of ['sub', './a/../b', '/srv/data', '..data', '.']) {
    expect(optionsOf(`processes: { web: { working_directory: ${path} } }`)?.workingDirectory).toBe(path)
  }
})

describe('what is wrong is told with its place', () => {
  test.each([
    ['prot: 1', ['error 1:1 prot: unknown key; did you mean port?']],
    ['processes:\n  web:\n    hots: box', ['error 3:5 processes.web.hots: unknown key; did you mean host?']],
    ['processes:\n  web:\n    ready: { tpc: 1, log: x }', ['error 3:14 processes.web.ready.tpc: unknown key; did you mean tcp?']],
    ['processes:\n  web:\n    backoff: { maxx: 1s }', ['error 3:16 processes.web.backoff.maxx: unknown key; did you mean max?']],
    [
      'failure_patterns:\n  - { patern: x, pattern: y }',
      ['error 2:7 failure_patterns[0].patern: unknown key; did you mean pattern?'],
    ],
    ['processes:\n  wbe: {}', ['error 2:3 the Procfile has no process named wbe; did you mean web?']],
    ['processes:\n  __proto__: {}', ['error 2:3 processes: __proto__ is no name']],
    ['processes:\n  web: {depends_on: [db, dbb]}', ['error 2:26 the Procfile has no process named dbb; did you mean db?']],
    [
      'processes:\n  web: {depends_on: {wroker: ready}}',
      ['error 2:22 the Procfile has no process named wroker; did you mean worker?'],
    ],
    [
      'processes:\n  web: {depends_on: {db: raedy}}',
      ['error 2:26 processes.web.depends_on.db: Invalid option: expected one of "started"|"ready"|"done"'],
    ],
    ['processes: {web: {depends_on: [__proto__]}}', ['error 1:31 processes.web.depends_on: __proto__ is no name']],
    [
      'processes:\n  web: {depends_on: db}',
      ['error 2:21 processes.web.depends_on: must be a list of processes, or a map of each to started, ready or done'],
    ],
    ['processes: {web: {depends_on: [web]}}', ['error 1:32 each waits for the next, and none can start: web → web']],
    [
      'processes:\n  web: {depends_on: [worker]}\n  worker: {depends_on: {db: done}}\n  db: {depends_on: [web]}',
      ['error 2:22 each waits for the next, and none can start: web → worker → db → web'],
    ],
    [
      'processes:\n  web: {depends_on: {db: done}}\n  db: {restart: always}',
      ['warning 2:22 db is never done, since it is always restarted'],
    ],
    ['processes: {web: {depends_on: {db: ready}}}', ['warning 1:32 db has no ready: it counts as ready when it has started']],
    ['processes: {web: {ready: {}}}', ['error 1:26 processes.web.ready: takes exactly one of tcp, http, log, command']],
    [
      'processes: {web: {ready: {tcp: 1, log: x}}}',
      ['error 1:26 processes.web.ready: takes exactly one of tcp, http, log, command'],
    ],
    ['processes: {web: {ready: {tcp: 70000}}}', ['error 1:32 processes.web.ready.tcp: Too big: expected number to be <=65535']],
    ['processes: {web: {ready: {tcp: "${PS}"}}}', ['error 1:32 is no port: 1 to 65535']],
    ['processes: {web: {ready: {tcp: "${NONE:-1}"}}}', []],
    ['processes: {web: {ready: {http: "http://${NONE}/"}}}', ['error 1:33 ${NONE} has no value']],
    [
      'processes: {web: {ready: {http: "localhost:80"}}}',
      ['error 1:33 processes.web.ready.http: must be a path, as /health, or an address, as http://127.0.0.1:8080/health'],
    ],
    [
      'processes: {web: {restart: no}}',
      ['error 1:28 processes.web.restart: Invalid option: expected one of "never"|"on-failure"|"always"'],
    ],
    [
      'processes: {web: {stop_grace: 10}}',
      ['error 1:31 processes.web.stop_grace: must be a length of time with its unit, as 10s'],
    ],
    ['processes: {web: {backoff: {initial: 2m}}}', ['error 1:38 processes.web.backoff.initial: must not be longer than max']],
    [
      'processes: {web: {stop_signal: TREM}}',
      ['error 1:32 processes.web.stop_signal: must be one of TERM, INT, QUIT, HUP, USR1, USR2, ABRT, KILL'],
    ],
    ['processes: {web: {host: none}}', ['error 1:25 processes.web.host: none is no host']],
    [
      'processes: {web: {working_directory: a/../../b}}',
      ['error 1:38 processes.web.working_directory: must be absolute, or within the folder'],
    ],
    ['processes: {web: {environment: {a-b: 1}}}', ['error 1:33 an environment name is letters, digits and underscores']],
    ['processes: {web: {environment: {__proto__: 1}}}', ['error 1:32 processes.web.environment: __proto__ is no name']],
    ['processes: {web: {environment: {A: [1]}}}', ['error 1:36 processes.web.environment.A: must be text without NUL']],
    ['processes: {web: {environment: {A: }}}', ['error 1:36 processes.web.environment.A: must be text without NUL']],
    ['processes: {web: {environment: {A: "\\0"}}}', ['error 1:36 processes.web.environment.A: must be valid UTF-8 without NUL']],
    ['failure_patterns: ["\\0"]', ['error 1:20 failure_patterns[0].pattern: must be valid UTF-8 without NUL']],
    [
      'failure_patterns: [/(/]',
      [`error 1:20 failure_patterns[0].pattern: The pattern is not understood: '(' without ')' (at character 1)`],
    ],
    [
      'failure_patterns: [{pattern: x, action: stop, command: y}]',
      ['error 1:20 failure_patterns[0]: takes one of action and command'],
    ],
    ['processes: [web]', ['error 1:12 processes: expected record, received array']],
    ['- web', ['error 1:1 expected object, received array']],
    ['port: 1\nport: 2', ['error 2:1 Map keys must be unique']],
    ['port: [1', ['error 1:9 Flow sequence in block collection must be sufficiently indented and end with a ]']],
    ['a: \0', ['error 1:4 a NUL byte, which no command and no variable can hold']],
  ])('%j', (yaml, problems) => {
    expect(told(yaml)).toEqual(problems)
  })

  test('a host is known or not if it is said which there are', () => {
    const yaml = 'processes: { web: { host: bxo }, db: { host: local }, worker: { host: auto }, migrate: { host: box } }'
    expect(told(yaml, { hosts: ['box'] })).toEqual(['error 1:27 there is no host named bxo; did you mean box?'])
    expect(told(yaml)).toEqual([])
  })

  test('also what is meant to do harm', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefg'.split('').map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`)}]`),
    ]
    expect(told(bomb.join('\n'))).toHaveLength(1)
    expect(told(`a: ${'['.repeat(100_000)}`)).toHaveLength(1)
    expect(told(`a: ${'{b: '.repeat(20_000)}`)).toHaveLength(1)
  })
})

test('whatever is written, nothing is thrown, and each problem stands within the file', () => {
  const scrap = fc.constantFrom(
    ...[
      'processes:',
      ' web:',
      ' db:',
      ' {',
      '}',
      '[',
      ']',
      ',',
      ': ',
      '\n',
      '\n  ',
      '\n    ',
      '- ',
      '"',
      "'",
      '#',
      '&a ',
      '*a',
      '!!x ',
    ],
    ...[
      'depends_on:',
      ' [web]',
      'ready:',
      ' tcp:',
      ' 1',
      'restart:',
      ' always',
      'environment:',
      ' A:',
      ' ~',
      'port:',
      '\t',
      '|',
      '%',
      '\uFEFF',
      'é',
    ],
  )
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 25 }), parts => {
      const yaml = parts.join('')
      const lines = yaml.split('\n')
      const { project, problems } = define(yaml)
      expect(project === null).toBe(problems.some(({ severity }) => severity === 'error'))
      for (const { line, column } of problems) {
        expect(line).toBeGreaterThan(0)
        expect(line).toBeLessThanOrEqual(lines.length)
        expect(column).toBeGreaterThan(0)
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
      }
    }),
    { numRuns: 150 },
  )
})
