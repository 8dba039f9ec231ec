/** The command line with a person at it: run in a real terminal, typed to, looked at. */
import { expect, test } from 'vitest'
import { AppError } from '../../src/shared/errors.ts'
import { installCommands } from '../helpers/cli.ts'
import { FakeCore } from '../helpers/fake-core.ts'
import { Pane } from '../helpers/pane.ts'
import { waitFor } from '../helpers/wait.ts'

function paneFor(core: FakeCore, options: { columns?: number; rows?: number } = {}): Pane {
  const env = { ...core.env, PATH: `${installCommands(core.home)}:${core.env.PATH}`, TERM: 'tmux-256color' }
  return Pane.open({ env, ...options })
}

/** The shell finds the terminal with echo and lines, with its cursor, and without the screen or mouse of a program. */
async function terminalIsAsBefore(pane: Pane): Promise<void> {
  pane.line("clear; stty -a | grep -oE -- '-?\\b(opost|onlcr|icanon|echo|isig|icrnl)\\b' | sort | tr '\\n' ' '; echo checked")
  await pane.sees(/^echo icanon icrnl isig onlcr opost checked/m)
  expect([pane.ask('alternate_on'), pane.ask('cursor_flag'), pane.ask('mouse_any_flag')]).toEqual(['0', '1', '0'])
}

test('push attaches, keys and size go through, and the end is summed up in one line', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core, { columns: 90, rows: 20 })
  const program = `trap "exit 7" INT; echo begun; read x; echo "got $x"; trap "stty size" WINCH; while :; do sleep 0.05; done`
  pane.line(`drover push -n -- '${program}'; echo "code $?"`)
  await pane.sees(/^begun/m)
  pane.line('hällo 日本')
  await pane.sees('got hällo 日本')
  pane.resize(70, 15)
  await pane.sees('14 70')
  pane.keys('C-c')
  const screen = await pane.sees('code 7')
  expect(screen).toMatch(/done \[7\] in 0:00:0\d on box \(id [0-9a-f]{8}\)/)
  await terminalIsAsBefore(pane)
})

test('a newline from the host only moves down, as on its own terminal', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core)
  // The job's tmux moves down by a bare newline: were the terminal to add a return, the words would stand at the left edge.
  pane.line(`drover push -n -- 'echo ready; read x; printf "ab\\033[Bcd\\033[Bef"; exec sleep 30'`)
  await pane.sees(/^ready/m)
  pane.keys('Enter')
  await pane.sees(/^ab\n {2}cd\n {4}ef/m)
})

test('Ctrl+C goes to the program', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core)
  pane.line(`drover push -n -- 'trap "echo caught; exit 3" INT; echo ready; while :; do sleep 0.1; done'; echo "code $?"`)
  await pane.sees(/^ready/m)
  pane.keys('C-c')
  await pane.sees('code 3')
  expect(core.asked.some(call => call.startsWith('job.stop'))).toBe(false)
})

test('Ctrl+B D leaves the job running, and attach comes back to it', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core)
  pane.line(`drover push -n -- 'echo ready; read x; exit 2'; echo "code $?"`)
  await pane.sees(/^ready/m)
  pane.keys('C-b', 'd')
  const short = core.job.view.id.slice(0, 8)
  await pane.sees(`Left running on box (id ${short}). Come back: drover attach ${short}`)
  await pane.sees('code 0')
  await terminalIsAsBefore(pane)
  pane.line(`clear; drover attach ${short.slice(0, 5)}; echo "then $?"`)
  await pane.sees(/^ready/m)
  pane.keys('Enter')
  await pane.sees('then 2')
})

test('with --detach-on-ctrl-c, or the config saying so, Ctrl+C leaves it running', async () => {
  const core = await FakeCore.start({
    'config.get': async () => ({ path: '', text: '', error: null, values: { detach_on_ctrl_c: true }, defaults: {} }),
  })
  const pane = paneFor(core)
  pane.line(`drover push -n -- 'echo ready; exec sleep 30'; echo "code $?"`)
  await pane.sees(/^ready/m)
  pane.keys('C-c')
  await pane.sees('Left running')
  await pane.sees('code 0')
  expect(core.job.view.state).toBe('running')
  await terminalIsAsBefore(pane)
})

