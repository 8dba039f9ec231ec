/** The verbs that ask the core and print: their forms for people and programs, their errors and what they advise. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { HostView, JobView } from '../../src/shared/domain.ts'
import { AppError } from '../../src/shared/errors.ts'
import { runCli, startCli } from '../helpers/cli.ts'
import { FakeCore } from '../helpers/fake-core.ts'
import { hostSample } from '../helpers/host-sample.ts'
import { waitFor } from '../helpers/wait.ts'

const HOST: HostView = {
  name: 'box',
  connection: 'me@box.example:2222',
  isDefault: true,
  state: 'connected',
  since: 0,
  error: null,
  retryAt: null,
  transport: 'ssh2',
  transportReason: null,
  arch: 'x86_64',
  hasGpu: false,
  tags: [],
  isDrained: false,
  playsSound: false,
  cpus: 8,
  tools: { tmux: '3.4', rsync: null },
  sample: hostSample(0, { cpuRatio: 0.25, memoryTotalBytes: 16e9, memoryAvailableBytes: 8e9, load1: 1 }),
  runningJobs: 2,
  importedFrom: null,
}

function addEnded(core: FakeCore, change: Partial<JobView> = {}) {
  const startedAt = Date.now() - 200_000
  return core.add({
    command: { line: 'make -j8' },
    folder: '/home/me/project',
    state: 'ended',
    outcome: 'exited',
    exitCode: 0,
    startedAt,
    endedAt: startedAt + 134_000,
    ...change,
  })
}

test('ls in a pipe: one job a line, tabs between, nothing cut, no title', async () => {
  const core = await FakeCore.start()
  const job = addEnded(core)
  addEnded(core, { command: { argv: ['printf', 'a\tb\nc'] }, exitCode: 3, host: 'x\x1b[2J' })
  const { stdout, code } = await runCli(['ls'], core)
  const [first, second] = stdout.trimEnd().split('\n')
  expect(first?.split('\t').slice(1)).toEqual(['x\\e[2J', '/home/me/project', "printf 'a\\tb\\nc'", 'done [3]', '0:02:14'])
  expect(second?.split('\t')).toEqual([job.view.id.slice(0, 8), 'box', '/home/me/project', 'make -j8', 'done [0]', '0:02:14'])
  expect(code).toBe(0)
})

test('p ls has p’s columns, in a pipe as well', async () => {
  const core = await FakeCore.start()
  const job = addEnded(core)
  const { stdout } = await runCli(['ls'], { env: core.env, as: 'p' })
  const short = job.view.id.slice(0, 8)
  expect(stdout).toBe(
    `ID        WORKER  CWD               COMMAND   STATUS    DURATION\n${short}  box     /home/me/project  make -j8  done [0]   0:02:14\n`,
  )
})

test('ls: what has not ended and the newest 20 that have; -a and --state show all; filters', async () => {
  const core = await FakeCore.start()
  const old = core.add({ command: { line: 'old but alive' }, state: 'running', startedAt: 1, unknownSince: Date.now() - 130_000 })
  for (let count = 0; count < 25; count++) addEnded(core, { exitCode: count % 2, host: count % 5 ? 'box' : 'gpu' })
  const lines = async (...args: string[]) => (await runCli(['ls', ...args], core)).stdout.trimEnd().split('\n')
  expect(await lines()).toHaveLength(21)
  expect(await lines('-a')).toHaveLength(26)
  expect(await lines('--state', 'failed')).toHaveLength(12)
  expect(await lines('--host', 'gpu', '-a')).toHaveLength(5)
  expect(await lines('--state', 'unknown')).toEqual([expect.stringMatching(`^${old.view.id.slice(0, 8)}.*unknown \\(2 min\\)`)])
  expect(core.asked).toContain('job.list {"limit":1000,"foreign":false,"ended":20}')
})

test('--json is the list itself, safe on a terminal and true to the data', async () => {
  const core = await FakeCore.start()
  addEnded(core, { reason: 'bad \x9b2J\u202e' })
  const { stdout } = await runCli(['ls', '--json'], core)
  expect(stdout).not.toMatch(/[\x80-\x9f\u202e]/)
  expect((JSON.parse(stdout) as JobView[])[0]).toMatchObject({ reason: 'bad \x9b2J\u202e', command: { line: 'make -j8' } })
})

test('an ambiguous id lists what it fits; as JSON too', async () => {
  const core = await FakeCore.start()
  addEnded(core, { id: 'aa11bb22-0000-4000-8000-000000000001' })
  addEnded(core, { id: 'aa11cc33-0000-4000-8000-000000000002', command: { line: 'npm test' } })
  const { code, stderr, stdout } = await runCli(['attach', 'aa11'], core)
  expect([code, stdout]).toEqual([125, ''])
  expect(stderr).toContain('"aa11" fits 2 jobs')
  expect(stderr).toContain('aa11cc33-0000-4000-8000-000000000002  box  npm test')
  const json = await runCli(['logs', 'aa11', '--json'], core)
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'AMBIGUOUS' } })
})

test('logs: whole, the last lines, and followed from there', async () => {
  const core = await FakeCore.start()
  const job = core.add({ command: { line: 'x' }, state: 'running', startedAt: Date.now() })
  job.print(Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join(''))
  job.change({ logBytes: job.log.length })
  const { id } = job.view
  expect((await runCli(['logs', id], core)).stdout.split('\n')).toHaveLength(50_001)
  expect((await runCli(['logs', id, '-n', '2'], core)).stdout).toBe('line 49998\nline 49999\n')
  expect((await runCli(['logs', id, '-n', '20000'], core)).stdout.split('\n')[0]).toBe('line 30000')
  const following = startCli(['logs', '-f', '-n1', id], core)
  await waitFor(() => following.output.stdout === 'line 49999\n')
  job.print('more\n')
  job.change({ state: 'ended', outcome: 'exited', exitCode: 1 })
  expect(await following.done).toMatchObject({ code: 0, stdout: 'line 49999\nmore\n' })
})

test('logs pass the bytes of a job as they are', async () => {
  const core = await FakeCore.start()
  const job = addEnded(core)
  job.print('\x1b[31mred\x1b[0m\r\n')
  expect((await runCli(['logs', job.view.id], core)).stdout).toBe('\x1b[31mred\x1b[0m\r\n')
})

test('stop waits for the end, tells of each job, and fails if one could not be stopped', async () => {
  const core = await FakeCore.start()
  const first = core.push(pushInput(core, 'exec sleep 30'))
  const away = core.add({ command: { line: 'away' }, state: 'running', startedAt: 1, unknownSince: 5, hasTerminal: true })
  const ok = await runCli(['stop', '-s', 'INT', first.job.id], core)
  expect(ok).toMatchObject({ code: 0, stdout: expect.stringMatching(/^stopped in 0:00:0\d on box/) })
  away.stop = () => away.view
  const failed = await runCli(['stop', '--grace', '100ms', away.view.id], core)
  expect(failed).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('box cannot be reached. The job is stopped as soon as it answers.'),
  })
  expect(core.asked).toContain(`job.stop {"job":"${away.view.id}","graceMs":100,"signal":"TERM"}`)
})

const BOX_NUMBERS = {
  host: 'box',
  cpus: 4,
  sampleAgeMs: 100,
  cpuRatio: 0.12,
  ioWaitRatio: 0,
  ioPressureRatio: 0.03,
  memoryPressureRatio: null,
  memoryFreeBytes: 8e9,
  reservedJobs: 1,
  reservedBytes: 0,
  neededBytes: null,
  bytesToSend: 1_000_000,
  transferMs: 80,
}

function pushInput(core: FakeCore, line: string) {
  return { command: { line }, folder: core.home, sync: false, host: null, env: {}, needs: [], pull: [], terminal: null }
}

test('rm without a terminal removes only when told not to ask, and never what runs', async () => {
  const core = await FakeCore.start()
  const ended = addEnded(core)
  const running = core.add({ command: { line: 'busy' }, state: 'running', startedAt: 1 })
  expect(await runCli(['rm', ended.view.id], core)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Use -y to remove without asking.'),
  })
  const refused = await runCli(['rm', '-y', ended.view.id, running.view.id], core)
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Stop first: drover stop ${running.view.id.slice(0, 8)}`),
  })
  expect(core.jobs.size).toBe(2)
  expect((await runCli(['rm', '-y', ended.view.id], core)).stdout).toBe(`Removed ${ended.view.id.slice(0, 8)} (make -j8)\n`)
  expect(core.jobs.size).toBe(1)
})

test('pull: the files, where they go, and a refusal to overwrite', async () => {
  let isFirst = true
  const core = await FakeCore.start({
    'job.pull': async ({ job, destination }) => {
      const error = isFirst
        ? null
        : ({ code: 'CONFLICT', message: `${destination}/a is here already; --force overwrites it`, details: {} } as const)
      isFirst = false
      setImmediate(() =>
        core.bus.emit({ type: 'pull.ended', pullId: 'p1', jobId: job, pattern: '*', files: ['a', 'b\nc'], error }),
      )
      return { pullId: 'p1' }
    },
  })
  const job = addEnded(core)
  const done = await runCli(['pull', job.view.id, '*', 'sub/../out'], core)
  expect(done).toMatchObject({ code: 0, stdout: 'a\nb\\nc\n', stderr: '' })
  expect(core.asked.at(-1)).toContain(`"destination":"${join(core.home, 'out')}","overwrite":false`)
  expect(await runCli(['pull', job.view.id, '*'], core)).toMatchObject({
    code: 1,
    stderr: `error: ${core.home}/a is here already; --force overwrites it\n`,
  })
})

test.each(['before', 'after'])('pull: Ctrl+C cancels it, %s the core has said which it is', async when => {
  const answer = Promise.withResolvers<void>()
  const core = await FakeCore.start({
    'job.pull': async () => {
      if (when === 'before') await answer.promise
      return { pullId: 'p1' }
    },
    'pull.cancel': async () => {
      const error = { code: 'CANCELLED', message: 'cancelled', details: {} } as const
      core.bus.emit({ type: 'pull.ended', pullId: 'p1', jobId: 'x', pattern: '*', files: [], error })
      return null
    },
  })
  const job = addEnded(core)
  const pull = startCli(['pull', job.view.id, '*'], core)
  await waitFor(() => core.asked.some(call => call.startsWith('job.pull')))
  pull.child.kill('SIGINT')
  answer.resolve()
  await waitFor(() => core.asked.some(call => call.startsWith('pull.cancel')))
  expect((await pull.done).code).toBe(130)
})

test('hosts: the table for programs, a check that fails says why and what to do', async () => {
  const unknown = {
    code: 'HOST_KEY_UNKNOWN',
    message: 'The key of gpu is not known',
    details: { host: 'gpu', fingerprint: 'SHA256:x' },
  } as const
  const refused: HostView = {
    ...HOST,
    name: 'gpu',
    isDefault: false,
    state: 'refused',
    error: unknown,
    sample: null,
    transport: null,
  }
  const core = await FakeCore.start({ 'host.list': async () => ({ hosts: [HOST, refused] }) })
  const { code, stdout, stderr } = await runCli(['host', 'ls', '-c'], core)
  expect(code).toBe(1)
  expect(stdout).toBe(
    'box *\tme@box.example:2222\tconnected\t25 %\t8.0 GB\t2\tssh2\ngpu\tme@box.example:2222\trefused\t-\t-\t2\t-\n',
  )
  expect(stderr).toContain('gpu: If that is its key: drover host trust gpu')
  expect((await runCli(['worker', 'ls'], core)).code).toBe(0)
})

test('host trust without a terminal shows the keys and the exact command; --fingerprint accepts', async () => {
  const offer = {
    host: 'gpu',
    address: '[gpu]:22',
    keys: [{ type: 'ssh-ed25519', fingerprint: 'SHA256:abc' }],
    isTrusted: false,
    changedFrom: ['SHA256:old'],
  }
  const core = await FakeCore.start({
    'host.trust': async ({ fingerprint }) => ({ ...offer, isTrusted: fingerprint !== undefined }),
  })
  const asked = await runCli(['host', 'trust', 'gpu'], core)
  expect(asked.code).toBe(2)
  expect(asked.stdout).toContain('ssh-ed25519  SHA256:abc')
  expect(asked.stdout).toContain('NOT the key it had before')
  expect(asked.stderr).toContain('drover host trust gpu --fingerprint SHA256:abc')
  expect(await runCli(['host', 'trust', 'gpu', '--fingerprint', 'SHA256:abc'], core)).toMatchObject({
    code: 0,
    stdout: 'Trusted: gpu with SHA256:abc\n',
  })
})

test('unlock --stdin takes the first line and nothing more', async () => {
  const given: unknown[] = []
  const core = await FakeCore.start({
    'host.unlock': async input => {
      given.push(input)
      return null
    },
  })
  expect(await runCli(['unlock', '--stdin', 'key'], { ...core, env: core.env, input: 'pass word\nrest\n' })).toMatchObject({
    code: 0,
  })
  expect(given).toEqual([{ keyPath: join(core.home, 'key'), passphrase: 'pass word' }])
  expect((await runCli(['unlock', 'key'], core)).code).toBe(2)
})

test('doctor, df, gc and why say what they found, and exit 1 when something is wrong', async () => {
  const core = await FakeCore.start({
    'core.doctor': async () => ({
      findings: [{ level: 'error', host: 'box', subject: 'tmux', message: 'not installed', fix: 'sudo apt-get install tmux' }],
    }),
    'disk.usage': async () => ({
      hosts: [{ host: 'box', freeBytes: 5e9, jobsBytes: 1000, workdirsBytes: 2e6, foldersBytes: 0, sparesBytes: 0, error: null }],
    }),
    'disk.gc': async () => ({ hosts: [{ host: 'box', removed: [{ kind: 'workdir', id: 'abc', bytes: 2e6 }], error: null }] }),
    'job.explain': async () => ({
      placement: {
        host: 'box',
        reason: 'least busy',
        score: 1,
        candidates: [
          { host: 'box', score: 1.234, refused: null },
          { host: 'gpu', score: null, refused: 'offline' },
        ],
      },
      numbers: [BOX_NUMBERS, { ...BOX_NUMBERS, host: 'gpu', cpuRatio: null, memoryFreeBytes: null, reservedJobs: 0 }],
      need: null,
      replay: { isSame: true, host: 'box', reason: 'least busy' },
    }),
  })
  const job = addEnded(core)
  expect(await runCli(['doctor'], core)).toMatchObject({
    code: 1,
    stdout: 'error   box: tmux: not installed\n        → sudo apt-get install tmux\n',
  })
  expect((await runCli(['df'], core)).stdout).toBe('box\t2.0 MB\t1.0 kB\t0 B\t0 B\t5.0 GB\t\n')
  expect(await runCli(['gc', '-n', '--older-than', '2d'], core)).toMatchObject({
    stdout: 'box\tworkdir\tabc\t2.0 MB\n',
    stderr: 'Would remove 1 thing, 2.0 MB.\n',
  })
  expect(core.asked.at(-1)).toBe('disk.gc {"dryRun":true,"olderThanMs":172800000}')
  const why = await runCli(['explain', job.view.id, '--replay'], core)
  expect(why.stdout).toBe(
    'box: least busy\nbox\t1.2 s\t12 % of 4\t0 %\tdisk 3 %\t8.0 GB\t1 job\t-\t1.0 MB, under 1 s\t\n' +
      'gpu\t-\t-\t0 %\tdisk 3 %\t-\t-\t-\t1.0 MB, under 1 s\toffline\n',
  )
  expect(why.stderr).toBe('Weighed again, the same numbers give the same.\n')
  expect(core.asked.at(-1)).toContain('"replay":true')
})

test('skipped: each path with its rule on stdout, the sum on stderr', async () => {
  const core = await FakeCore.start({
    'job.preview': async () => ({
      files: 12,
      bytes: 3_400_000,
      skipped: [{ path: 'node_modules/', rule: '.gitignore:1 node_modules' }],
      isSkippedCut: false,
      warnings: [],
    }),
  })
  mkdirSync(join(core.home, 'project'))
  const { stdout, stderr } = await runCli(['skipped', 'project'], core)
  expect(stdout).toBe('node_modules/\t.gitignore:1 node_modules\n')
  expect(stderr).toBe(`A push of ${core.home}/project sends 12 files, 3.4 MB.\n`)
})

test('config get: one value that holds, or the nearest key', async () => {
  const core = await FakeCore.start({
    'config.get': async () => ({
      path: '/c',
      text: '# mine\ndefault_host: box\n',
      error: null,
      values: { default_host: 'box', push: { keep_finished_days: 7 } },
      defaults: {},
    }),
  })
  expect((await runCli(['config', 'get', 'push.keep_finished_days'], core)).stdout).toBe('7\n')
  expect((await runCli(['config', 'get'], core)).stdout).toBe('# mine\ndefault_host: box\n')
  expect(await runCli(['config', 'get', 'defualt_host'], core)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean: default_host'),
  })
})

test('errors: on stderr with what to do next, by code; hostile text in them is shown, not obeyed', async () => {
  const core = await FakeCore.start({
    'host.add': async () => {
      throw new AppError('MISSING_TOOL', 'tmux is missing on b\x1b]0;x\x07', {
        details: { install: 'sudo apt-get install tmux' },
      })
    },
  })
  const { code, stdout, stderr } = await runCli(['host', 'add', 'me@b'], core)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toBe('error: tmux is missing on b\\e]0;x\\x07\nInstall it: sudo apt-get install tmux\n')
})

test('a wrong command line is 2, names the nearest right one, and asks no core', async () => {
  const core = await FakeCore.start()
  const { code, stderr } = await runCli(['push', '--no-snc', '--', 'x'], core)
  expect([code, stderr]).toEqual([2, 'error: push has no flag --no-snc\nDid you mean: --no-sync\nMore: drover help push\n'])
  expect(core.asked).toEqual([])
})

test('without a core, daemon status says so and starts none', async () => {
  const core = await FakeCore.start()
  await core.api.server.close()
  expect(await runCli(['daemon'], core)).toMatchObject({ code: 1, stdout: 'No core runs.\n' })
  expect(await runCli(['config', 'path'], core)).toMatchObject({ code: 0, stdout: `${core.home}/.config/drover/config.yaml\n` })
})

test('colours only when asked for in a pipe, and NO_COLOR is heeded', async () => {
  const core = await FakeCore.start()
  addEnded(core, { exitCode: 1 })
  expect((await runCli(['nope'], core)).stderr).not.toContain('\x1b')
  expect((await runCli(['--color', 'always', 'help'], core)).stdout).toContain('\x1b[1m')
})
