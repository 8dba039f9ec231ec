/** What processes print, on the command line: `up` in the foreground, `logs`, `attach` and `run`, with the product as it is built. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProcessView, ProjectView } from '../../src/shared/process.ts'
import { Pane } from '../helpers/pane.ts'
import { DROVER, openProduct, type Product, type Running, startProduct } from '../helpers/product.ts'
import { projectFolder } from '../helpers/project.ts'
import { startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

let product: Product
beforeAll(async () => {
  product = await openProduct()
  await product.status()
})
afterAll(() => product.close())

function projectIn(product: Product, files: Readonly<Record<string, string>>) {
  const cwd = projectFolder(join(product.home.dir, `of-${Math.random().toString(36).slice(2)}`), files)
  const drover = (...args: string[]) => product.drover(args, { cwd })
  const begin = (...args: string[]) => product.begin(args, { cwd })
  const ps = async (): Promise<ProcessView[]> => (await product.json<ProjectView[]>(['ps'], { cwd }))[0]?.processes.slice() ?? []
  const states = async () => Object.fromEntries((await ps()).map(({ label, state }) => [label, state]))
  return { cwd, drover, begin, ps, states }
}
const project = (files: Readonly<Record<string, string>>) => projectIn(product, files)

async function prints(running: Running, what: RegExp | string): Promise<void> {
  const has = (text: string) => (typeof what === 'string' ? text.includes(what) : what.test(text))
  await waitFor(() => has(running.output.stdout), { what: `${what} to be printed`, timeoutMs: 20_000 }).catch(cause => {
    throw new Error(`${cause.message}; it printed ${running.output.stdout.slice(-1000)}${running.output.stderr}`, { cause })
  })
}

/** Without times and ids, which are never the same. */
function plain(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map(line => line.replace(/^[\d: ]{8} /, '').replace(/job [0-9a-f]{8}/, 'job ID'))
}

const TICKS = 'n=0; while :; do n=$((n+1)); echo "tick $n"; sleep 0.05; done'

