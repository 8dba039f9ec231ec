/** Processes of a project, on this computer and over ssh, as a real core and real hosts run them. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pidsWithEnv } from '../helpers/processes.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { projectFolder, projectOf } from '../helpers/project.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

const lines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])
const runs = (state: string) => state === 'running' || state === 'ready'

let box: Sshd
let product: Product
beforeAll(async () => {
  box = await openSshd()
  product = await openProduct({ box })
})
afterAll(async () => {
  await product.close()
  await box.stop()
})

/** A project of the test's own. */
function begin(files: Record<string, string>) {
  return projectOf((method, input) => product.call(method, input), projectFolder(product.home.dir, files))
}

describe('a project on this computer', () => {
  test('is up with its environment, in its folder, and a second up starts nothing twice', async () => {
    const project = begin({
      Procfile: 'web: echo "$PORT $GREETING $PWD" >>started; exec sleep 1000\nworker: echo worker >>started; exec sleep 1000\n',
      '.env': 'GREETING=hello\n',
    })
    await product.call('project.up', { folder: project.folder })
    const web = await project.until('web.1', ({ state }) => state === 'running', 'runs')
    await project.until('worker.1', ({ state }) => state === 'running', 'runs')
    await waitFor(() => lines(join(project.folder, 'started')).length === 2, { what: 'both to have begun' })
    expect(lines(join(project.folder, 'started'))).toContain(`5000 hello ${project.folder}`)
    const again = await product.call('project.up', { folder: project.folder })
    expect(again.project.processes.map(({ state }) => state)).toEqual(['running', 'running'])
    expect((await project.one('web.1')).jobId).toBe(web.jobId)
    expect(lines(join(project.folder, 'started'))).toHaveLength(2)
  })

  test('is down with all of its trees, and stays so with the next core', async () => {
    const project = begin({ Procfile: 'web: sleep 1000 & setsid sleep 1001 & exec sleep 1002\n' })
    await product.call('project.up', { folder: project.folder })
    const { jobId } = await project.until('web.1', ({ state }) => state === 'running', 'runs')
    await waitFor(() => pidsWithEnv(`DROVER_JOB=${jobId}`).length >= 3, { what: 'its tree' })
    await product.call('project.down', { project: project.folder })
    await project.until('web.1', ({ state }) => state === 'stopped', 'is stopped')
    expect(pidsWithEnv(`DROVER_JOB=${jobId}`)).toEqual([])
    await product.killCore()
    await product.status()
    expect(await project.until('web.1', ({ unknownSince }) => unknownSince === null, 'is known')).toMatchObject({
      state: 'stopped',
    })
  })

  test('goes on while there is no core, and the next core knows how it stands', async () => {
    const project = begin({ Procfile: 'web: exec sleep 1000\n' })
    await product.call('project.up', { folder: project.folder })
    const before = await project.until('web.1', ({ state }) => state === 'running', 'runs')
    await product.killCore()
    await product.status()
    const after = await project.until('web.1', ({ state }) => state === 'running', 'runs')
    expect(after).toMatchObject({ jobId: before.jobId, startedAt: before.startedAt, run: 1 })
  })

  test('begins in the order of what depends on what, waits and says why, and ends in the other order', async () => {
    const trap = (name: string) =>
      `trap 'echo ${name} ended >>order; exit' TERM; echo ${name} began >>order; while :; do sleep 0.05; done`
    const project = begin({
      Procfile: `web: ${trap('web')}\ndb: ${trap('db')}\nmigrate: echo migrated >>order\n`,
      'drover.yaml': [
        'processes:',
        '  web: { depends_on: { db: ready, migrate: done } }',
        '  migrate: { depends_on: { db: ready } }',
        '  db: { ready: { command: "test -e db.ready", interval: 100ms } }',
      ].join('\n'),
    })
    await product.call('project.up', { folder: project.folder })
    await project.until('db.1', ({ state }) => state === 'running', 'runs')
    await project.until('web.1', ({ reason }) => reason === 'waits for db.1 to be ready', 'says for whom it waits')
    expect(lines(join(project.folder, 'order'))).toEqual(['db began'])
    await product.call('project.up', { folder: project.folder })
    writeFileSync(join(project.folder, 'db.ready'), '')
    await project.until('web.1', ({ state }) => state === 'running', 'runs')
    await waitFor(() => lines(join(project.folder, 'order')).includes('web began'), { what: 'web' })
    expect(lines(join(project.folder, 'order'))).toEqual(['db began', 'migrated', 'web began'])
    expect((await project.one('migrate.1')).state).toBe('done')
    await product.call('project.down', { project: project.folder })
    await project.until('db.1', ({ state }) => state === 'stopped', 'is stopped')
    expect(lines(join(project.folder, 'order')).slice(3)).toEqual(['web ended', 'db ended'])
  })

  test('runs again what fails, by its host, with each run a job; a stop while it waits wins', async () => {
    const project = begin({
      Procfile: 'web: echo x >>runs; exit 3\n',
      'drover.yaml': 'processes:\n  web: { restart: on-failure, backoff: { initial: 100ms, max: 1h } }\n',
    })
    await product.call('project.up', { folder: project.folder })
    const flapping = await project.until('web.1', ({ isFlapping }) => isFlapping, 'flaps')
    expect(flapping.run).toBeGreaterThanOrEqual(3)
    const planned = await project.until('web.1', ({ retryAt }) => retryAt !== null, 'has a plan')
    expect(planned).toMatchObject({ state: 'dead', reason: 'it ended with exit code 3' })
    const { runs: jobs } = await product.call('process.runs', { project: project.folder, process: 'web.1' })
    expect(jobs.filter(({ exitCode }) => exitCode === 3).length).toBeGreaterThanOrEqual(3)
    await product.call('process.stop', { project: project.folder, processes: ['web'] })
    const stopped = await project.until('web.1', ({ state }) => state === 'stopped', 'is stopped')
    const count = lines(join(project.folder, 'runs')).length
    expect(count).toBe(stopped.run)
    await product.call('process.start', { project: project.folder, processes: ['web.1'] })
    await waitFor(() => lines(join(project.folder, 'runs')).length > count, { what: 'another run' })
  })

  test('is restarted as one run after the other, with what its files say now', async () => {
    const project = begin({ Procfile: 'web: echo one >>runs; exec sleep 1000\n' })
    await product.call('project.up', { folder: project.folder })
    const before = await project.until('web.1', ({ state }) => state === 'running', 'runs')
    writeFileSync(join(project.folder, 'Procfile'), 'web: echo two >>runs; exec sleep 1000\n')
    await product.call('process.restart', { project: project.folder, processes: [] })
    const after = await project.until('web.1', ({ state, jobId }) => state === 'running' && jobId !== before.jobId, 'runs anew')
    expect(after.run).toBe(2)
    await waitFor(() => lines(join(project.folder, 'runs')).length === 2, { what: 'its second run' })
    expect(lines(join(project.folder, 'runs'))).toEqual(['one', 'two'])
    expect((await product.call('job.get', { job: before.jobId ?? '' })).job).toMatchObject({ state: 'ended', outcome: 'stopped' })
  })

  test.each([false, true])('hears signals in each run as in the first (with a terminal: %s)', async tty => {
    const project = begin({
      Procfile: 'web: grep SigIgn /proc/self/status >>ignored; exit 1\n',
      'drover.yaml': `processes:\n  web: { tty: ${tty}, restart: on-failure, backoff: { initial: 100ms, max: 100ms } }\n`,
    })
    await product.call('project.up', { folder: project.folder })
    const ignored = join(project.folder, 'ignored')
    await waitFor(() => lines(ignored).length >= 3, { what: 'three runs', timeoutMs: 30_000 })
    // HUP, INT, QUIT and TERM.
    const masks = lines(ignored).map(line => Number.parseInt(line.replace('SigIgn:', '').trim().slice(-8), 16) & 0x4007)
    expect(masks.every(mask => mask === 0)).toBe(true)
    await product.call('project.down', { project: project.folder })
    await project.until('web.1', ({ state }) => state === 'stopped', 'is stopped')
  })

  test('is stopped by the id of its run as well, and is not run again', async () => {
    const project = begin({
      Procfile: 'web: exec sleep 1000\n',
      'drover.yaml': 'processes:\n  web: { restart: always, backoff: { initial: 100ms, max: 100ms } }\n',
    })
    await product.call('project.up', { folder: project.folder })
    const { jobId } = await project.until('web.1', ({ state }) => state === 'running', 'runs')
    expect((await product.drover(['stop', jobId ?? ''])).code).toBe(0)
    const stopped = await project.until('web.1', ({ state }) => state === 'stopped', 'is stopped')
    expect(stopped).toMatchObject({ isWanted: false, jobId, run: 1 })
    const again = await product.drover(['rerun', jobId ?? ''])
    expect(again).toMatchObject({ code: expect.any(Number), stderr: expect.stringContaining('drover restart') })
  })

  test('gives its variables to a command of one’s own', async () => {
    const project = begin({ Procfile: 'web: exec sleep 1000\n', '.env': 'GREETING="hello you"\n' })
    const line = 'echo "$GREETING $PORT $PWD" >said'
    const { job } = await product.call('project.run', { project: project.folder, command: { line }, terminal: null })
    expect(await product.reaches(job.id, 'ended')).toMatchObject({ exitCode: 0, host: 'local' })
    expect(lines(join(project.folder, 'said'))).toEqual([`hello you 5000 ${project.folder}`])
    const { projects } = await product.call('project.list', {})
    expect(projects.map(({ folder }) => folder)).not.toContain(project.folder)
  })

  test('with a failure pattern: stopped and broken until it is started again, or whatever the pattern asks for', async () => {
    const project = begin({
      Procfile:
        'web: echo up; while [ ! -e fail ]; do sleep 0.05; done; echo before; echo "PANIC: no disk"; echo after; exec sleep 1000\n',
      'drover.yaml': 'processes:\n  web: { restart: always, failure_patterns: ["panic: no"] }\n',
    })
    await product.call('project.up', { folder: project.folder })
    await project.until('web.1', ({ state }) => state === 'running', 'runs')
    writeFileSync(join(project.folder, 'fail'), '')
    const broken = await project.until('web.1', ({ state }) => state === 'broken', 'is broken')
    expect(broken).toMatchObject({ isWanted: false, run: 1, reason: '"panic: no" was found in its output' })
    expect(broken.brokenBy).toMatchObject({ line: 'PANIC: no disk', jobId: broken.jobId })
    expect(broken.brokenBy?.lines).toEqual(expect.arrayContaining(['before', 'PANIC: no disk']))
    await product.killCore()
    await product.status()
    expect(await project.until('web.1', ({ unknownSince }) => unknownSince === null, 'is known')).toMatchObject({
      state: 'broken',
    })

    writeFileSync(join(project.folder, 'drover.yaml'), '')
    rmSync(join(project.folder, 'fail'))
    await product.call('project.up', { folder: project.folder })
    const again = await project.until('web.1', ({ state }) => state === 'running', 'runs again')
    expect(again.brokenBy).toBeNull()
    const command = { type: 'command', line: 'echo "$DROVER_PROCESS: $DROVER_PATTERN" >told' } as const
    await product.call('pattern.add', {
      project: project.folder,
      process: 'web',
      pattern: 'no d[i]sk',
      isRegex: true,
      action: command,
    })
    await product.call('pattern.add', { project: project.folder, process: null, pattern: 'no disk', action: { type: 'restart' } })
    writeFileSync(join(project.folder, 'fail'), '')
    await waitFor(() => lines(join(project.folder, 'told')).length > 0, { what: 'the command' })
    expect(lines(join(project.folder, 'told'))[0]).toBe('web.1: no d[i]sk')
    rmSync(join(project.folder, 'fail'))
    await project.until('web.1', ({ jobId, state }) => jobId !== again.jobId && state === 'running', 'runs anew')
  })

  test('is scaled up and down', async () => {
    const project = begin({ Procfile: 'web: echo $PORT >>ports; exec sleep 1000\n' })
    await product.call('project.up', { folder: project.folder })
    await project.until('web.1', ({ state }) => state === 'running', 'runs')
    await product.call('project.scale', { project: project.folder, formation: { web: 3 } })
    await project.until('web.3', ({ state }) => state === 'running', 'runs')
    await waitFor(() => lines(join(project.folder, 'ports')).length === 3, { what: 'three' })
    expect(lines(join(project.folder, 'ports')).toSorted()).toEqual(['5000', '5001', '5002'])
    await product.call('project.scale', { project: project.folder, formation: { web: 1 } })
    await product.call('project.scale', { project: project.folder, formation: { web: 2 } })
    await waitFor(async () => (await project.list()).length === 2, { what: 'two that are left' })
    await project.until('web.2', ({ state }) => state === 'running', 'runs anew')
    await product.call('project.scale', { project: project.folder, formation: { web: 1 } })
    await waitFor(async () => (await project.list()).length === 1, { what: 'one that is left' })
    expect((await project.list()).map(({ label, state }) => [label, state])).toEqual([['web.1', 'running']])
  })

  test('with a file that is wrong changes nothing, and says what is wrong and where', async () => {
    const project = begin({ Procfile: 'web: exec sleep 1000\n' })
    await product.call('project.up', { folder: project.folder })
    await project.until('web.1', ({ state }) => state === 'running', 'runs')
    writeFileSync(join(project.folder, 'Procfile'), 'web: exec sleep 1000\nwhat is this\n')
    await expect(product.call('project.up', { folder: project.folder })).rejects.toThrow(/Procfile:2:/)
    expect(await project.one('web.1')).toMatchObject({ state: 'running', isLeaving: false })
  })
})

