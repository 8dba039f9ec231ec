/** The verbs of processes with the product as it is built: `up -d`, `ps`, `start`, `stop` and the like. Foreground `up` and logs: cli-up.test.ts. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProcessView, ProjectView } from '../../src/shared/process.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { projectFolder } from '../helpers/project.ts'

let product: Product
beforeAll(async () => {
  product = await openProduct()
  await product.status()
})
afterAll(() => product.close())

/** A project of the test's own: its folder, and the command line in it. */
function project(files: Readonly<Record<string, string>>) {
  const cwd = projectFolder(join(product.home.dir, `of-${Math.random().toString(36).slice(2)}`), files)
  const drover = (...args: string[]) => product.drover(args, { cwd })
  const ps = async (): Promise<ProcessView[]> => (await product.json<ProjectView[]>(['ps'], { cwd }))[0]?.processes.slice() ?? []
  const states = async () => Object.fromEntries((await ps()).map(({ label, state }) => [label, state]))
  return { cwd, drover, ps, states }
}

const SLEEPERS = 'web: exec sleep 1000\nworker: exec sleep 1001\n'

describe('up -d', () => {
  test('returns when all are up, and lists them; a second one leaves them as they are', async () => {
    const shop = project({
      Procfile: SLEEPERS,
      'drover.yaml': 'processes:\n  web: { ready: { command: "test -e go", interval: 100ms } }\n',
    })
    const first = product.begin(['up', '-d'], { cwd: shop.cwd, input: '' })
    await product.drover(['status'])
    writeFileSync(join(shop.cwd, 'go'), '')
    const { code, stdout, stderr } = await first.done
    expect([code, stderr]).toEqual([0, ''])
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(row => row.split('\t'))
    expect(rows.map(([label, state, host, , run, , port, command]) => [label, state, host, run, port, command])).toEqual([
      ['web.1', 'ready', 'local', '1', '5000', 'exec sleep 1000'],
      ['worker.1', 'running', 'local', '1', '5100', 'exec sleep 1001'],
    ])
    const jobs = (await shop.ps()).map(({ jobId }) => jobId)
    expect(rows.map(row => row[3])).toEqual(jobs.map(jobId => jobId?.slice(0, 8)))
    expect((await shop.drover('up', '-d')).code).toBe(0)
    expect((await shop.ps()).map(({ jobId }) => jobId)).toEqual(jobs)
  })

  test('says who did not come up, and why', async () => {
    const shop = project({ Procfile: 'web: exec sleep 1000\ncrash: exit 7\n' })
    const { code, stdout, stderr } = await shop.drover('up', '-d')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^crash\.1\tdead \[7\]\t/m)
    expect(stderr).toMatch(/^error: crash\.1 is dead: it ended with exit code 7\nWhat it printed: drover logs crash\.1$/m)
    expect(await shop.states()).toEqual({ 'web.1': 'running', 'crash.1': 'dead' })
  })

  test('does not wait for what waits for one that has failed', async () => {
    const shop = project({
      Procfile: 'web: exec sleep 1000\ndb: sleep 0.2; exit 1\nworker: exec sleep 1000\n',
      'drover.yaml': 'processes:\n  web: { depends_on: { db: done } }\n',
    })
    const { code, stderr } = await shop.drover('up', '-d', 'web', 'worker')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: web\.1 is waiting: waits for db\.1 to be done, which is dead$/m)
    expect(await shop.states()).toEqual({ 'web.1': 'waiting', 'db.1': 'dead', 'worker.1': 'running' })
    expect((await shop.drover('down')).code).toBe(0)
  })

  test('takes a formation, a port, variables and single processes with what they depend on', async () => {
    const shop = project({
      Procfile: 'web: echo "$LEVEL" >>levels; exec sleep 1000\nworker: exec sleep 1\ndb: exec sleep 1000\n',
      'drover.yaml': 'processes:\n  web: { depends_on: { db: started } }\n',
    })
    const { code } = await shop.drover('up', '-d', '-m', 'web=2', '-p', '7000', '-e', 'LEVEL=3', 'web')
    expect(code).toBe(0)
    expect((await shop.ps()).map(({ label, state, port }) => [label, state, port])).toEqual([
      ['web.1', 'running', 7000],
      ['web.2', 'running', 7001],
      ['worker.1', 'stopped', 7100],
      ['db.1', 'running', 7200],
    ])
  })

  test('begins at the PORT of where it was typed, and what was asked for holds for what is exported', async () => {
    const shop = project({ 'Procfile.dev': SLEEPERS })
    const { code } = await product.drover(['up', '-d', '-f', 'Procfile.dev', '-m', 'web=2,worker=0'], {
      cwd: shop.cwd,
      env: { PORT: '7300' },
    })
    expect([code, (await shop.ps()).map(({ port }) => port)]).toEqual([0, [7300, 7301]])
    const restarted = await shop.drover('restart', 'web.2')
    expect([restarted.code, restarted.stdout.split('\t')[6]]).toEqual([0, '7301'])
    const { stdout } = await shop.drover('export', 'systemd', '-o', 'units', '--name', 'x')
    expect(stdout.match(/x-.*service/g)).toEqual(['x-web.1.service', 'x-web.2.service'])
    expect(readFileSync(join(shop.cwd, 'units/x-web.2.env'), 'utf8')).toContain('PORT="7301"')
  })

  test('starts nothing if a file has an error, and lists all that is wrong', async () => {
    const shop = project({ Procfile: `${SLEEPERS}web: exec sleep 1002\nno line of a Procfile\n` })
    const { code, stdout, stderr } = await shop.drover('up', '-d')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: Procfile:3:1: .*\nProcfile:4:\d+: .*\n$/)
    expect((await shop.drover('ps', '--json')).stdout).not.toContain(shop.cwd)
  })

  test('the folder of -f is the one of the project', async () => {
    const shop = project({ 'Procfile.dev': SLEEPERS })
    const elsewhere = join(shop.cwd, 'below')
    mkdirSync(elsewhere)
    const { code } = await product.drover(['up', '-d', '-f', '../Procfile.dev'], { cwd: elsewhere })
    expect(code).toBe(0)
    expect(await shop.states()).toEqual({ 'web.1': 'running', 'worker.1': 'running' })
  })
})