describe('up in the foreground', () => {
  test('shows lines and what becomes of processes, aligned; Ctrl+C stops all, and it ends with 0', async () => {
    const shop = project({
      Procfile: `web: echo "on $PORT"; exec sleep 1000\nworker: echo working >&2; exec sleep 1000\n`,
      'drover.yaml':
        'processes:\n  worker: { depends_on: { web: ready } }\n  web: { ready: { command: "test -e go", interval: 100ms } }\n',
    })
    const up = shop.begin('up')
    await prints(up, 'web.1    | on 5000\n')
    await prints(up, 'worker.1 | [waits for web.1 to be ready]\n')
    writeFileSync(join(shop.cwd, 'go'), '')
    await prints(up, 'worker.1 | working\n')
    up.child.kill('SIGINT')
    const { code, stdout, stderr } = await up.done
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^\d\d:\d\d:\d\d web\.1 {4}\| \[started on local, job [0-9a-f]{8}\]\n\d\d:\d\d:\d\d web\.1 {4}\| on 5000$/m,
    )
    const lines = plain(stdout)
    expect(lines.slice(lines.indexOf('web.1    | [ready]'), lines.indexOf('worker.1 | working') + 1)).toEqual([
      'web.1    | [ready]',
      'worker.1 | [started on local, job ID]',
      'worker.1 | working',
    ])
    // Those that others depend on end last.
    expect(lines.slice(-2)).toEqual(['worker.1 | [stopped]', 'web.1    | [stopped]'])
    expect(await shop.states()).toEqual({ 'web.1': 'stopped', 'worker.1': 'stopped' })
  })

  test('a second Ctrl+C does not wait for what ignores the first', async () => {
    const shop = project({
      Procfile: `web: trap 'echo no' TERM; echo up; while :; do sleep 0.1; done\n`,
      'drover.yaml': 'processes:\n  web: { stop_grace: 1h }\n',
    })
    const up = shop.begin('up')
    await prints(up, 'web.1 | up\n')
    up.child.kill('SIGINT')
    await prints(up, 'web.1 | no\n')
    up.child.kill('SIGINT')
    expect((await up.done).code).toBe(0)
    expect((await shop.ps())[0]).toMatchObject({ state: 'stopped', signal: 'KILL' })
  })

  test('SIGTERM stops all; kill -9 leaves all running, and the next up shows them from then on', async () => {
    const shop = project({ Procfile: `web: ${TICKS}\n` })
    const first = shop.begin('up')
    await prints(first, 'tick 3\n')
    first.child.kill('SIGKILL')
    await first.done
    const [before] = await shop.ps()
    expect(before?.state).toBe('running')
    const second = shop.begin('up')
    await prints(second, 'tick')
    second.child.kill('SIGTERM')
    const { code, stdout } = await second.done
    expect(code).toBe(0)
    expect(stdout).not.toMatch(/tick [123]\n/)
    expect((await shop.ps())[0]).toMatchObject({ state: 'stopped', jobId: before?.jobId })
  })

  test('a process that ends is told of after its last line, and when it is started again', async () => {
    const shop = project({
      Procfile: `crash: echo last words; exit 3\n`,
      'drover.yaml': 'processes:\n  crash: { restart: on-failure, backoff: { initial: 1h, max: 1h } }\n',
    })
    const up = shop.begin('up')
    await prints(up, 'starts again in')
    // What is known at its end is one line; the plan may be heard of a little later.
    const [started, last, ...end] = plain(up.output.stdout)
    expect([started, last]).toEqual(['crash.1 | [started on local, job ID]', 'crash.1 | last words'])
    expect(end.join(' ')).toMatch(/^crash\.1 \| \[exited 3(, |\] crash\.1 \| \[)starts again in \d+ min\]$/)
    up.child.kill('SIGINT')
    expect((await up.done).code).toBe(0)
  })

  test('ends when all have, with the exit code of what failed', async () => {
    const shop = project({ Procfile: 'good: echo fine\nbad: sleep 0.2; echo worse; exit 9\n' })
    const { code, stdout, stderr } = await shop.drover('up')
    expect(code).toBe(9)
    expect(stderr).toMatch(/has ended: bad\.1 is dead: it ended with exit code 9$/m)
    expect(plain(stdout).toSorted()).toEqual([
      'bad.1  | [exited 9]',
      'bad.1  | [started on local, job ID]',
      'bad.1  | worse',
      'good.1 | [exited 0]',
      'good.1 | [started on local, job ID]',
      'good.1 | fine',
    ])
    expect((await project({ Procfile: 'good: echo fine\n' }).drover('up')).code).toBe(0)
  })

  test('ends when what is left waits for what has failed, says so, and leaves nothing that would begin later', async () => {
    const shop = project({
      Procfile: 'db: sleep 0.2; exit 5\nweb: exec sleep 1000\npage: exec sleep 1000\n',
      'drover.yaml': 'processes:\n  web: { depends_on: { db: done } }\n  page: { depends_on: [web] }\n',
    })
    const { code, stdout, stderr } = await shop.drover('up')
    expect(code).toBe(5)
    expect(plain(stdout)).toContain('web.1  | [waits for db.1 to be done, which is dead]')
    expect(stderr).toMatch(/web\.1 was not started: it waits for db\.1 to be done, which is dead$/m)
    expect(stderr).toMatch(/page\.1 was not started: it waits for web\.1 to start$/m)
    expect(await shop.states()).toEqual({ 'db.1': 'dead', 'web.1': 'stopped', 'page.1': 'stopped' })
    // What was dead and is started with it is waited for again.
    writeFileSync(join(shop.cwd, 'Procfile'), 'db: sleep 0.2\nweb: exit 6\npage: exec sleep 1000\n')
    const again = await shop.drover('up', 'web')
    expect([again.code, plain(again.stdout)]).toEqual([6, expect.arrayContaining(['web.1 | [exited 6]'])])
  })

  test('when one ends and takes the others with it, its exit code is ours', async () => {
    const shop = project({
      Procfile: 'web: exec sleep 1000\nbad: sleep 0.5; exit 4\n',
      'drover.yaml': 'when_one_ends: shutdown\n',
    })
    const { code, stdout } = await shop.drover('up')
    expect([
      code,
      plain(stdout)
        .filter(line => line.startsWith('web'))
        .at(-1),
    ]).toEqual([4, 'web.1 | [stopped]'])
  })

  test('of single processes Ctrl+C stops those and what was started for them', async () => {
    const shop = project({
      Procfile: 'web: echo web; exec sleep 1000\ndb: echo db; exec sleep 1000\nother: echo other; exec sleep 1000\n',
      'drover.yaml': 'processes:\n  web: { depends_on: { db: started } }\n',
    })
    await shop.drover('up', '-d', 'other')
    const up = shop.begin('up', 'web', '--no-prefix')
    await prints(up, /^db\nweb\n$/)
    up.child.kill('SIGINT')
    expect(await up.done).toMatchObject({ code: 0, stdout: 'db\nweb\n' })
    expect(await shop.states()).toEqual({ 'web.1': 'stopped', 'db.1': 'stopped', 'other.1': 'running' })
  })

  test('when its reader goes away it stops all', async () => {
    const shop = project({ Procfile: `web: ${TICKS}\n` })
    const up = shop.begin('up')
    await prints(up, 'tick 2\n')
    up.child.stdout?.destroy()
    const { code } = await up.done
    expect(code).toBe(141)
    await waitFor(async () => (await shop.states())['web.1'] === 'stopped', { what: 'it to be stopped' })
  })

  test('with --json each line is an entry or a process', async () => {
    const shop = project({ Procfile: 'good: echo fine\n' })
    const { code, stdout } = await shop.drover('up', '--json')
    const entries = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(code).toBe(0)
    expect(entries.filter(({ type }) => type !== 'process.changed')).toMatchObject([
      { type: 'run', process: 'good.1', run: 1 },
      { type: 'line', text: 'fine' },
      { type: 'ended', exitCode: 0 },
    ])
    expect(entries.filter(({ type }) => type === 'process.changed').at(-1)).toMatchObject({ process: { state: 'done' } })
  })

  test('a core that is killed meanwhile costs no line, and none comes twice', async () => {
    const own = await startProduct()
    const shop = projectIn(own, { Procfile: `web: ${TICKS}\n` })
    const up = shop.begin('up')
    await prints(up, 'tick 5\n')
    await own.killCore()
    await own.status()
    const count = up.output.stdout.match(/tick/g)?.length ?? 0
    await prints(up, `tick ${count + 40}\n`)
    up.child.kill('SIGINT')
    const { code, stdout } = await up.done
    expect(code).toBe(0)
    const ticks = [...stdout.matchAll(/tick (\d+)/g)].map(match => Number(match[1]))
    expect(ticks).toEqual(ticks.map((_, index) => index + 1))
    expect(stdout.match(/started on/g)).toHaveLength(1)
    expect(await shop.states()).toEqual({ 'web.1': 'stopped' })
  })
})

