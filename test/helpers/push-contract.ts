/**
 * What a push must do on whichever host it runs: the same tests for this machine and for a host behind sshd.
 * The jobs of a test append to files in the host's home, which is where their true number is counted.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pidsWithEnv } from './processes.ts'
import type { Product } from './product.ts'
import { rpc } from './rpc.ts'
import { waitFor, within } from './wait.ts'

/** `home` is the HOME of what runs on the host. */
export type PushGround = { product: Product; host: string; home: string }

/** Words that a shell, an option parser or a protocol of ours might trip over. */
export const NASTY_WORDS = [
  '',
  ' ',
  '-rf',
  '--',
  `it's`,
  '"quoted"',
  'two\nlines\n',
  '$(touch pwned)',
  '`touch pwned`',
  '; touch pwned;',
  '*',
  '~',
  '\\',
  '!!',
  '=x',
  '%s%n',
  '\t\x1b[31m\x7f',
  'ä日本🐑',
  'x'.repeat(255),
]

export function pushContract(ground: () => PushGround): void {
  const push = (args: readonly string[], how = {}) => {
    const { product, host } = ground()
    return product.drover(['push', '--on', host, ...args], how)
  }
  const running = (args: readonly string[], how = {}) => ground().product.running(['--on', ground().host, ...args], how)
  const newFolder = (name: string) => {
    const folder = join(ground().product.home.dir, name)
    mkdirSync(folder, { recursive: true })
    return folder
  }

  describe('the command', () => {
    test('several words reach the program as they are, and are kept so', async () => {
      const words = ['printf', '[%s]', ...NASTY_WORDS]
      const { code, stdout, stderr } = await push(['-n', '--', ...words])
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: NASTY_WORDS.map(word => `[${word}]`).join(''), stderr: '' })
      const [job] = await ground().product.jobs()
      expect(job?.command).toEqual({ argv: words })
    })

    test('one word is a line for the shell, whatever it holds', async () => {
      const line = `printf '%s|' "a  b" $((1 + 2)) 'it'"'"'s' | tr a-z A-Z && echo 'ä
second' # ; exit 9`
      const { code, stdout } = await push(['-n', '--', line])
      expect({ code, stdout }).toEqual({ code: 0, stdout: "A  B|3|IT'S|ä\nsecond\n" })
      const [job] = await ground().product.jobs()
      expect(job?.command).toEqual({ line })
    })

    test('it runs in its workdir with the environment that was asked for, and none of ours', async () => {
      const env = NASTY_WORDS.flatMap((word, index) => ['-e', `V${index}=${word}`])
      const names = NASTY_WORDS.map((_, index) => `"$V${index}"`).join(' ')
      const line = `printf '[%s]' "$TERM" "$HERE" "\${LEAK-none}" ${names}; echo; echo "$DROVER_JOB"; pwd`
      const { stdout } = await push(['-n', ...env, '-e', 'HERE', '--', line], { env: { HERE: 'mine', LEAK: 'leaked' } })
      const [job] = await ground().product.jobs()
      const values = ['dumb', 'mine', 'none', ...NASTY_WORDS].map(word => `[${word}]`).join('')
      expect(stdout).toBe(`${values}\n${job?.id}\n${job?.workdir}\n`)
    })

    test.each([0, 1, 2, 125, 126, 127, 128, 129, 137, 255])('exit code %i is the job’s and ours', async code => {
      const result = await push(['-n', '--', `echo out; echo err >&2; exit ${code}`])
      expect(result).toEqual({ code, stdout: 'out\nerr\n', stderr: '' })
      const [job] = await ground().product.jobs()
      expect(job).toMatchObject({ state: 'ended', outcome: 'exited', exitCode: code, signal: null })
    })

    test.each([
      ['KILL', 137],
      ['TERM', 143],
      ['SEGV', 139],
      ['HUP', 129],
    ])('death by SIG%s is told as such', async (signal, code) => {
      const result = await push(['-n', '--', `ulimit -c 0; echo out; kill -${signal} $$`])
      expect(result).toMatchObject({ code, stdout: 'out\n' })
      const [job] = await ground().product.jobs()
      expect(job).toMatchObject({ state: 'ended', outcome: 'signalled', exitCode: null, signal })
    })

    test('a program that is not there and one that may not run end as in a shell', async () => {
      expect(await push(['-n', '--', 'no-such-program', 'x'])).toMatchObject({ code: 127 })
      expect(await push(['-n', '--', '/etc/passwd', 'x'])).toMatchObject({ code: 126 })
    })
  })

  describe('files', () => {
    test('the folder arrives as it is, less what git ignores, and stays untouched here', async () => {
      const folder = newFolder('project')
      const nasty = ['-rf', `it's`, 'a "b" $(c)', 'new\nline', 'x'.repeat(255), 'ä日本']
      for (const name of nasty) writeFileSync(join(folder, name), `of ${name.slice(0, 20)}`)
      writeFileSync(join(folder, '.gitignore'), '*.log\n/out/\n')
      writeFileSync(join(folder, 'a.log'), 'no')
      mkdirSync(join(folder, 'out'))
      writeFileSync(join(folder, 'out/x'), 'no')
      mkdirSync(join(folder, 'sub/empty'), { recursive: true })
      writeFileSync(join(folder, 'sub/run.sh'), '#!/bin/sh\necho ran\n')
      chmodSync(join(folder, 'sub/run.sh'), 0o755)
      symlinkSync('sub/run.sh', join(folder, 'link'))
      const list = `find . -mindepth 1 -printf '%y %P\\0' | LC_ALL=C sort -z | tr '\\0' '\\n'; readlink link; ./link; for f in *; do echo changed >>"./$f"; done 2>/dev/null; true`
      const { code, stdout } = await push(['--', list], { cwd: folder })
      const names = [...nasty.map(name => `f ${name}`), 'f .gitignore', 'd sub', 'd sub/empty', 'f sub/run.sh', 'l link'].sort(
        (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
      )
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${names.join('\n')}\nsub/run.sh\nran\n` })
      for (const name of nasty) expect(readFileSync(join(folder, name), 'utf8')).toBe(`of ${name.slice(0, 20)}`)
    })

    test('each push gets what is there now: changed, new and gone', async () => {
      const folder = newFolder('changing')
      writeFileSync(join(folder, 'stays'), '1')
      writeFileSync(join(folder, 'goes'), '1')
      const show = ['--', 'for f in *; do echo "$f=$(cat "$f")"; done; echo job >made; echo edited >>stays']
      expect((await push(show, { cwd: folder })).stdout).toBe('goes=1\nstays=1\n')
      expect((await push(show, { cwd: folder })).stdout).toBe('goes=1\nstays=1\n')
      writeFileSync(join(folder, 'stays'), '2')
      writeFileSync(join(folder, 'new'), '1')
      unlinkSync(join(folder, 'goes'))
      expect((await push(show, { cwd: folder })).stdout).toBe('new=1\nstays=2\n')
    })

    test('--pull brings results back, and overwrites nothing', async () => {
      const folder = newFolder('pulling')
      writeFileSync(join(folder, 'mine.txt'), 'mine')
      const made = `mkdir -p dist/deep; echo 1 >dist/a.txt; echo 2 >dist/deep/b.txt; echo 3 >dist/c.bin`
      const done = await push(['--pull', 'dist/**', '--', made], { cwd: folder })
      expect(done).toMatchObject({ code: 0 })
      expect(readFileSync(join(folder, 'dist/deep/b.txt'), 'utf8')).toBe('2\n')
      const clash = await push(['--pull', '*.txt', '--', 'echo theirs >mine.txt; echo new >new.txt'], { cwd: folder })
      expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine')
      expect(clash.code).toBe(123)
      expect(clash.stderr).toContain('mine.txt')
      expect(existsSync(join(folder, 'new.txt'))).toBe(false)
      const both = await push(['--pull', '*.txt', '--', 'echo theirs >mine.txt; exit 4'], { cwd: folder })
      expect(both).toMatchObject({ code: 4, stderr: expect.stringContaining('mine.txt') })
      expect(await push(['--json', '--pull', 'none*', '--', 'true'], { cwd: folder })).toMatchObject({ code: 123 })
    })

    test('--pull puts nothing outside of the folder, wherever on the host it is taken from', async () => {
      const folder = mkdtempSync(join(ground().product.home.dir, 'pulling-in-'))
      const outside = mkdtempSync(join(ground().home, 'outside-'))
      for (const name of ['absolute', 'upwards', 'linked']) writeFileSync(join(outside, name), name)
      const elsewhere = mkdtempSync(join(ground().product.home.dir, 'elsewhere-'))
      symlinkSync(elsewhere, join(folder, 'mine'))
      const patterns = [`${outside}/abs*`, `../../../${basename(outside)}/upwards`, 'link/lin*', 'mine/*']
      const line = `ln -s ${outside} link; rm mine; mkdir mine; echo theirs >mine/data`
      const { code, stderr } = await push([...patterns.flatMap(one => ['--pull', one]), '--', line], { cwd: folder })
      expect(stderr).toMatch(
        /^error: "mine\/\*" was not brought back: Already there: .*\/mine\. Nothing was changed.*\nBring it .*\n$/,
      )
      expect(code).toBe(123)
      expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(['absolute', 'link', 'link/linked', 'mine', 'upwards'])
      expect(readdirSync(elsewhere)).toEqual([])
    })

    test('pull takes a file, a folder or a glob to where it is told', async () => {
      const { product } = ground()
      await push(['-n', '--', 'mkdir d; echo 1 >d/x; echo 2 >y.txt'])
      const jobId = (await product.jobs())[0]?.id ?? ''
      const to = newFolder('pulled')
      expect(await product.drover(['pull', jobId, 'd', to])).toMatchObject({ code: 0 })
      expect(await product.drover(['pull', jobId, '*.txt', to])).toMatchObject({ code: 0 })
      expect([readFileSync(join(to, 'd/x'), 'utf8'), readFileSync(join(to, 'y.txt'), 'utf8')]).toEqual(['1\n', '2\n'])
      expect(await product.drover(['pull', jobId, 'y.txt', to])).toMatchObject({ code: 0 })
      writeFileSync(join(to, 'y.txt'), 'mine')
      expect(await product.drover(['pull', jobId, 'y.txt', to])).toMatchObject({ code: 1 })
      expect(await product.drover(['pull', jobId, 'y.txt', to, '-f'])).toMatchObject({ code: 0 })
      expect(await product.drover(['pull', jobId, 'nothing*', to])).toMatchObject({ code: 1 })
      writeFileSync(join(ground().home, 'anywhere'), 'absolute')
      expect(await product.drover(['pull', jobId, join(ground().home, 'anywhere'), to])).toMatchObject({ code: 0 })
      expect(readFileSync(join(to, 'anywhere'), 'utf8')).toBe('absolute')
    })
  })

  describe('without a terminal', () => {
    test('a pipe gets every byte and no end screen', async () => {
      const { code, stdout, stderr } = await push(['-n', '--', 'seq 1 300000; echo error >&2'])
      const lines = Array.from({ length: 300_000 }, (_, index) => `${index + 1}\n`).join('')
      expect(stdout === `${lines}error\n`, `${stdout.length} bytes, the end is ${stdout.slice(-100)}`).toBe(true)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    })

    test('Ctrl+C ends the job with all it started, and the exit code is the job’s', async () => {
      const { product, host } = ground()
      // Not in the background: there a shell makes its children deaf to it.
      const tree = 'trap "echo caught; exit 42" INT; echo up; sleep 1000 | setsid -w sh -c "sleep 1000; exit"'
      const { child, output, done } = product.begin(['push', '-n', '--on', host, '--', tree])
      await waitFor(() => output.stdout === 'up\n', { what: 'the job to run' })
      const [job] = await product.jobs()
      child.kill('SIGINT')
      expect(await within(done, { what: 'the end of the push' })).toMatchObject({ code: 42, stdout: 'up\ncaught\n' })
      expect(await product.job(job?.id ?? '')).toMatchObject({ outcome: 'stopped', exitCode: 42 })
      await nothingLeftOf(job?.id ?? '')
    })

    test('a second Ctrl+C kills a job that does not listen', async () => {
      const { product, host } = ground()
      const { child, output, done } = product.begin([
        'push',
        '-n',
        '--on',
        host,
        '--',
        'trap "" INT TERM; echo up; while :; do sleep 0.05; done',
      ])
      await waitFor(() => output.stdout === 'up\n', { what: 'the job to run' })
      const [job] = await product.jobs()
      child.kill('SIGINT')
      await product.reaches(job?.id ?? '', 'stopping')
      child.kill('SIGINT')
      expect(await within(done, { what: 'the end of the push' })).toMatchObject({ code: 137 })
      await nothingLeftOf(job?.id ?? '')
    })

    test('the job ends when the reader of its output goes', async () => {
      const { product, host } = ground()
      const { child, output, done } = product.begin(['push', '-n', '--on', host, '--', 'while echo line; do :; done'])
      await waitFor(() => output.stdout.length > 0, { what: 'output' })
      child.stdout?.destroy()
      expect(await within(done, { what: 'the end of the push' })).toMatchObject({ code: 141 })
      const [job] = await product.jobs()
      await product.reaches(job?.id ?? '', 'ended')
      await nothingLeftOf(job?.id ?? '')
    })
  })

  describe('a job on its own', () => {
    test('-d gives the id at once; logs -f shows all of it to its end; wait has its exit code', async () => {
      const { product, home } = ground()
      const id = await running([
        '-n',
        '--no-tty',
        '--',
        `echo one; until [ -e ${home}/go ]; do sleep 0.05; done; echo two; exit 5`,
      ])
      const { output, done } = product.begin(['logs', '-f', id.slice(0, 8)], { input: '' })
      await waitFor(() => output.stdout === 'one\n', { what: 'the first line' })
      const waiting = product.drover(['wait', id])
      writeFileSync(join(home, 'go'), '')
      expect(await within(done)).toEqual({ code: 0, stdout: 'one\ntwo\n', stderr: '' })
      expect((await within(waiting)).code).toBe(5)
      expect((await product.drover(['logs', id])).stdout).toBe('one\ntwo\n')
      expect((await product.drover(['logs', '-n', '1', id])).stdout).toBe('two\n')
    })

    test('stop ends even a stubborn tree', async () => {
      const { product } = ground()
      const stubborn = `trap '' TERM HUP INT; (setsid sh -c 'trap "" TERM HUP; while :; do sleep 0.1; done' >/dev/null 2>&1 &) ; nohup sleep 1000 >/dev/null 2>&1 & while :; do sleep 0.05; done`
      const id = await running(['-n', '--no-tty', '--', stubborn])
      const { code, stdout } = await product.drover(['stop', '--grace', '1s', id])
      expect(code).toBe(0)
      expect(stdout).toContain('stopped')
      expect(await product.job(id)).toMatchObject({ state: 'ended', outcome: 'stopped', signal: 'KILL' })
      await nothingLeftOf(id)
    })

    test('rm refuses a running job, asks, and removes what is on the host', async () => {
      const { product, home } = ground()
      const id = await running(['-n', '--', 'sleep 1000'])
      const refused = await product.drover(['rm', '-y', id])
      expect(refused).toMatchObject({ code: 1 })
      expect(refused.stderr).toContain('drover stop')
      await product.drover(['stop', '--grace', '0', id])
      expect((await product.drover(['rm', id])).code).toBe(2)
      expect(existsSync(join(home, '.drover/jobs', id))).toBe(true)
      expect(await product.drover(['rm', '-y', id])).toMatchObject({ code: 0 })
      expect(['jobs', 'workdirs'].map(what => existsSync(join(home, '.drover', what, id)))).toEqual([false, false])
      expect((await product.drover(['logs', id])).stderr).toContain('No job')
    })

    test('rerun runs the same again, as a new job', async () => {
      const { product, home } = ground()
      await push(['-n', '-e', 'WHO=me', '--', 'sh', '-c', `echo "$WHO" >>"$HOME/reruns"; exit 4`])
      const [first] = await product.jobs()
      expect(await product.drover(['rerun', first?.id ?? ''])).toMatchObject({ code: 4 })
      const [second] = await product.jobs()
      expect(second).toMatchObject({ command: first?.command, host: first?.host, exitCode: 4 })
      expect(second?.id).not.toBe(first?.id)
      expect(readFileSync(join(home, 'reruns'), 'utf8')).toBe('me\nme\n')
    })

    test('an id may be shortened as long as it fits one job; sent twice, a push runs once', async () => {
      const { product, host, home } = ground()
      const { socketPath } = await product.status()
      const twins = ['abcdabcd-0000-4000-8000-00000000000', 'abcdabcd-0000-4000-8000-00000000001'].map((id, index) => id + index)
      const input = { command: { line: `echo x >>${home}/twins` }, folder: null, sync: false, host, terminal: null }
      await Promise.all([...twins, ...twins].map(jobId => rpc(socketPath, 'job.push', { ...input, jobId })))
      for (const id of twins) await product.reaches(id, 'ended')
      expect(readFileSync(join(home, 'twins'), 'utf8')).toBe('x\nx\n')
      const { code, stderr } = await product.drover(['logs', 'abcd'])
      expect(code).toBe(1)
      for (const id of twins) expect(stderr).toContain(id)
      expect(await product.drover(['logs', twins[0] ?? ''])).toMatchObject({ code: 0 })
      for (const id of twins) await product.drover(['rm', '-y', id])
    })
  })

  describe('by the name p', () => {
    const p = (...args: string[]) => ground().product.drover(args, { as: 'p' })

    test('it pushes to a worker and to the default one', async () => {
      const { host } = ground()
      expect(await p(host, '-n', '--', 'exit 6')).toMatchObject({ code: 6 })
      expect(await p('worker', 'default', host)).toMatchObject({ code: 0 })
      expect(await p('-n', '--', 'echo', 'by p')).toMatchObject({ code: 0, stdout: 'by p\n' })
      const [job] = await ground().product.jobs()
      expect(job?.host).toBe(host)
      expect((await p('worker', 'ls')).stdout).toContain(host)
      await p('worker', 'default', 'auto')
    })

    test('ls, logs, stop and rm are p’s as well', async () => {
      const id = await running(['-n', '--no-tty', '--', 'echo here; exec sleep 1000'])
      expect((await p('ls')).stdout).toContain(id.slice(0, 8))
      await waitFor(async () => (await p('logs', id)).stdout === 'here\n', { what: 'its output' })
      expect(await p('stop', id)).toMatchObject({ code: 0 })
      expect(await p('rm', '-y', id)).toMatchObject({ code: 0 })
    })
  })

  async function nothingLeftOf(id: string): Promise<void> {
    await waitFor(() => pidsWithEnv(`DROVER_JOB=${id}`).length === 0, { what: 'everything of the job to be gone' })
  }
}
