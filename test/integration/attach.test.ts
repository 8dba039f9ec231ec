/** Leaving a job's terminal and coming back: by a key, after a cut, after kill -9 of the core; alone and with others. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pane } from '../helpers/pane.ts'
import { expectAsBefore, sitDown, stateAtPrompt, type TerminalState } from '../helpers/person.ts'
import { descendants, pidsWithEnv, processArguments, signalAll } from '../helpers/processes.ts'
import { openOnBox, type Product } from '../helpers/product.ts'
import type { Sshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

let box: Sshd
let product: Product
let close: () => Promise<void>
beforeAll(async () => {
  ;({ product, box, close } = await openOnBox())
})
afterAll(() => close())

let pane: Pane
let before: TerminalState
beforeEach(async () => {
  pane = sitDown(product)
  before = await stateAtPrompt(pane)
})

/** Pushes at the pane and waits until `ready` is there; gives the id of the job. */
async function pushed(program: string, flags = '-n'): Promise<string> {
  pane.line(`clear; drover push ${flags} -- '${program}'; echo "code $?"`)
  await pane.sees(/^ready/m)
  const [job] = await product.jobs()
  return job?.id.slice(0, 8) ?? ''
}

function attach(at: Pane, id: string): void {
  at.line(`clear; drover attach ${id}; echo "then $?"`)
}

async function leave(at: Pane): Promise<void> {
  at.keys('C-b', 'd')
  await at.sees('Come back: drover attach')
}

async function endsWith(at: Pane, code: number): Promise<void> {
  await at.sees('Press any key')
  at.keys('q')
  await at.sees(new RegExp(`(code|then) ${code}$`, 'm'))
}

/** Types the line until what it does is seen: keys may go nowhere while the link is away. */
async function retyped(at: Pane, line: string, seen: string): Promise<void> {
  await waitFor(
    () => {
      at.line(line)
      return at.sees(seen, 300)
    },
    { timeoutMs: 20_000, what: seen },
  )
}