describe('up elsewhere', () => {
  test('shows lines of a host, that it is away, and goes on when it is back; what runs there does not notice', async () => {
    const box = await startSshd()
    const own = await startProduct({ box })
    const shop = projectIn(own, {
      Procfile: `web: ${TICKS}\nhere: exec sleep 1000\nother: exec sleep 1000\n`,
      'drover.yaml': 'processes:\n  web: { host: box }\n  other: { host: box }\n',
    })
    const up = shop.begin('up')
    await prints(up, 'web.1   | [started on box, job ')
    await prints(up, 'tick 3\n')
    await box.kill()
    await prints(up, 'web.1   | [box cannot be reached; what runs there goes on]\n')
    expect((await shop.drover('ps')).stdout).toMatch(/^web\.1\tunknown \(\d+ s\)\tbox\t/m)
    expect((await shop.drover('stop', 'other')).stderr).toMatch(
      /^error: other\.1: box cannot be reached .* What was asked is done as soon as it answers\.$/m,
    )
    const grep = await shop.drover('logs', '--grep', 'tick')
    expect([grep.code, grep.stderr]).toEqual([1, 'error: box cannot be asked: what was printed there was not searched\n'])
    const count = up.output.stdout.match(/tick/g)?.length ?? 0
    await box.restart()
    await prints(up, 'web.1   | [box is back]\n')
    await prints(up, `tick ${count + 20}\n`)
    await prints(up, 'other.1 | [stopped]\n')
    up.child.kill('SIGINT')
    const { code, stdout } = await up.done
    expect(code).toBe(0)
    const ticks = [...stdout.matchAll(/tick (\d+)/g)].map(match => Number(match[1]))
    expect(ticks).toEqual(ticks.map((_, index) => index + 1))
    expect(await shop.states()).toEqual({ 'web.1': 'stopped', 'here.1': 'stopped', 'other.1': 'stopped' })
  })

  test('--on goes before what the project says', async () => {
    const box = await startSshd()
    const own = await startProduct({ box })
    const shop = projectIn(own, { Procfile: 'web: cat said; exec sleep 1000\n', said: 'from the copy\n' })
    expect((await shop.drover('up', '-d', '--on', 'box')).stdout).toMatch(/^web\.1\trunning\tbox\t/)
    await waitFor(async () => (await shop.drover('logs', '--no-prefix')).stdout === 'from the copy\n', { what: 'its output' })
    await shop.drover('down')
    const nowhere = await shop.drover('up', '-d', '--on', 'bxo')
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('No host "bxo"')])
    expect((await shop.drover('up', '-d', '--on', 'none')).stdout).toMatch(/^web\.1\trunning\tlocal\t/)
  })
})

