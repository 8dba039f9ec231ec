/** Completion in the real shells, with a person who presses Tab. Needs the Debian packages bash, zsh and fish. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { installCommands, runCli } from '../helpers/cli.ts'
import { FakeCore } from '../helpers/fake-core.ts'
import { Pane } from '../helpers/pane.ts'

beforeAll(() => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    try {
      execFileSync(shell, ['-c', 'true'])
    } catch (cause) {
      throw new Error(`${shell} is missing: apt-get install ${shell}`, { cause })
    }
  }
})

const RUNNING = 'aa11bb22-0000-4000-8000-000000000001'
const ENDED = 'aa22cc33-0000-4000-8000-000000000002'

async function coreWithJobs(): Promise<FakeCore> {
  const core = await FakeCore.start({
    'host.list': async () => ({
      hosts: ['box', 'gpu'].map(name => ({ name, connection: `me@${name}` }) as never),
    }),
  })
  core.add({ id: ENDED, command: { line: 'npm test' }, state: 'ended', outcome: 'exited', exitCode: 1 })
  core.add({ id: RUNNING, command: { line: 'make "all: \x1b[2J"' }, state: 'running', startedAt: Date.now() })
  return core
}

function environment(core: FakeCore): Record<string, string> {
  return { ...core.env, PATH: `${installCommands(core.home)}:${core.env.PATH}`, TERM: 'tmux-256color', HISTFILE: '/dev/null' }
}

async function candidates(core: FakeCore, ...words: string[]): Promise<string[]> {
  return (await runCli(['__complete', ...words], core)).stdout.trimEnd().split('\n')
}

test('what can stand at each place', async () => {
  const core = await coreWithJobs()
  expect(await candidates(core, 'att')).toEqual(['attach\tTake the terminal of a job or a process', ':nothing'])
  expect(await candidates(core, 'host', 'tr')).toEqual(["trust\tAccept a host's key", ':nothing'])
  expect(await candidates(core, 'push', '--no-t')).toEqual([expect.stringMatching('^--no-tty\t'), ':nothing'])
  expect(await candidates(core, 'push', '--on', 'g')).toEqual(['gpu\tme@gpu', ':nothing'])
  expect(await candidates(core, 'push', '--on=b')).toEqual(['--on=box\tme@box', ':nothing'])
  expect(await candidates(core, 'ls', '--state', 'un')).toEqual(['unknown', ':nothing'])
  expect(await candidates(core, 'push', '--', '')).toEqual([':commands'])
  expect(await candidates(core, 'push', '--', 'make', '')).toEqual([':files'])
  expect(await candidates(core, 'unlock', '')).toEqual([':files'])
  expect(await candidates(core, 'skipped', '')).toEqual([':folders'])
  expect(await candidates(core, 'stop', RUNNING, 'aa22')).toEqual(['aa22cc33\tnpm test (done [1], box)', ':nothing'])
})

test('processes of the project here, and how many there are of each', async () => {
  const process = {
    state: 'running',
    command: 'bin/web --port "$PORT" \x1b[2J',
    unknownSince: null,
    isFlapping: false,
    isLeaving: false,
  }
  const core = await FakeCore.start({ 'project.list': async () => ({ projects: [project as never] }) })
  core.add({ id: RUNNING, command: { line: 'make' }, state: 'running', startedAt: Date.now() })
  const labels = ['web.1', 'web.2', 'worker.1']
  const project = { folder: core.env.HOME, processes: labels.map(label => ({ ...process, label, name: label.split('.')[0] })) }
  const web = [
    'web\tall of web, 2',
    'web.1\tbin/web --port "$PORT" \\e[2J (running)',
    'web.2\tbin/web --port "$PORT" \\e[2J (running)',
  ]
  expect(await candidates(core, 'start', 'we')).toEqual([...web, ':nothing'])
  expect(await candidates(core, 'logs', 'worker.1', 'web')).toEqual([...web, ':nothing'])
  expect(await candidates(core, 'attach', 'aa')).toEqual([expect.stringMatching('^aa11bb22\tmake'), ':nothing'])
  expect(await candidates(core, 'pattern', 'add', 'x', '--process', 'wo')).toEqual([
    'worker\tall of worker, 1',
    expect.stringMatching('^worker.1\t'),
    ':nothing',
  ])
  expect(await candidates(core, 'scale', '')).toEqual(['web=2\tas it is', 'worker=1\tas it is', ':nothing'])
  expect(await candidates(core, 'up', '-m', 'we')).toEqual(['web=2\tas it is', ':nothing'])
  expect(await candidates(core, 'check', '')).toEqual([':folders'])
})

test('jobs that run come first, and no text of theirs acts on the terminal', async () => {
  const core = await coreWithJobs()
  expect(await candidates(core, 'logs', '')).toEqual([
    'aa11bb22\tmake "all: \\e[2J" (running, box)',
    'aa22cc33\tnpm test (done [1], box)',
    ':nothing',
  ])
})

test('without a core there are verbs and flags, no complaint, and none is started', async () => {
  const core = await coreWithJobs()
  await core.api.server.close()
  expect(await runCli(['__complete', 'logs', ''], core)).toMatchObject({ code: 0, stdout: ':nothing\n', stderr: '' })
})

test('p completes workers and its own verbs', async () => {
  const core = await coreWithJobs()
  const { stdout } = await runCli(['__complete', ''], { env: core.env, as: 'p' })
  expect(stdout).toContain('\nworker\t')
  expect(stdout).toContain('\ngpu\tme@gpu\n')
  expect(stdout).not.toContain('doctor')
})

test('bash', async () => {
  const core = await coreWithJobs()
  mkdirSync(join(core.home, 'sub folder'))
  writeFileSync(join(core.home, 'sub file'), '')
  const pane = Pane.open({ env: environment(core), shell: ['bash', '--norc', '--noprofile', '-i'] })
  pane.line('eval "$(drover completion bash)"; clear; echo set up')
  await pane.sees(/^set up/m)
  pane.type('drover att')
  pane.keys('Tab')
  await pane.sees(/drover attach$/m)
  pane.type('aa11')
  pane.keys('Tab')
  await pane.sees('drover attach aa11bb22')
  pane.keys('C-u')
  pane.type('drover push --on=g')
  pane.keys('Tab')
  await pane.sees('--on=gpu')
  pane.keys('C-u')
  pane.type('drover skipped su')
  pane.keys('Tab')
  await pane.sees('drover skipped sub\\ folder/')
  pane.keys('C-u')
  pane.type('drover logs aa')
  pane.keys('Tab', 'Tab')
  await pane.sees(/aa11bb22\s+aa22cc33/)
})

test('zsh', async () => {
  const core = await coreWithJobs()
  const pane = Pane.open({ env: environment(core), shell: ['zsh', '-f', '-i'] })
  pane.line('autoload -U compinit; compinit -u -D; eval "$(drover completion zsh)"; clear; echo set up')
  await pane.sees(/^set up/m)
  pane.type('drover att')
  pane.keys('Tab')
  await pane.sees(/drover attach$/m)
  pane.type('aa11')
  pane.keys('Tab')
  await pane.sees('drover attach aa11bb22')
  pane.keys('C-u')
  pane.type('drover host default ')
  pane.keys('Tab')
  await pane.sees(/gpu\s+-- me@gpu/)
  pane.keys('C-u')
  pane.type('drover logs aa')
  pane.keys('Tab', 'Tab')
  await pane.sees(/aa22cc33\s+-- npm test \(done \[1\], box\)/)
  await pane.sees(/aa11bb22\s+-- make "all: \\e\[2J" \(running, box\)/)
})

test('fish', async () => {
  const core = await coreWithJobs()
  const env = environment(core)
  const asked = async (line: string) => {
    const script = `drover completion fish | source; complete -C ${JSON.stringify(line)}`
    // Not the synchronous one: the core answers from this very process.
    const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', script], { env, cwd: core.home })
    return stdout.trimEnd().split('\n')
  }
  expect(await asked('drover att')).toEqual(['attach\tTake the terminal of a job or a process'])
  expect(await asked('drover logs ')).toEqual(expect.arrayContaining(['aa11bb22\tmake "all: \\e[2J" (running, box)']))
  expect(await asked('drover push --on g')).toEqual(['gpu\tme@gpu'])
  mkdirSync(join(core.home, 'folder'))
  expect(await asked('drover skipped fo')).toEqual([expect.stringMatching(/^folder\//)])
  expect(await asked('p worker reg')).toEqual(['register\tMake a machine known as a host'])
})