test('a lost link is said, waited for, and the terminal taken again', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core)
  pane.line(`drover push -n -- 'echo ready; read x; echo "again $x"; sleep 0.3; exit 1'; echo "code $?"`)
  await pane.sees(/^ready/m)
  core.job.change({ unknownSince: Date.now() })
  core.job.cutTerminals()
  await pane.sees('The link to box is lost')
  core.job.change({ unknownSince: null })
  await pane.sees(/^ready/m)
  pane.line('here')
  await pane.sees('again here')
  await pane.sees('code 1')
  await terminalIsAsBefore(pane)
})

test('while the link is lost Ctrl+C leaves the job running', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core)
  pane.line(`drover push -n -- 'echo ready; exec sleep 30'; echo "code $?"`)
  await pane.sees(/^ready/m)
  core.job.change({ unknownSince: Date.now() })
  core.job.cutTerminals()
  await pane.sees('Ctrl+C leaves the job running')
  pane.keys('C-c')
  await pane.sees('Left running on box')
  await pane.sees('code 0')
  await terminalIsAsBefore(pane)
})

test('a core that is replaced gives the terminal back', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core)
  pane.line(`drover push -n -- 'echo ready; read x; exit 5'; echo "code $?"`)
  await pane.sees(/^ready/m)
  core.job.cutTerminals()
  await core.api.server.close()
  await core.serve()
  // What is typed before the terminal is back goes nowhere, and its screen looks as it did.
  await waitFor(
    () => {
      pane.keys('Enter')
      return pane.sees('code 5', 300)
    },
    { timeoutMs: 20_000, what: 'code 5' },
  )
})

test('killed by a signal, it gives the terminal back as it was', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core)
  pane.line(`drover push -n -- 'printf "\\033[?1000h\\033[?25l"; echo ready; exec sleep 30' & pid=$!; fg; echo "code $?"`)
  await pane.sees(/^ready/m)
  const pid = Number(pane.ask('pane_pid'))
  const { descendants } = await import('../helpers/processes.ts')
  const [cli] = descendants(pid)
  if (cli === undefined) throw new Error('It does not run')
  process.kill(cli, 'SIGTERM')
  await pane.sees('code 143')
  await terminalIsAsBefore(pane)
})

test('a host without tmux: plain output, why, and Ctrl+C stops the job', async () => {
  const core = await FakeCore.start({
    'job.push': async input => {
      const { job } = core.push({ ...input, terminal: null })
      return { job: core.find(job.id).change({ reason: 'runs without a terminal: tmux is not installed on box' }) }
    },
  })
  const pane = paneFor(core)
  pane.line(`drover push -n -- 'echo ready; exec sleep 30'; echo "code $?"`)
  await pane.sees('[runs without a terminal: tmux is not installed on box]')
  await pane.sees(/^ready/m)
  pane.keys('C-c')
  await pane.sees('Stopping the job; Ctrl+C again to kill it.')
  await pane.sees('code 130')
})

test('what takes longer than a second shows how far it is; Ctrl+C cancels, and says that nothing sent is lost', async () => {
  const core = await FakeCore.start({
    'job.push': async input => {
      const progress = {
        phase: 'sending',
        filesDone: 500,
        filesTotal: 2000,
        bytesDone: 12_500_000,
        bytesTotal: 50_000_000,
      } as const
      return {
        job: core.add({ command: input.command, state: 'syncing', progress, ...(input.jobId && { id: input.jobId }) }).view,
      }
    },
  })
  const pane = paneFor(core)
  pane.line('drover push -n -- make; echo "code $?"')
  await pane.sees('Sending to box [#####---------------] 25 %  13 MB of 50 MB, 500 of 2,000 files')
  pane.keys('C-c')
  await pane.sees('was cancelled before it ran')
  await pane.sees('the same push goes on from there')
  expect(await pane.sees('code 130')).not.toContain('Sending')
})

