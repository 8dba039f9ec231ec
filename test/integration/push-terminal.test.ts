/** `drover push` with a person at it: the built product, a host behind a real sshd, a terminal that is typed into and looked at. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { type Gate, makeGate } from '../helpers/gate.ts'
import type { Pane } from '../helpers/pane.ts'
import { expectAsBefore, sitDown, stateAtPrompt } from '../helpers/person.ts'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { toolsWithout } from '../helpers/tools.ts'
import { waitFor } from '../helpers/wait.ts'

let box: Sshd
/** It has no rsync, and its tar can be made to wait. */
let slow: Sshd
let tar: Gate
let product: Product
beforeAll(async () => {
  box = await openSshd()
  slow = await openSshd({ path: dir => `${join(dir, 'gate')}:${toolsWithout(dir, ['rsync'])}` })
  tar = makeGate(join(slow.dir, 'gate'), 'tar')
  product = await openProduct({ box, slow })
  await product.drover(['host', 'default', 'box'])
})
afterAll(async () => {
  await product.close()
  await Promise.all([box.stop(), slow.stop()])
})

/** The job that was pushed last. */
async function lastJob(): Promise<JobView & { short: string }> {
  const [job] = await product.jobs()
  if (job === undefined) throw new Error('There is no job')
  return { ...job, short: job.id.slice(0, 8) }
}

function push(pane: Pane, program: string, flags = '-n'): void {
  pane.line(`clear; drover push ${flags} -- '${program}'; echo "code $?"`)
}