describe('what runs is named', () => {
  test('stop, start and restart by label and by name; a stopped one stays so', async () => {
    const shop = project({ Procfile: SLEEPERS })
    await shop.drover('up', '-d', '-m', 'web=2')
    const stopped = await shop.drover('stop', 'web')
    expect([stopped.code, stopped.stdout.match(/^web\.\d\tstopped/gm)]).toEqual([0, ['web.1\tstopped', 'web.2\tstopped']])
    expect((await shop.drover('start', 'web.2')).code).toBe(0)
    expect(await shop.states()).toEqual({ 'web.1': 'stopped', 'web.2': 'running', 'worker.1': 'running' })
    const before = (await shop.ps()).find(({ label }) => label === 'worker.1')?.jobId
    const restarted = await shop.drover('restart', 'worker')
    expect([restarted.code, restarted.stdout]).toEqual([0, expect.stringMatching(/^worker\.1\trunning\tlocal\t/)])
    expect((await shop.ps()).find(({ label }) => label === 'worker.1')?.jobId).not.toBe(before)
  })

  test('a process of the project here goes before a job whose id begins so', async () => {
    const id = await product.running(['-n', '--no-tty', '--', 'exec sleep 1000'])
    const name = id.slice(0, 4)
    const shop = project({ Procfile: `${name}: exec sleep 1000\nweb: exec sleep 1000\n` })
    await shop.drover('up', '-d')
    expect((await shop.drover('stop', name)).code).toBe(0)
    expect(await shop.states()).toEqual({ [`${name}.1`]: 'stopped', 'web.1': 'running' })
    expect((await product.job(id)).state).toBe('running')
    expect((await shop.drover('stop', id.slice(0, 5), 'web.1')).code).toBe(0)
    expect((await product.job(id)).outcome).toBe('stopped')
    expect(await shop.states()).toEqual({ [`${name}.1`]: 'stopped', 'web.1': 'stopped' })
  })

  test('what is neither is refused, with what may have been meant', async () => {
    const shop = project({ Procfile: SLEEPERS })
    await shop.drover('up', '-d', 'web')
    const { code, stderr } = await shop.drover('restart', 'wep')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/called "wep", and no job either\nDid you mean: web\n$/)])
    const nowhere = await product.drover(['restart', 'web'], { cwd: '/' })
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('There is no project here')])
    expect((await product.drover(['down'], { cwd: '/' })).stderr).toContain('Begin one where its Procfile is: drover up')
  })
})

test('scale begins and ends instances, and what it says holds', async () => {
  const shop = project({ Procfile: SLEEPERS })
  await shop.drover('up', '-d')
  const { code, stdout } = await shop.drover('scale', 'web=3', 'worker=0')
  expect([code, stdout.match(/^\S+\t\S+/gm)]).toEqual([0, ['web.1\trunning', 'web.2\trunning', 'web.3\trunning']])
  await shop.drover('down')
  await shop.drover('up', '-d')
  expect(await shop.states()).toEqual({ 'web.1': 'running', 'web.2': 'running', 'web.3': 'running' })
  expect((await shop.drover('scale', 'web')).code).toBe(2)
})

test('down stops all; ps is of the nearest project above, or of all', async () => {
  const shop = project({ Procfile: SLEEPERS })
  await shop.drover('up', '-d')
  const below = join(shop.cwd, 'src/deep')
  mkdirSync(below, { recursive: true })
  expect((await product.drover(['ps'], { cwd: below })).stdout.match(/^\S+/gm)).toEqual(['web.1', 'worker.1'])
  const { stdout } = await product.drover(['ps'], { cwd: '/' })
  expect(stdout).toContain(`${shop.cwd}\tweb.1\trunning\t`)
  const down = await product.drover(['down'], { cwd: below })
  expect([down.code, down.stdout.match(/\t(stopped)\t/g)?.length]).toEqual([0, 2])
  expect(await shop.states()).toEqual({ 'web.1': 'stopped', 'worker.1': 'stopped' })
})