describe('leaving with Ctrl+B D', () => {
  test('the job goes on; attach shows its screen as it was, with colours, cursor and what came meanwhile', async () => {
    const go = join(box.home, 'go')
    const id = await pushed(
      `printf "ready \\033[1;32mgreen\\033[0m\\n"; until [ -e ${go} ]; do sleep 0.05; done; echo more; printf "here> "; read x; echo "got $x"; exit 7`,
    )
    pane.keys('C-b', 'd')
    const screen = await pane.sees('code 0')
    expect(screen).toContain(`Left running on box (id ${id}). Come back: drover attach ${id}`)
    expect(screen).not.toContain('[detached')
    await expectAsBefore(pane, before)
    writeFileSync(go, '')
    attach(pane, id)
    await pane.sees(/^here>/m)
    expect(pane.coloured()).toMatch(/\x1b\[1(;|m\x1b\[)32mgreen/)
    expect([pane.ask('cursor_x'), pane.ask('cursor_y')]).toEqual(['6', '2'])
    pane.line('back')
    await pane.sees('got back')
    await endsWith(pane, 7)
    expect(pane.screen()).toContain('done [7] in')
    await expectAsBefore(pane, before)
  })

  test('a program on the whole screen is found there again', async () => {
    const id = await pushed('seq 100 >n; echo ready; sleep 0.2; less n', '-n')
    await pane.sees(/^1\n2\n3\n/)
    pane.keys('Space')
    await pane.sees(/^29\n30\n/m)
    const rows = pane.screen().split('\n').slice(0, -1)
    await leave(pane)
    await expectAsBefore(pane, before)
    attach(pane, id)
    await pane.sees(/^29\n30\n/m)
    await pane.sees('[running]')
    expect(pane.screen().split('\n').slice(0, -1)).toEqual(rows)
    pane.keys('q')
    await endsWith(pane, 0)
    await expectAsBefore(pane, before)
  })

  test('one that ends meanwhile shows its end screen once; then attach points to the log, which has no end screen', async () => {
    const go = join(box.home, 'go-end')
    const id = await pushed(`echo ready; until [ -e ${go} ]; do sleep 0.05; done; echo last; exit 9`)
    await leave(pane)
    writeFileSync(go, '')
    await product.reaches(id, 'ended')
    attach(pane, id)
    expect(await pane.sees('--- Job done [exit 9]. Press any key to detach. ---')).toMatch(/^ready\nlast\n/)
    await endsWith(pane, 9)
    attach(pane, id)
    expect(await pane.sees('then 125')).toContain(`drover logs ${id}`)
    expect((await product.drover(['logs', id])).stdout).toBe('ready\r\nlast\r\n')
    expect(readFileSync(join(box.home, '.drover/jobs', (await product.job(id)).id, 'output.log'), 'utf8')).toBe(
      'ready\r\nlast\r\n',
    )
    await expectAsBefore(pane, before)
  })
})

describe('two terminals at once', () => {
  test('both see and type; the size is that of the one last used; one leaves, the other stays', async () => {
    const id = await pushed('stty -echo; echo ready; while read x; do echo "$x at $(stty size)"; done; exit 3')
    const other = sitDown(product, { columns: 60, rows: 14 })
    const otherBefore = await stateAtPrompt(other)
    attach(other, id)
    await other.sees(/^ready/m)
    other.line('one')
    await other.sees('one at 13 60')
    await pane.sees('one at 13 60')
    await retyped(pane, 'two', 'two at 29 100') // tmux resizes four times a second at most.
    await other.sees('two at 29 100')
    await leave(other)
    await expectAsBefore(other, otherBefore)
    await retyped(pane, 'three', 'three at 29 100')
    pane.keys('C-d')
    await endsWith(pane, 3)
    await expectAsBefore(pane, before)
    const { stdout } = await product.drover(['logs', id])
    expect(stdout).toMatch(/^ready\r\none at 13 60\r\n(two at \d+ \d+\r\n)+(three at \d+ \d+\r\n)+$/)
  })

  test('the end is shown at both, and a key at one leaves the other its own', async () => {
    const id = await pushed('echo ready; read x; exit 6')
    const other = sitDown(product, { columns: 60, rows: 14 })
    attach(other, id)
    await other.sees(/^ready/m)
    pane.line('')
    await other.sees('Press any key')
    await endsWith(pane, 6)
    await endsWith(other, 6)
  })
})

describe('a job that is ended by others', () => {
  test('kill -9 of the job is shown as such', async () => {
    const id = await pushed('echo ready; kill -9 $$')
    await pane.sees('--- Job done [signal KILL]. Press any key to detach. ---')
    pane.keys('q')
    expect(await pane.sees('code 137')).toMatch(new RegExp(`^done \\[SIGKILL\\] in 0:00:\\d\\d on box \\(id ${id}\\)$`, 'm'))
    await expectAsBefore(pane, before)
  })

  test('drover stop elsewhere is seen here', async () => {
    const id = await pushed('echo ready; exec sleep 1000')
    expect(await product.drover(['stop', id])).toMatchObject({ code: 0 })
    await pane.sees('--- Job done [signal TERM]. Press any key to detach. ---')
    pane.keys('q')
    expect(await pane.sees('code 143')).toMatch(/^stopped in 0:00:\d\d on box/m)
    await expectAsBefore(pane, before)
  })

  test('kill -9 of its tmux: it is lost, said so, and the terminal is as before', async () => {
    const id = await pushed('printf "\\033[?1049h\\033[?1000h"; echo ready; exec sleep 1000')
    const job = await product.job(id)
    const socket = readFileSync(join(box.home, '.drover/jobs', job.id, 'tmux_socket'), 'utf8').trim()
    signalAll(
      box.pids().filter(pid => processArguments(pid).includes(socket) && processArguments(pid).includes('new-session')),
      'SIGKILL',
    )
    expect(await pane.sees('code 125')).toContain(`Job ${id} was lost on box`)
    await expectAsBefore(pane, before)
    expect(await product.job(id)).toMatchObject({ state: 'ended', outcome: 'lost' })
  })
})

describe('bad days while attached', () => {
  const modes = 'printf "\\033[?1049h\\033[?1000h\\033[?1006h\\033[?2004h\\033[?25l\\033[44m"'

  /** Of a line that is typed as the link comes back it may get the Enter alone: that is not to end it. */
  const answering = 'echo ready; while read x && [ "$x" != over ]; do echo "got $x"; done'

  test('kill -9 of the core: another one is started, and the terminal is there again', async () => {
    const id = await pushed(`${answering}; exit 2`)
    await product.killCore()
    await waitFor(() => product.corePid(), { what: 'another core' })
    await retyped(pane, 'typed', 'got typed')
    pane.line('over')
    await endsWith(pane, 2)
    await expectAsBefore(pane, before)
    expect(await product.job(id)).toMatchObject({ outcome: 'exited', exitCode: 2 })
  })

  test('the link is cut: it is said, and the terminal comes back by itself', async () => {
    await pushed(`${answering}; exit 4`)
    box.cutConnections()
    await retyped(pane, 'typed', 'got typed')
    pane.line('over')
    await endsWith(pane, 4)
    await expectAsBefore(pane, before)
  })

  test.each(['SIGKILL', 'SIGHUP'] as const)(
    '%s to what draws it on the host, and nothing else: the terminal comes back by itself',
    async signal => {
      await pushed(`${answering}; exit 4`)
      const clients = box.pids().filter(pid => processArguments(pid).includes('attach-session'))
      expect(clients.length).toBeGreaterThan(0)
      signalAll(clients, signal)
      await retyped(pane, 'typed', 'got typed')
      pane.line('over')
      await endsWith(pane, 4)
      await expectAsBefore(pane, before)
    },
  )

  test('a host that stays away: what is the matter, Ctrl+C leaves, attach later', async () => {
    const id = await pushed(`${modes}; echo ready; read x; exit 5`)
    await box.kill()
    const said = await pane.sees('Ctrl+C leaves the job running')
    expect(said).toContain('The link to box is lost')
    pane.keys('C-c')
    await pane.sees(`Left running on box (id ${id})`)
    await pane.sees('code 0')
    await expectAsBefore(pane, before)
    await box.restart()
    await product.reaches(id, 'running')
    attach(pane, id)
    await pane.sees(/^ready/m)
    pane.line('')
    await endsWith(pane, 5)
    await expectAsBefore(pane, before)
  })

  test('keys typed while the link is away are lost, not the shell’s; Ctrl+B D leaves as ever', async () => {
    const id = await pushed('echo ready; read x; exit 5')
    await box.kill()
    await pane.sees('Ctrl+C leaves the job running')
    pane.line(':wq; echo d')
    pane.keys('C-d', 'q', 'Enter', 'C-b', 'D')
    const screen = await pane.sees(`Left running on box (id ${id})`)
    expect(screen).not.toMatch(/^d$|wq/m)
    await pane.sees('code 0')
    await box.restart()
    await product.reaches(id, 'running')
  })

  test('a host that takes connections and never answers: Ctrl+C leaves at once', async () => {
    const id = await pushed('echo ready; read x; exit 5')
    const server = descendants(process.pid).filter(pid => processArguments(pid).join(' ').includes(join(box.dir, 'sshd_config')))
    expect(server).toHaveLength(1)
    signalAll(server, 'SIGSTOP')
    try {
      await product.killCore()
      await pane.sees('Ctrl+C leaves the job running')
      // The next core asks the host for the first time, and the terminal with it.
      await waitFor(() => product.corePid(), { what: 'another core' })
      const connecting = async () =>
        (await product.call('host.list', {})).hosts.find(({ name }) => name === 'box')?.state === 'connecting'
      await waitFor(connecting, { what: 'a core that asks the host' })
      pane.keys('C-c')
      await pane.sees(`Left running on box (id ${id})`)
      await expectAsBefore(pane, before)
    } finally {
      signalAll(server, 'SIGCONT')
    }
    await product.reaches(id, 'running')
  })

  test('a job that ends while the link is away is seen to its end: all of its screen, its code', async () => {
    const go = join(box.home, 'go-away')
    await pushed(`echo ready; until [ -e ${go} ]; do sleep 0.05; done; echo last words; exit 6`)
    await box.kill()
    await pane.sees('Ctrl+C leaves the job running')
    writeFileSync(go, '')
    await box.restart()
    expect(await pane.sees('--- Job done [exit 6]', 20_000)).toMatch(/^ready\nlast words\n/)
    await box.kill()
    await pane.sees('Ctrl+C leaves the job running')
    await box.restart()
    expect(await pane.sees('--- Job done [exit 6]', 20_000)).toMatch(/^ready\nlast words\n/)
    pane.keys('Space')
    await pane.sees(/^done \[6\] in/m)
    await pane.sees('code 6')
    await expectAsBefore(pane, before)
  })

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    '%s to the command line: the terminal is as before, the job goes on',
    async signal => {
      const id = await pushed(`${modes}; echo ready; read x; exit 5`)
      const [cli] = descendants(Number(pane.ask('pane_pid'))).filter(pid => processArguments(pid).includes('push'))
      signalAll([cli ?? 0], signal)
      await pane.sees(new RegExp(`code ${{ SIGTERM: 143, SIGHUP: 129, SIGINT: 130 }[signal]}`))
      await expectAsBefore(pane, before)
      expect(await product.job(id)).toMatchObject({ state: 'running' })
    },
  )

  test('a window that is closed leaves the job running', async () => {
    const id = await pushed('echo ready; read x; exit 5')
    pane.close()
    await waitFor(
      () => pidsWithEnv(`DROVER_TEST_PRODUCT=${product.home.dir}`).every(pid => !processArguments(pid).includes('push')),
      {
        what: 'the command line to be gone',
      },
    )
    expect(await product.job(id)).toMatchObject({ state: 'running' })
  })
})