describe('screen by screen', () => {
  test('the job with its status bar, keys, sizes, its end, any key, the summary', async () => {
    const pane = sitDown(product, { columns: 100, rows: 20 })
    const before = await stateAtPrompt(pane)
    const program = 'echo hello; stty size; read x; echo "got $x"; stty size; read x; exit 3'
    push(pane, program)
    const rows = (await pane.sees('[running]')).split('\n')
    const { id, short } = await lastJob()
    expect(rows.slice(0, 2)).toEqual(['hello', '19 100'])
    expect(rows.at(-1)).toMatch(new RegExp(`^p-${short}  box  ${program.slice(0, 20)}.*  \\[running\\]  0:00:0\\d$`))
    pane.type('hällo 日')
    await pane.sees(/^hällo 日$/m)
    pane.resize(80, 12)
    await waitFor(() => pane.screen().split('\n').length === 12, { what: 'the bar on the new last row' })
    pane.line('本')
    await pane.sees(/^got hällo 日本\n11 80/m)
    pane.line('')
    const end = (await pane.sees('[done 3]')).split('\n')
    expect(end.slice(-2)).toEqual([
      '--- Job done [exit 3]. Press any key to detach. ---',
      expect.stringMatching(new RegExp(`^p-${short}  box  .*\\[done 3\\]  0:00:`)),
    ])
    pane.keys('Space')
    expect(await pane.sees('code 3')).toMatch(new RegExp(`^done \\[3\\] in 0:00:\\d\\d on box \\(id ${short}\\)\\ncode 3`, 'm'))
    await expectAsBefore(pane, before)
    const { stdout } = await product.drover(['logs', id])
    expect(stdout).toBe('hello\r\n19 100\r\nhällo 日本\r\ngot hällo 日本\r\n11 80\r\n\r\n')
  })

  test('the first push of a folder shows how far it is, is cancelled by Ctrl+C, and goes on at the next one', async () => {
    const folder = join(product.home.dir, 'big')
    mkdirSync(folder)
    for (let index = 0; index < 100; index++) writeFileSync(join(folder, `${index}`), Buffer.alloc(200_000, index))
    tar.hold()
    const pane = sitDown(product, { columns: 100, rows: 20, cwd: folder })
    const before = await stateAtPrompt(pane)
    push(pane, 'ls | wc -l; read x', '--on slow')
    await pane.sees(/^Sending to slow \[[#-]{20}\] \d+ % {2}[\d.]+ (MB|kB) of 20 MB, \d+ of 100 files$/m)
    pane.keys('C-c')
    const cancelled = await pane.sees('code 130')
    expect(cancelled).toContain(`Job ${(await lastJob()).short} was cancelled before it ran`)
    expect(cancelled).toContain('the same push goes on from there')
    expect(cancelled).not.toContain('Sending')
    expect(await lastJob()).toMatchObject({ state: 'ended', outcome: 'cancelled' })
    await expectAsBefore(pane, before)
    tar.release()
    push(pane, 'ls | wc -l; read x', '--on slow')
    expect((await pane.sees('[running]')).split('\n')[0]).toBe('100')
    pane.line('')
    await pane.sees('Press any key')
    pane.keys('x')
    await pane.sees('code 0')
  })

  test('keys go to the program: Ctrl+C, Ctrl+Z, Ctrl+D, arrows, Tab, Escape', async () => {
    const pane = sitDown(product)
    push(pane, 'stty raw -echo; echo ready; dd bs=1 count=9 2>/dev/null | od -An -tx1; stty sane; read x')
    await pane.sees(/^ready/m)
    pane.keys('C-c', 'C-z', 'C-d', 'Up', 'Tab', 'C-\\', 'Escape')
    await pane.sees('03 1a 04 1b 5b 41 09 1c 1b')
    pane.keys('Enter')
    await pane.sees('Press any key')
    pane.keys('Escape')
    await pane.sees('code 0')
  })

  test('Ctrl+C ends a program as its own terminal would, and one that catches it goes on', async () => {
    const pane = sitDown(product)
    push(pane, 'trap "echo caught" INT; echo ready; read x; read x; trap - INT; echo again; exec sleep 1000')
    await pane.sees(/^ready/m)
    pane.keys('C-c')
    await pane.sees('caught')
    expect(await lastJob()).toMatchObject({ state: 'running' })
    pane.keys('Enter', 'Enter')
    await pane.sees(/^again/m)
    pane.keys('C-c')
    await pane.sees('--- Job done [signal INT]. Press any key to detach. ---')
    pane.keys('q')
    expect(await pane.sees('code 130')).toContain('done [SIGINT] in')
    expect(await lastJob()).toMatchObject({ outcome: 'signalled', signal: 'INT' })
  })
})

describe('programs', () => {
  test('one that takes the whole screen gives it back, and its output and the end are below', async () => {
    const pane = sitDown(product, { columns: 80, rows: 16 })
    const before = await stateAtPrompt(pane)
    push(pane, 'seq 500 >numbers; echo begun; less -R numbers; echo done with it')
    await pane.sees(/^numbers$/m)
    expect(pane.screen()).toMatch(/^1\n2\n3\n/)
    pane.keys('Space')
    await pane.sees(/^28\n:/m)
    pane.keys('G')
    await pane.sees(/^500\n\(END\)/m)
    pane.resize(60, 10)
    await pane.sees(/^494\n:\np-/m)
    pane.keys('q')
    const end = await pane.sees('Press any key')
    expect(end).toMatch(/^begun\ndone with it\n\n/)
    pane.keys('q')
    await pane.sees('code 0')
    await expectAsBefore(pane, before)
  })

  test('top runs, obeys its keys, and leaves nothing behind', async () => {
    const pane = sitDown(product)
    const before = await stateAtPrompt(pane)
    push(pane, 'top -d 0.3')
    await pane.sees(/PID +USER/)
    pane.keys('q')
    await pane.sees('Press any key')
    pane.keys('q')
    await pane.sees('code 0')
    await expectAsBefore(pane, before)
  })

  test('a password is not shown, and not in the log', async () => {
    const pane = sitDown(product)
    push(
      pane,
      'printf "Password: "; stty -echo; read secret; stty echo; echo; echo "$(printf %s "$secret" | wc -c) letters"; read x',
    )
    await pane.sees('Password:')
    pane.line('geheim')
    expect(await pane.sees('6 letters')).not.toContain('geheim')
    const { stdout } = await product.drover(['logs', (await lastJob()).id])
    expect(stdout).toBe('Password: \r\n6 letters\r\n')
    pane.line('')
    await pane.sees('Press any key')
    pane.keys('q')
    await pane.sees('code 0')
  })

  test('colours, styles, wide and combining letters arrive as they are; the locale is UTF-8', async () => {
    const pane = sitDown(product, { columns: 80, rows: 10 })
    const styles = '\\033[31mred\\033[0m \\033[1;4mbold\\033[0m \\033[38;5;208mmany\\033[0m'
    push(pane, `printf "${styles}\\n日本語|e\\314\\201|🐑|\\n"; locale charmap; echo "$TERM"; read x`)
    await pane.sees(/UTF-8\ntmux-256color/)
    const [first, second] = pane.coloured().split('\n')
    expect(first).toMatch(/^\x1b\[31mred\x1b\[39m \x1b\[1;4mbold\x1b\[0m.* \x1b\[38;5;208mmany/)
    expect(second).toContain('日本語|e\u0301|🐑|')
    pane.line('')
    await pane.sees('Press any key')
    pane.keys('q')
    await pane.sees('code 0')
  })

  test('what a program leaves switched on is off afterwards', async () => {
    const pane = sitDown(product)
    const before = await stateAtPrompt(pane)
    const modes =
      '\\033[?1000h\\033[?1002h\\033[?1003h\\033[?1006h\\033[?2004h\\033[?1h\\033=\\033[?25l\\033[?1049h\\033[41;5m\\033[4h'
    push(pane, `printf "${modes}"; echo ready; read x; exit 1`)
    await pane.sees('ready')
    pane.line('')
    await pane.sees('[done 1]')
    pane.keys('q')
    await pane.sees('code 1')
    await expectAsBefore(pane, before)
  })
})

describe('Ctrl+C that detaches', () => {
  test.each(['--detach-on-ctrl-c', 'the config'])('as %s says', async how => {
    const config = join(product.home.dir, '.config/drover/config.yaml')
    const old = readFileSync(config, 'utf8')
    const isSet = await product.drover(['config', 'set', 'detach_on_ctrl_c', how === 'the config' ? 'true' : 'false'])
    expect(isSet).toMatchObject({ code: 0 })
    const pane = sitDown(product)
    const before = await stateAtPrompt(pane)
    push(pane, 'trap "echo caught" INT; echo ready; read x; exit 5', how === 'the config' ? '-n' : `-n ${how}`)
    await pane.sees(/^ready/m)
    pane.keys('C-c')
    const { short } = await lastJob()
    await pane.sees(`Left running on box (id ${short}). Come back: drover attach ${short}`)
    await pane.sees('code 0')
    await expectAsBefore(pane, before)
    writeFileSync(config, old)
    const { stdout } = await product.drover(['logs', short])
    expect(stdout).toBe('ready\r\n')
    expect(await lastJob()).toMatchObject({ state: 'running' })
  })
})

test('this machine without tmux: the job runs without a terminal, and says so', async () => {
  const bare = await startProduct({}, { path: home => toolsWithout(home, ['tmux']) })
  await bare.drover(['status'])
  const pane = sitDown(bare, { env: { PATH: process.env.PATH ?? '' } })
  pane.line(`drover push -n -- 'test -t 1 || echo none; exit 4'; echo "code $?"`)
  const screen = await pane.sees('code 4')
  expect(screen).toMatch(/^\[.*tmux.*\]\nnone\ndone \[4\] in 0:00:0\d on local \(id [0-9a-f]{8}\)\ncode 4/m)
})

describe('by the name p', () => {
  test('p -- CMD and p WORKER -n -- CMD attach, show p’s bar, end and summary; p’s verbs find the job', async () => {
    const folder = join(product.home.dir, 'for-p')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'mine'), 'of the folder')
    const pane = sitDown(product, { columns: 100, rows: 20, cwd: folder })
    const before = await stateAtPrompt(pane)
    pane.line(`clear; p -- 'cat mine; echo; read x'; echo "code $?"`)
    const rows = (await pane.sees('[running]')).split('\n')
    expect(rows[0]).toBe('of the folder')
    const { short } = await lastJob()
    expect(rows.at(-1)).toMatch(new RegExp(`^p-${short}  box  cat mine; echo; read x  \\[running\\]  0:00:0\\d$`))
    pane.keys('C-b', 'd')
    await pane.sees(`Come back: p attach ${short}`)
    pane.line('clear; p ls')
    // Not the line of before, which says "Left running" until the screen is cleared.
    const table = (await pane.sees(/^ID [\s\S]*running/)).split('\n')
    expect(table[0]).toMatch(/^ID +WORKER +CWD +COMMAND +STATUS +DURATION$/)
    expect(table[1]).toMatch(new RegExp(`^${short} +box +~/for-p +cat mine; echo; read x +running +0:00:\\d\\d$`))
    pane.line(`clear; p attach ${short.slice(0, 6)}; echo "then $?"`)
    await pane.sees(/^of the folder/m)
    pane.line('')
    await pane.sees('--- Job done [exit 0]. Press any key to detach. ---')
    pane.keys('x')
    await pane.sees(/^done \[0\] in 0:00:\d\d on box[\s\S]*then 0/m)
    await expectAsBefore(pane, before)
    pane.line(`clear; p slow -n -- sh -c 'ls; echo "$1"; exit 6' x 'two  words'; echo "code $?"`)
    expect(await pane.sees('--- Job done [exit 6]')).toMatch(/^two {2}words\n/)
    pane.keys('x')
    await pane.sees(/on slow[\s\S]*code 6/)
    pane.line(`clear; p attach ${(await lastJob()).short}; echo "code $?"`)
    expect(await pane.sees('code 125')).toContain(`logs ${(await lastJob()).short}`)
  })
})