test('a whole home folder is sent only after a yes', async () => {
  const core = await FakeCore.start()
  const pane = paneFor(core)
  pane.line('drover push --no-tty -- "echo ran"; echo "code $?"')
  await pane.sees('which is your home folder. Send all of it? [y/N]')
  pane.keys('Enter')
  expect(await pane.sees('code 130')).toContain('Nothing was sent.')
  pane.line('clear; drover push --no-tty -- "echo ran"; echo "code $?"')
  await pane.sees('[y/N]')
  pane.line('y')
  expect(await pane.sees('code 0')).toMatch(/^ran$/m)
})

test('a passphrase is asked for, not shown, and asked again when wrong', async () => {
  const given: string[] = []
  let isLocked = true
  const core = await FakeCore.start({
    'job.push': async input => {
      if (isLocked) throw new AppError('KEY_LOCKED', 'locked', { details: { keyPath: '/home/me/.ssh/id' } })
      return core.push(input)
    },
    'host.unlock': async ({ passphrase }) => {
      given.push(passphrase)
      if (passphrase !== 'geheim é') throw new AppError('AUTH_FAILED', 'That does not open it')
      isLocked = false
      return null
    },
  })
  const pane = paneFor(core)
  pane.line(`drover push -n --no-tty -- 'echo ran'; echo "code $?"`)
  await pane.sees('Passphrase of /home/me/.ssh/id:')
  pane.line('wrong')
  await pane.sees('That is not its passphrase.')
  pane.type('geheim éx')
  pane.keys('BSpace', 'Enter')
  const screen = await pane.sees('code 0')
  expect(screen).toMatch(/^ran$/m)
  expect(screen).not.toContain('geheim')
  expect(screen).not.toContain('wrong')
  expect(given).toEqual(['wrong', 'geheim é'])
  await terminalIsAsBefore(pane)
})

test('Ctrl+C at a question is 130, and the terminal is as before', async () => {
  const core = await FakeCore.start()
  core.add({ command: { line: 'make' }, state: 'ended', outcome: 'exited', exitCode: 0 })
  const pane = paneFor(core)
  pane.line(`drover rm ${core.job.view.id}; echo "code $?"`)
  await pane.sees('Remove 1 job, with files and output on the host? [y/N]')
  pane.keys('C-c')
  await pane.sees('code 130')
  expect(core.jobs.size).toBe(1)
  await terminalIsAsBefore(pane)
})

test('rm lists sizes, and removes only on a clear yes', async () => {
  const core = await FakeCore.start({
    'disk.gc': async () => ({
      hosts: [{ host: 'box', removed: [{ kind: 'workdir', id: core.job.view.id, bytes: 52_000_000 }], error: null }],
    }),
  })
  core.add({ command: { line: 'make' }, state: 'ended', outcome: 'exited', exitCode: 0 })
  const pane = paneFor(core)
  const { id } = core.job.view
  pane.line(`drover rm ${id}; echo "first $?"`)
  await pane.sees('make  (52 MB on box)')
  pane.line('nope')
  await pane.sees('first 1')
  pane.line(`drover rm ${id}; echo "second $?"`)
  await waitFor(() => pane.screen().split('[y/N]').length === 3)
  pane.line('y')
  await pane.sees('second 0')
  expect(core.jobs.size).toBe(0)
})

test('ls fits the terminal, in colour, and nothing in it acts on the terminal', async () => {
  const core = await FakeCore.start()
  core.add({
    command: { line: 'printf "\x1b[2J日本語" && a very long command that cannot fit' },
    folder: '/home/me/some/where/deep/project',
    state: 'running',
    startedAt: Date.now(),
  })
  const pane = paneFor(core, { columns: 70 })
  pane.line('clear; drover ls')
  const screen = await pane.sees('printf "\\e[2J日')
  for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(70)
  expect(screen).toContain('DURATION')
  expect(screen).toContain('…')
})

test('ls --watch follows changes, and q gives the screen back', async () => {
  const core = await FakeCore.start()
  core.add({ command: { line: 'make' }, state: 'running', startedAt: Date.now() })
  const pane = paneFor(core)
  pane.line('drover ls -w; echo "code $?"')
  await pane.sees('running')
  core.job.change({ state: 'ended', outcome: 'exited', exitCode: 3, endedAt: Date.now() })
  await pane.sees('done [3]')
  pane.type('q')
  await pane.sees('code 0')
  await terminalIsAsBefore(pane)
})
