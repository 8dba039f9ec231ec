/** Hosts as they come: without this or that program, with busybox alone, with other login shells and profiles that chatter. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { Pane } from '../helpers/pane.ts'
import { DROVER, openProduct, type Product, startProduct } from '../helpers/product.ts'
import { openSshd, type Sshd, type SshdOptions, startSshd } from '../helpers/sshd.ts'
import { toolsWithout } from '../helpers/tools.ts'
import { waitFor } from '../helpers/wait.ts'

/** By the name of the host: what it has, and which tools it is said to lack. */
const BARE: Record<string, { has: string; options: SshdOptions; missing: string[] }> = {
  'no-tmux': { has: 'no tmux', options: { toolsWithout: ['tmux'] }, missing: ['tmux'] },
  'no-rsync': { has: 'no rsync', options: { toolsWithout: ['rsync'] }, missing: ['rsync'] },
  nothing: {
    has: 'no git, tmux, rsync, bash, perl or python',
    options: { toolsWithout: ['git', 'tmux', 'rsync', 'perl', 'python3', 'bash'] },
    missing: ['tmux', 'rsync'],
  },
  busybox: { has: 'busybox alone', options: { path: dir => busyboxTools(dir, ['flock']) }, missing: ['tmux', 'rsync'] },
}
const HIDDEN = ['flock', 'setsid']
const NOISE = 'echo "noise from a profile"; echo "more of it" >&2'
/** Where each shell reads its own noise from. */
const SHELLS: Record<string, string[]> = {
  dash: ['.profile'],
  bash: ['.bashrc', '.bash_profile'],
  zsh: ['.zshenv', '.zprofile', '.zshrc', '.zlogin'],
  fish: ['.config/fish/config.fish'],
  tcsh: ['.tcshrc', '.login'],
}

let boxes: Record<string, Sshd>
/** Knows all of them. */
let product: Product
let doctor: string
beforeAll(async () => {
  const options: [string, SshdOptions][] = [
    ...Object.entries(BARE).map(([name, bare]): [string, SshdOptions] => [name, bare.options]),
    ...HIDDEN.map((tool): [string, SshdOptions] => [tool, { toolsWithout: [tool] }]),
    ...Object.keys(SHELLS).map((shell): [string, SshdOptions] => [shell, withShell(pathOf(shell))]),
  ]
  boxes = Object.fromEntries(await Promise.all(options.map(async ([name, how]) => [name, await openSshd(how)] as const)))
  product = await openProduct(boxes)
  doctor = (await product.drover(['doctor'])).stdout
})
afterAll(async () => {
  await product.close()
  await Promise.all(Object.values(boxes).map(box => box.stop()))
})

const bare = Object.entries(BARE).map(([name, { has, missing }]) => ({ name, has, missing }))
describe.each(bare)('a host with $has', ({ name, missing }) => {
  test('takes files, runs, shows output, gives back results, stops, and says what it lacks', async () => {
    for (const tool of ['tmux', 'rsync', 'git'])
      expect({ tool, isTold: new RegExp(`${name}: ${tool}: .*\\n.*apt install ${tool}`).test(doctor) }).toEqual({
        tool,
        isTold: missing.includes(tool),
      })
    await everythingWorks(product, name, !missing.includes('tmux'))
  })
})