test('a failure pattern that is found stops its process, and is told with the exit code', async () => {
  const shop = project({
    Procfile: 'web: echo fine; [ -e once ] || { echo >once; sleep 0.5; echo "PANIC: it fell"; }; exec sleep 1000\n',
    'failure_declarations.json': '{"web": ["panic:"]}',
  })
  const { code, stdout, stderr } = await shop.drover('up')
  expect([code, plain(stdout).at(-1)]).toEqual([1, 'web.1 | [was ended by SIGTERM, broken: "panic:" was found in its output]'])
  expect(plain(stdout)).toContain('web.1 | PANIC: it fell')
  expect(stderr).toMatch(/web\.1 is broken: "panic:" was found in its output/)
  expect((await shop.drover('ps')).stdout).toMatch(/^web\.1\tbroken\t.*\t"panic:" was found in its output$/m)
  const again = await shop.drover('start', 'web')
  expect([again.code, (await shop.states())['web.1']]).toEqual([0, 'running'])
  await shop.drover('down')
})

describe('logs', () => {
  test('of all, of one, of the last lines; of a job its very bytes', async () => {
    const shop = project({
      Procfile: 'web: echo one; echo two; exec sleep 1000\nworker: printf "\\\\033[31mred\\\\n"; exec sleep 1000\n',
    })
    await shop.drover('up', '-d')
    const all = () => shop.drover('logs')
    await waitFor(async () => /two[\s\S]*red|red[\s\S]*two/.test((await all()).stdout), { what: 'all lines' })
    expect(plain((await all()).stdout).toSorted()).toEqual(
      [
        'web.1    | [run 1 started, job ID]',
        'web.1    | one',
        'web.1    | two',
        'worker.1 | [run 1 started, job ID]',
        'worker.1 | \x1b[31mred',
      ].toSorted(),
    )
    expect((await shop.drover('logs', 'web', '-n', '1', '--no-prefix')).stdout).toBe('two\n')
    const [web] = await shop.ps()
    expect((await shop.drover('logs', web?.jobId?.slice(0, 8) ?? '')).stdout).toBe('one\ntwo\n')
    expect((await shop.drover('logs', web?.jobId ?? '', '--since', '1h')).stdout).toBe('one\ntwo\n')
    expect((await shop.drover('logs', web?.jobId ?? '', '--no-prefix')).code).toBe(2)
  })

  test('followed over a restart, until Ctrl+C', async () => {
    const shop = project({ Procfile: 'web: echo "run $(cat count)"; exec sleep 1000\n', count: '1\n' })
    await shop.drover('up', '-d')
    const logs = shop.begin('logs', '-f', 'web', '--no-prefix')
    await prints(logs, 'run 1\n')
    writeFileSync(join(shop.cwd, 'count'), '2\n')
    await shop.drover('restart', 'web')
    await prints(logs, 'run 1\nrun 2\n')
    logs.child.kill('SIGINT')
    expect((await logs.done).stdout).toBe('run 1\nrun 2\n')
  })

  test('--grep searches all that was printed, then what comes', async () => {
    const shop = project({
      Procfile:
        'web: for n in 1 2 3 4; do echo "GET $n"; echo "POST $n"; done; while [ ! -e go ]; do sleep 0.05; done; echo GET 5; echo POST 5; exec sleep 1000\n',
    })
    await shop.drover('up', '-d')
    await waitFor(async () => (await shop.drover('logs', '--grep', 'post 4', '-i')).code === 0, { what: 'the line to be found' })
    expect(plain((await shop.drover('logs', '--grep', 'GET [23]')).stdout)).toEqual(['web.1 | GET 2', 'web.1 | GET 3'])
    expect(await shop.drover('logs', '--grep', 'nothing')).toMatchObject({ code: 1, stdout: '' })
    expect((await shop.drover('logs', '--grep', 'GET 1')).stdout).toMatch(/^\d\d:\d\d:\d\d web\.1 \| GET 1\n$/)
    const logs = shop.begin('logs', '-f', '-n', '1', '--grep', '^GET', '--no-prefix')
    await prints(logs, 'GET 4\n')
    writeFileSync(join(shop.cwd, 'go'), '')
    await prints(logs, 'GET 4\nGET 5\n')
    logs.child.kill('SIGINT')
    expect((await logs.done).stdout).toBe('GET 4\nGET 5\n')
  })
})

