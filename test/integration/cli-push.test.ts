/** `drover push` and its kin without a terminal: output, exit codes, signals, readers that go away, cores that go and come. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { AppError } from '../../src/shared/errors.ts'
import { installCommands, runCli, startCli } from '../helpers/cli.ts'
import { FakeCore } from '../helpers/fake-core.ts'
import { isAlive, pidsWithEnv } from '../helpers/processes.ts'
import { waitFor } from '../helpers/wait.ts'

test('output streams plainly, nothing else is on stdout, and the exit code is the job’s', async () => {
  const core = await FakeCore.start()
  const result = await runCli(['push', '-n', '--', 'echo out; echo err >&2; exit 3'], core)
  expect(result).toEqual({ code: 3, signal: null, stdout: expect.stringMatching(/^(out\nerr|err\nout)\n$/), stderr: '' })
  expect(core.asked.find(call => call.startsWith('job.push'))).toContain('"terminal":null')
})

test('several words are one exact argument list; one word is a shell line', async () => {
  const core = await FakeCore.start()
  const words = ['printf', '[%s]', 'a b', '$HOME', "it's", '', '-rf', '*']
  expect((await runCli(['push', '-n', '--', ...words], core)).stdout).toBe("[a b][$HOME][it's][][-rf][*]")
  expect((await runCli(['push', '-n', '--', 'echo a | tr a b'], core)).stdout).toBe('b\n')
})

test('variables, the folder and the host are handed over', async () => {
  const core = await FakeCore.start()
  const folder = join(core.home, 'project')
  mkdirSync(folder)
  const words = ['push', '--on', 'gpu', '-e', 'LEVEL=a b', '--env', 'HOME', '--', 'echo "$LEVEL"; pwd']
  const result = await runCli(words, { env: core.env, cwd: folder })
  expect(result.stdout).toBe(`a b\n${folder}\n`)
  expect(core.job.view).toMatchObject({ host: 'gpu', folder, isSynced: true })
})

test('a whole home folder, what is around it and the root are not sent by mistake', async () => {
  const core = await FakeCore.start()
  for (const cwd of [core.home, dirname(core.home), '/']) {
    const { code, stdout, stderr } = await runCli(['push', '--', 'true'], { env: core.env, cwd })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^error: You stand in ${cwd}, which is .*: a push would send all of it\n.*-n.*--yes\n`))
  }
  expect(core.asked.some(call => call.startsWith('job.push'))).toBe(false)
  expect(await runCli(['push', '--yes', '--', 'pwd'], core)).toMatchObject({ code: 0, stdout: `${core.home}\n` })
  expect(await runCli(['push', '-n', '--', 'pwd'], core)).toMatchObject({ code: 0 })
  expect(await runCli(['-y', '--', 'pwd'], { env: core.env, as: 'p' })).toMatchObject({ code: 0 })
})

test('ended by a signal is 128 + N', async () => {
  const core = await FakeCore.start()
  expect((await runCli(['push', '-n', '--', 'kill -9 $$'], core)).code).toBe(137)
})

test('a job that could not start is 125, with its reason on stderr', async () => {
  const core = await FakeCore.start({
    'job.push': async input => {
      const job = core.add({ command: input.command, ...(input.jobId && { id: input.jobId }) })
      return { job: job.change({ state: 'ended', outcome: 'failed', reason: 'no space left on box' }) }
    },
  })
  const result = await runCli(['push', '-n', '--', 'true'], core)
  expect([result.code, result.stdout]).toEqual([125, ''])
  expect(result.stderr).toMatch(/^error: Job [0-9a-f]{8} could not start: no space left on box\n$/)
})

test('2 MB of output arrive whole, and so does a log that begins before we listen', async () => {
  const core = await FakeCore.start()
  const result = await runCli(['push', '-n', '--', 'seq 1 300000'], core)
  const lines = result.stdout.split('\n')
  expect([result.code, lines.length, lines[299_999]]).toEqual([0, 300_001, '300000'])
})

test('Ctrl+C asks the job to end; what it prints then still comes, and the exit code is its own', async () => {
  const core = await FakeCore.start()
  const cli = startCli(['push', '-n', '--', "trap 'echo bye; exit 9' INT; echo ready; while :; do sleep 0.05; done"], core)
  await waitFor(() => cli.output.stdout.includes('ready'))
  cli.child.kill('SIGINT')
  expect(await cli.done).toMatchObject({ code: 9, stdout: 'ready\nbye\n', stderr: '' })
})

test('the second Ctrl+C kills it', async () => {
  const core = await FakeCore.start()
  const cli = startCli(['push', '-n', '--', "trap '' INT; echo ready; while :; do sleep 0.05; done"], core)
  await waitFor(() => cli.output.stdout.includes('ready'))
  cli.child.kill('SIGINT')
  await waitFor(() => core.asked.some(call => call.startsWith('job.stop')))
  cli.child.kill('SIGINT')
  expect((await cli.done).code).toBe(137)
})

test('the third Ctrl+C leaves the job alone', async () => {
  const core = await FakeCore.start({ 'job.stop': async ({ job }) => ({ job: core.find(job).view }) })
  const cli = startCli(['push', '-n', '--', 'echo ready; exec sleep 30'], core)
  await waitFor(() => cli.output.stdout.includes('ready'))
  for (let stops = 1; stops <= 2; stops++) {
    cli.child.kill('SIGINT')
    await waitFor(() => core.asked.filter(call => call.startsWith('job.stop')).length === stops)
  }
  cli.child.kill('SIGINT')
  expect((await cli.done).code).toBe(130)
  expect(core.job.view.state).toBe('running')
})

test('SIGTERM and SIGHUP ask the job to end with the like', async () => {
  const core = await FakeCore.start()
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const cli = startCli(['push', '-n', '--', 'echo ready; exec sleep 30'], core)
    await waitFor(() => cli.output.stdout.includes('ready'))
    cli.child.kill(signal)
    expect((await cli.done).code).toBe(code)
  }
})

test('Ctrl+C before the job runs cancels it', async () => {
  const core = await FakeCore.start({
    'job.push': async input => ({
      job: core.add({ command: input.command, state: 'syncing', ...(input.jobId && { id: input.jobId }) }).view,
    }),
  })
  const cli = startCli(['push', '-n', '--', 'make'], core)
  await waitFor(() => core.jobs.size === 1)
  cli.child.kill('SIGINT')
  const result = await cli.done
  expect([result.code, result.stderr]).toEqual([130, expect.stringContaining('was cancelled before it ran')])
})

test('Ctrl+C while the core has not answered yet cancels what it then starts', async () => {
  const answer = Promise.withResolvers<void>()
  const core = await FakeCore.start({
    'job.push': async input => {
      await answer.promise
      return core.push(input)
    },
  })
  const cli = startCli(['push', '-n', '--', 'exec sleep 30'], core)
  await waitFor(() => core.asked.some(call => call.startsWith('job.push')))
  cli.child.kill('SIGINT')
  answer.resolve()
  expect((await cli.done).code).toBe(130)
  expect(core.job.view).toMatchObject({ state: 'ended', outcome: 'stopped' })
})

test('a reader that goes away stops the job, quietly', async () => {
  const core = await FakeCore.start()
  const mark = `READER_TEST=${core.home}`
  const env = { ...core.env, PATH: `${installCommands(core.home)}:${core.env.PATH}` }
  const shell = spawn('bash', ['-c', `set -o pipefail; drover push -n -e ${mark} -- yes | head -n 2; echo "code $?"`], {
    env,
    cwd: core.home,
  })
  onTestFinished(() => void shell.kill('SIGKILL'))
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  await new Promise(resolve => shell.once('close', resolve))
  expect(output).toBe('y\ny\ncode 141\n')
  await waitFor(() => !pidsWithEnv(mark).some(isAlive), { what: 'the job to be gone' })
})

test('a reader that goes away is the exit code, though the end of the job may be known before the stop is answered', async () => {
  const isGone = Promise.withResolvers<void>()
  const core = await FakeCore.start({
    'job.stop': async ({ job, signal, graceMs }) => {
      const view = core.find(job).stop(signal, graceMs)
      await isGone.promise
      return { job: view }
    },
  })
  const cli = startCli(['push', '-n', '--', 'while echo line; do :; done'], core)
  await waitFor(() => cli.output.stdout.length > 0, { what: 'output' })
  cli.child.stdout?.destroy()
  expect(await cli.done).toMatchObject({ code: 141, stderr: '' })
  expect(core.job.view).toMatchObject({ state: 'ended', signal: 'TERM' })
  isGone.resolve()
})

test('-d prints the id and returns; wait gives the exit code later', async () => {
  const core = await FakeCore.start()
  const started = await runCli(['push', '-d', '-n', '--no-tty', '--', 'sleep 0.2; exit 4'], core)
  expect(started).toMatchObject({ code: 0, stdout: `${core.job.view.id}\n`, stderr: '' })
  const waited = await runCli(['wait', started.stdout.trim().slice(0, 6)], core)
  expect([waited.code, waited.stdout]).toEqual([4, expect.stringMatching(/^done \[4\] in 0:00:0\d on box \(id [0-9a-f]{8}\)\n$/)])
})

test('--json shows the job in place of its output', async () => {
  const core = await FakeCore.start()
  const result = await runCli(['push', '-n', '--json', '--', 'echo hidden; exit 5'], core)
  expect(result.code).toBe(5)
  expect(JSON.parse(result.stdout) as JobView).toMatchObject({ id: core.job.view.id, exitCode: 5, outcome: 'exited' })
})

test('a command that is not UTF-8 is refused, and nothing runs', async () => {
  const core = await FakeCore.start()
  const env = { ...core.env, PATH: `${installCommands(core.home)}:${core.env.PATH}` }
  const shell = spawn('bash', ['-c', "drover push -n -- printf $'caf\\xe9'; echo code $?"], { env })
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  await new Promise(resolve => shell.once('close', resolve))
  expect(output).toContain('error: Argument 5 is not valid UTF-8')
  expect(output).toContain('code 2')
  expect(core.jobs.size).toBe(0)
})

test('a locked key without anybody to ask is said, with what to do', async () => {
  const core = await FakeCore.start({
    'job.push': async () => {
      throw new AppError('KEY_LOCKED', 'The key needs its passphrase', { details: { keyPath: '/home/me/.ssh/id' } })
    },
  })
  const result = await runCli(['push', '-n', '--', 'true'], core)
  expect(result).toMatchObject({
    code: 125,
    stderr: 'error: The key needs its passphrase\nOpen it for this core: drover unlock /home/me/.ssh/id\n',
  })
})

test('a core that is replaced meanwhile loses and doubles no byte', async () => {
  const core = await FakeCore.start()
  const cli = startCli(['push', '-n', '--', 'for i in $(seq 1 60); do echo $i; sleep 0.02; done'], core)
  await waitFor(() => cli.output.stdout.includes('\n10\n'))
  await core.api.server.close()
  await core.serve()
  const result = await cli.done
  expect([result.code, result.stdout]).toEqual([0, `${Array.from({ length: 60 }, (_, index) => index + 1).join('\n')}\n`])
})

test('--pull: it returns when the files are here, and says when they could not be brought', async () => {
  const core = await FakeCore.start({
    'job.push': async input => {
      const pushed = core.push(input)
      const job = core.find(pushed.job.id)
      const error = { code: 'CONFLICT', message: 'out/b is here already', details: {} } as const
      const results = [
        { pattern: 'a', files: 1, error: null },
        { pattern: 'b', files: 0, error },
      ]
      setTimeout(() => job.change({ pullResults: results.slice(0, 1) }), 100)
      setTimeout(() => job.change({ pullResults: results }), 300)
      return pushed
    },
  })
  const result = await runCli(['push', '-n', '--pull', 'a', '--pull', 'b', '--', 'true'], core)
  expect(result).toMatchObject({
    code: 123,
    stderr: `error: "b" was not brought back: out/b is here already\nBring it elsewhere: drover pull ${core.job.view.id.slice(0, 8)} b FOLDER\n`,
  })
})

test('p: the worker is the word before --, and the same happens', async () => {
  const core = await FakeCore.start()
  const result = await runCli(['gpu', '-n', '--', 'echo hello; exit 6'], { ...core, env: core.env, as: 'p' })
  expect(result).toMatchObject({ code: 6, stdout: 'hello\n' })
  expect(core.job.view).toMatchObject({ host: 'gpu', isSynced: false })
})

test('a folder that was removed under us is said', async () => {
  const core = await FakeCore.start()
  const cli = spawn('sh', ['-c', 'mkdir gone; cd gone; rmdir ../gone; exec drover push -- true'], {
    cwd: core.home,
    env: { ...core.env, PATH: `${installCommands(core.home)}:${core.env.PATH}` },
  })
  let stderr = ''
  cli.stderr.setEncoding('utf8').on('data', text => (stderr += text))
  const code = await new Promise(resolve => cli.once('close', resolve))
  expect([code, stderr]).toEqual([
    125,
    expect.stringContaining('error: The folder you stand in is gone: cd to one that exists\n'),
  ])
})