describe('a project on another host', () => {
  test('runs in a copy there, is unknown while nobody can ask, and its stop is told when somebody can', async () => {
    const project = begin({
      Procfile: 'web: exec sh serve.sh\n',
      'serve.sh': 'echo here >here; echo "now LISTENING"; exec sleep 1000\n',
      'drover.yaml': 'processes:\n  web: { ready: { log: listening } }\n',
    })
    await product.call('project.up', { folder: project.folder, host: 'box' })
    const up = await project.until('web.1', ({ state }) => state === 'ready', 'is ready')
    expect(up.host).toBe('box')
    expect(existsSync(join(project.folder, 'here'))).toBe(false)
    await box.kill()
    await project.until('web.1', ({ state }) => state === 'unknown', 'is unknown')
    await product.call('process.stop', { project: project.folder, processes: ['web.1'] })
    expect(await project.one('web.1')).toMatchObject({ state: 'unknown', lastState: 'stopping', isWanted: false })
    expect(pidsWithEnv(`DROVER_JOB=${up.jobId}`).length).toBeGreaterThan(0)
    await box.restart()
    await project.until('web.1', ({ state }) => state === 'stopped', 'is stopped')
    expect(pidsWithEnv(`DROVER_JOB=${up.jobId}`)).toEqual([])
  })

  test('that runs it again while there is no core, tells of each run afterwards', async () => {
    const project = begin({
      Procfile: 'web: test -e /nowhere || sleep 0.3; exit 1\n',
      'drover.yaml': 'processes:\n  web: { restart: always, backoff: { initial: 50ms, max: 100ms } }\n',
    })
    const jobs = join(box.home, '.drover/jobs')
    const jobCount = () => (existsSync(jobs) ? readdirSync(jobs).filter(name => /^[0-9a-f]{8}-/.test(name)).length : 0)
    const others = jobCount()
    await product.call('project.up', { folder: project.folder, host: 'box' })
    const before = await project.until('web.1', ({ state }) => state === 'running', 'runs')
    await product.killCore()
    await waitFor(() => jobCount() >= others + before.run + 3, { what: 'more runs' })
    await product.status()
    await project.until('web.1', ({ run }) => run >= before.run + 3, 'has been told of')
    const { runs: told } = await product.call('process.runs', { project: project.folder, process: 'web.1' })
    const numbers = told.map(({ process }) => process?.run ?? 0)
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) - index))
    expect(told.slice(1).every(({ state, exitCode }) => state === 'ended' && exitCode === 1)).toBe(true)
    await product.call('project.down', { project: project.folder })
    await project.until('web.1', ({ state }) => state === 'stopped' || runs(state), 'is told')
    await project.until('web.1', ({ state }) => state === 'stopped', 'is stopped')
  })
})