describe('logs of a job', () => {
  const long = 'x'.repeat(700)

  test('--grep finds its lines on its host, whole; -n the last of them; --since what was printed since', async () => {
    const { stdout } = await product.drover(['push', '-n', '-d', '--', `seq 300; echo GET ${long}; printf 'POST\\rGET end'`])
    const id = stdout.trim()
    await product.reaches(id, 'ended')
    const logs = (...words: string[]) => product.drover(['logs', id, ...words])
    expect(await logs('--grep', '^get', '-i')).toEqual({ code: 0, stdout: `GET ${long}\nGET end\n`, stderr: '' })
    expect((await logs('--grep', '^[0-9]*5$', '-n', '2')).stdout).toBe('285\n295\n')
    expect(await logs('--grep', 'nothing')).toEqual({ code: 1, stdout: '', stderr: '' })
    expect((await logs('--grep', '(')).code).toBe(2)
    expect((await logs('--since', '1h', '-n', '1')).stdout).toBe('POST\rGET end')
    expect(await logs('--since', '0s')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('-f --grep goes on with what comes, until it has ended; a line that had begun is whole', async () => {
    const go = join(product.home.dir, 'go-on')
    const line = `echo GET 1; printf 'GET '; while [ ! -e ${go} ]; do sleep 0.05; done; printf '2\\nPOST 3\\nGET 4'`
    const id = await product.running(['-n', '--no-tty', '--', line])
    await waitFor(async () => (await product.drover(['logs', id])).stdout === 'GET 1\nGET ', {
      what: 'the beginning of its line',
    })
    const logs = product.begin(['logs', '-f', id, '--grep', '^GET'])
    await prints(logs, 'GET 1\n')
    writeFileSync(go, '')
    expect(await logs.done).toMatchObject({ code: 0, stdout: 'GET 1\nGET 2\nGET 4\n' })
  })
})

test('attach takes the terminal of a process; Ctrl+B D leaves it running', async () => {
  const shop = project({
    Procfile: `console: echo ready; while read line; do echo "got $line"; done\nplain: exec sleep 1000\n`,
    'drover.yaml': 'processes:\n  console: { tty: true }\n',
  })
  await shop.drover('up', '-d')
  const pane = Pane.open({ env: { ...product.env, TERM: 'tmux-256color' }, cwd: shop.cwd })
  pane.line(`${DROVER} attach console`)
  await pane.sees(/^ready/m)
  pane.line('hello')
  await pane.sees('got hello')
  pane.keys('C-b', 'd')
  await pane.sees('Left running on local')
  expect(await shop.states()).toEqual({ 'console.1': 'running', 'plain.1': 'running' })
  await shop.drover('stop', 'console')
  expect((await shop.drover('attach', 'console.1')).code).toBe(125)
})

test('colours and Ctrl+C on a terminal', async () => {
  const shop = project({ Procfile: 'web: printf "\\\\033[2J\\\\033[32mgreen\\\\n"; exec sleep 1000\n' })
  const pane = Pane.open({ env: { ...product.env, TERM: 'tmux-256color' }, cwd: shop.cwd })
  pane.line(`${DROVER} up; echo "code $?"`)
  await pane.sees('green')
  // A cleared screen would have taken our own lines away.
  expect(pane.screen()).toMatch(/\[started on local/)
  expect(pane.coloured()).toContain('\x1b[32mgreen')
  pane.keys('C-c')
  const screen = await pane.sees('code 0')
  expect(screen).toContain('Stopping the project; Ctrl+C again to kill it.')
})

test('run gives a command the environment of the project, and its exit code', async () => {
  const shop = project({ Procfile: 'web: exec sleep 1000\n', '.env': 'GREETING=hello\n' })
  const { code, stdout } = await shop.drover('run', 'sh', '-c', 'echo "$GREETING $PWD"; echo here >made; exit 5')
  expect([code, stdout]).toEqual([5, `hello ${shop.cwd}\n`])
  expect(readFileSync(join(shop.cwd, 'made'), 'utf8')).toBe('here\n')
  expect(existsSync(join(shop.cwd, 'made'))).toBe(true)
})