test('attaching where tmux is missing shows the output, and says why it is no terminal', async () => {
  const pane = Pane.open({ env: product.env, columns: 120 })
  pane.line(`${DROVER} push -n --on no-tmux -- 'echo here; sleep 1000'; echo "code $?"`)
  await pane.sees('runs without a terminal: tmux is not installed on no-tmux')
  await pane.sees(/^here/m)
  const [job] = await product.jobs()
  const second = Pane.open({ env: product.env, columns: 120 })
  second.line(`${DROVER} attach ${job?.id}`)
  await second.sees(/^here/m)
  second.keys('C-c')
  await second.sees(/^\^C\n[#$]/m)
  expect(await product.job(job?.id ?? '')).toMatchObject({ state: 'running', hasTerminal: false })
  pane.keys('C-c')
  await pane.sees('code 130')
})

test.each(HIDDEN)('a host whose PATH lacks %s is none the worse: it is found where it lies', async tool => {
  const folder = newFolder(product, `project-for-${tool}`)
  expect(await product.drover(['push', '--on', tool, '--', 'cat sub/deep'], { cwd: folder })).toMatchObject({
    code: 0,
    stdout: 'deep\n',
  })
})

test('a host whose tmux and rsync hang runs jobs, takes files, and says which tools do not answer', async () => {
  const { product } = await ground({
    path: dir => {
      const tools = join(dir, 'hanging')
      mkdirSync(tools)
      // The agent waits for them by a clock of ten seconds a strike, which here goes five times as fast.
      const scripts = { tmux: 'sleep 1000', rsync: 'sleep 1000', sleep: '[ "$1" != 10 ] || set -- 2; exec /bin/sleep "$@"' }
      for (const [tool, script] of Object.entries(scripts))
        writeFileSync(join(tools, tool), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      return `${tools}:/usr/local/bin:/usr/bin:/bin`
    },
  })
  const { stdout } = await product.drover(['doctor'])
  for (const tool of ['tmux', 'rsync']) expect(stdout).toMatch(new RegExp(`box: ${tool}: does not answer there`))
  await everythingWorks(product, 'box', false)
  const [id] = (await product.drover(['push', '-d', '-n', '--on', 'box', '--', 'true'])).stdout.split('\n')
  const reason = 'runs without a terminal: tmux does not answer on box'
  expect(await product.reaches(id ?? '', 'ended')).toMatchObject({ hasTerminal: false, reason })
})

describe('this machine', () => {
  test('without tmux and rsync runs jobs and sends folders, and says what it lacks', async () => {
    const { product } = await ground({}, ['tmux', 'rsync'])
    const { stdout } = await product.drover(['doctor'])
    for (const tool of ['tmux', 'rsync']) expect(stdout).toMatch(new RegExp(`${tool}: .*\\n.*apt install ${tool}`))
    await everythingWorks(product, 'box', true)
    await everythingWorks(product, 'local', false)
  })

  test('without git still runs commands, and names git where a folder is to be sent', async () => {
    const { product } = await ground({}, ['git'])
    expect((await product.drover(['doctor'])).stdout).toMatch(/git: .*\n.*apt install git/)
    expect(await product.drover(['push', '-n', '--on', 'box', '--', 'echo fine'])).toMatchObject({ code: 0, stdout: 'fine\n' })
    const folder = newFolder(product, 'project')
    expect(await product.drover(['push', '--on', 'box', '--', 'ls'], { cwd: folder })).toMatchObject({ code: 0, stdout: 'sub\n' })
    writeFileSync(join(folder, '.gitignore'), 'ignored\n')
    const { code, stderr } = await product.drover(['push', '--on', 'box', '--', 'true'], { cwd: folder })
    expect(code).toBe(125)
    expect(stderr).toMatch(/git is needed to know what .*project ignores/)
    expect(stderr).toMatch(/apt(-get)? install git/)
  })

  test('without ssh says so where a host is added, and runs jobs on local', async () => {
    const product = await startProduct({}, { path: home => toolsWithout(home, ['ssh', 'ssh-keygen']) })
    const { code, stderr } = await product.drover(['host', 'add', 'me@192.0.2.1'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/ssh.*openssh-client|openssh-client.*ssh/s)
    expect(await product.drover(['push', '-n', '--on', 'local', '--', 'echo fine'])).toMatchObject({ code: 0, stdout: 'fine\n' })
  })
})

test.each(Object.entries(SHELLS))('a login shell of %s whose profile chatters', async (shell, profiles) => {
  const box = boxes[shell]
  for (const profile of profiles) {
    const path = join(box?.home ?? '', profile)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${NOISE.replace(shell === 'tcsh' ? / ?; echo "more of it" >&2/ : /^$/, '')}\n`)
  }
  box?.cutConnections()
  await everythingWorks(product, shell, true)
  expect((await product.drover(['push', '-n', '--no-tty', '--on', shell, '--', 'echo', '$HOME', "it's"])).stdout).toMatch(
    /(^|\n)\$HOME it's\n$/,
  )
  expect((await product.drover(['push', '-n', '--no-tty', '--on', shell, '--', 'echo "$SHELL"'])).stdout).toMatch(
    new RegExp(`(^|\\n)${pathOf(shell)}\n$`),
  )
})

/** What a person does with a host in a day. */
async function everythingWorks(product: Product, host: string, hasTerminal: boolean): Promise<void> {
  const folder = newFolder(product, `project-for-${host}`)
  const push = (...args: string[]) => product.drover(['push', '--on', host, ...args], { cwd: folder })
  writeFileSync(join(folder, 'data'), 'one\n')
  expect((await push('--', 'cat data sub/deep')).stdout).toMatch(/(^|\n)one\ndeep\n$/)
  writeFileSync(join(folder, 'data'), 'two\n')
  const made = await push('--pull', 'made*', '--', 'cat data; echo result >made.txt; exit 4')
  expect(made).toMatchObject({ code: 4, stdout: expect.stringMatching(/(^|\n)two\n$/) })
  expect(readFileSync(join(folder, 'made.txt'), 'utf8')).toBe('result\n')

  const id = (
    await product.drover(['push', '-d', '-n', '--on', host, '--', 'test -t 1 && echo yes; echo ends; exit 6'])
  ).stdout.trim()
  expect(await product.reaches(id, 'ended')).toMatchObject({ exitCode: 6, hasTerminal })
  const log = (await product.drover(['logs', id])).stdout.replaceAll('\r', '')
  expect(log).toMatch(hasTerminal ? /(^|\n)yes\nends\n$/ : /(^|\n)ends\n$/)

  const running = await product.running(['-n', '--on', host, '--', 'echo up; exec sleep 1000'])
  const follower = product.begin(['logs', '-f', running], { input: '' })
  await waitFor(() => follower.output.stdout.includes('up'), { what: 'its output' })
  await product.call('job.stop', { job: running })
  expect(await follower.done).toMatchObject({ code: 0 })
  expect(await product.job(running)).toMatchObject({ outcome: 'stopped' } satisfies Partial<JobView>)
  await product.call('job.remove', { job: running })
  const { hosts } = await product.call('disk.gc', { host, olderThanMs: 0 })
  expect(hosts).toMatchObject([{ host, error: null }])
}

async function ground(options: SshdOptions, missingHere: string[] = []): Promise<{ product: Product; box: Sshd }> {
  const box = await startSshd(options)
  const product = await startProduct({ box }, missingHere.length > 0 ? { path: home => toolsWithout(home, missingHere) } : {})
  return { product, box }
}

function withShell(path: string): SshdOptions {
  return { env: { SHELL: path }, extraConfig: [`ForceCommand exec ${path} -c "$SSH_ORIGINAL_COMMAND"`] }
}

function pathOf(shell: string): string {
  const path = execFileSync('sh', ['-c', `command -v ${shell} || true`], { encoding: 'utf8' }).trim()
  if (path === '') throw new Error(`${shell} is not installed: apt-get install ${shell}`)
  return path
}

function newFolder(product: Product, name: string): string {
  const folder = join(product.home.dir, name)
  mkdirSync(join(folder, 'sub'), { recursive: true })
  writeFileSync(join(folder, 'sub/deep'), 'deep\n')
  return folder
}

/** A PATH with what busybox brings, and these programs of Debian's. */
function busyboxTools(dir: string, others: readonly string[]): string {
  const folder = join(dir, 'busybox')
  mkdirSync(folder)
  for (const applet of execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n'))
    symlinkSync('/bin/busybox', join(folder, applet))
  for (const name of others) symlinkSync(`/usr/bin/${name}`, join(folder, name))
  return folder
}