test('down --grace 0 does not wait for what ignores TERM', async () => {
  const shop = project({
    Procfile: "web: trap '' TERM; while :; do sleep 0.1; done\n",
    'drover.yaml': 'processes:\n  web: { stop_grace: 1h }\n',
  })
  await shop.drover('up', '-d')
  expect((await shop.drover('down', '--grace', '0')).code).toBe(0)
  expect((await shop.ps())[0]).toMatchObject({ state: 'stopped', signal: 'KILL' })
})

describe('check', () => {
  test('tells what is wrong as compilers do, from where one stands', async () => {
    const shop = project({ Procfile: 'web: sleep 1\nweb: sleep 2\nnot a line\n' })
    const { code, stdout, stderr } = await shop.drover('check')
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout).toMatch(/^Procfile:2:1: error: /m)
    expect(stdout).toMatch(/^Procfile:3:\d+: error: /m)
    const above = await product.drover(['check', shop.cwd], { cwd: join(shop.cwd, '..') })
    expect(above.stdout).toContain(`${shop.cwd.split('/').at(-1)}/Procfile:2:1: error: `)
    const elsewhere = await product.drover(['check', shop.cwd], { cwd: '/usr' })
    expect(elsewhere.stdout).toContain(`\n${shop.cwd}/Procfile:3:`)
    expect(await shop.drover('check', 'none')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^none\/Procfile:1:1: error: /),
    })
  })

  test('takes a formation also with a folder, and looks where it is typed', async () => {
    const shop = project({ Procfile: SLEEPERS })
    expect(await product.drover(['check', shop.cwd, '-m', 'wep=2'], { cwd: '/' })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('did you mean web?'),
    })
    expect((await product.drover(['check'], { cwd: shop.cwd, env: { PORT: 'x' } })).stdout).toContain('PORT is no port')
    expect((await shop.drover('check')).code).toBe(0)
  })

  test('is silent in a pipe if nothing is wrong, and gives no variable away', async () => {
    const shop = project({ Procfile: SLEEPERS, '.env': 'PASSWORD=geheim\n' })
    expect(await shop.drover('check')).toEqual({ code: 0, stdout: '', stderr: '' })
    const { stdout } = await shop.drover('check', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ problems: [], project: { folder: shop.cwd } })
    expect(stdout).not.toContain('geheim')
    expect((await product.json<ProjectView[]>(['ps', '--all'])).map(({ folder }) => folder)).not.toContain(shop.cwd)
  })
})

test('failure patterns are added, listed and removed', async () => {
  const shop = project({ Procfile: SLEEPERS, 'failure_declarations.json': '{"web": ["panic:"]}' })
  await shop.drover('up', '-d')
  const added = await shop.drover('pattern', 'add', 'EADDR[A-Z]+', '-E', '--process', 'web', '--action', 'restart')
  expect([added.code, added.stdout]).toEqual([0, '/EADDR[A-Z]+/ in web: restart\n'])
  await shop.drover('pattern', 'add', 'oops', '--command', 'notify-send oops')
  const { stdout } = await shop.drover('patterns')
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map(row => row.split('\t').slice(1).join(' '))
  expect(rows.toSorted()).toEqual([
    'all oops text run: notify-send oops you',
    'web EADDR[A-Z]+ regex restart you',
    'web panic: text stop a file of the project',
  ])
  expect((await shop.drover('pattern', 'rm', 'oops')).stdout).toBe('Removed: "oops" in all processes: run: notify-send oops\n')
  const ofFile = await shop.drover('pattern', 'rm', 'panic:')
  expect([ofFile.code, ofFile.stderr]).toEqual([1, expect.stringContaining('stands in a file of the project: remove it there')])
  const [first] = await product.json<{ id: string }[]>(['patterns'], { cwd: shop.cwd })
  const likeAnId = first?.id.slice(0, 4) ?? ''
  await shop.drover('pattern', 'add', likeAnId)
  expect((await shop.drover('pattern', 'rm', likeAnId)).stdout).toBe(`Removed: "${likeAnId}" in all processes: stop\n`)
  expect((await shop.drover('pattern', 'rm', 'nothing')).stderr).toContain('No failure pattern of this project is "nothing"')
})

test('forget takes a project that has ended, and asks before', async () => {
  const shop = project({ Procfile: SLEEPERS })
  await shop.drover('up', '-d')
  expect((await shop.drover('forget', '-y')).stderr).toContain('Not all of')
  await shop.drover('down')
  expect((await shop.drover('forget')).code).toBe(2)
  expect(await shop.drover('forget', '-y')).toMatchObject({ code: 0, stdout: `Forgot ${shop.cwd}\n` })
  expect((await product.json<ProjectView[]>(['ps', '-a'])).map(({ folder }) => folder)).not.toContain(shop.cwd)
})
