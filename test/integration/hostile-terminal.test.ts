/** Jobs, folders and hosts that would like to act on the person's terminal: what of theirs gets there, and in which form. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { LocalTransport } from '../../src/main/hosts/local-transport.ts'
import { shellJoin } from '../../src/shared/shell-quote.ts'
import { drawTerminal } from '../helpers/drawn-terminal.ts'
import { expectAsBefore, sitDown, stateAtPrompt } from '../helpers/person.ts'
import { DROVER, openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

/** Clears the screen, sets title and clipboard, turns the mouse on and the reading direction round, and answers for the person. */
const EVIL = '\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[?1000h\x1b[8m\u202e\x9b31m\x1bP$q\x1b\\'
const EVIL_OCTAL = EVIL.replace(/[^ -[\]-~]/gu, unsafe =>
  [...Buffer.from(unsafe)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
)

let box: Sshd
/** Its tmux says evil things. */
let evil: Sshd
let product: Product
beforeAll(async () => {
  box = await openSshd()
  evil = await openSshd({
    path: dir => {
      const folder = join(dir, 'evil')
      mkdirSync(folder)
      writeFileSync(join(folder, 'tmux'), `#!/bin/sh\nprintf 'tmux ${EVIL_OCTAL}3.3a evil\\n'\ntest "$1" = -V\n`, { mode: 0o755 })
      return `${folder}:${process.env.PATH}`
    },
  })
  product = await openProduct({ box, evil })
  await product.drover(['host', 'default', 'box'])
})
afterAll(async () => {
  await product.close()
  await Promise.all([box.stop(), evil.stop()])
})

test('a job at its terminal reaches neither title nor clipboard of whoever looks, nor what lies behind tmux', async () => {
  const program = `printf '${EVIL_OCTAL}\\033Ptmux;\\033\\033]52;c;eA==\\007\\033\\\\ready'; exec sleep 1000`
  const id = await product.running(['-n', '--', program])
  const local = new LocalTransport(product.env)
  onTestFinished(() => local.close())
  const size = { columns: 80, rows: 24 }
  const terminal = { ...size, term: 'xterm-256color' }
  const drawn = drawTerminal(await local.exec(`exec ${shellJoin([DROVER, 'attach', id])}`, { lane: 'stream', terminal }), size)
  await waitFor(() => drawn.text().some(row => row.includes('running')), { what: 'the status bar' })
  const received = drawn.received().toString('latin1')
  for (const sequence of ['\x1b]52;', '\x1b]0;', '\x1b]2;', '\x1bP', '\x9b'])
    expect(received.includes(sequence), JSON.stringify(sequence)).toBe(false)
})

test('its log is given raw, with nothing of ours in it', async () => {
  const id = await product.running(['-n', '--', `printf '${EVIL_OCTAL}done'; exec sleep 1000`])
  await product.drover(['stop', id])
  for (const flags of [[], ['-f'], ['-n', '1']]) {
    expect(await product.drover(['logs', ...flags, id])).toEqual({ code: 0, stdout: `${EVIL}done`, stderr: '' })
  }
})

test('command, folder and variables in lists, bars, summaries and errors are shown, not obeyed', async () => {
  const folder = join(product.home.dir, `folder${EVIL.replaceAll('/', '')}\nnext`)
  mkdirSync(folder)
  const pane = sitDown(product, { columns: 200, rows: 20, cwd: folder })
  const before = await stateAtPrompt(pane)
  const title = pane.ask('pane_title')
  writeFileSync(join(product.home.dir, 'run.sh'), `drover push -n -- "true '${EVIL}'; exit 3"; echo "code $?"`)
  pane.line('clear; sh ~/run.sh')
  await pane.sees('Press any key')
  pane.keys('q')
  await pane.sees('code 3')
  await expectAsBefore(pane, before)
  for (const verb of ['ls', 'ls --json', 'why', 'rerun -d']) {
    const [job] = await product.jobs()
    pane.line(`clear; drover ${verb} ${verb.startsWith('ls') ? '' : job?.id}; echo "code $?"`)
    const screen = await pane.sees('code 0')
    if (verb === 'ls') expect(screen).toContain("true '\\e[2J\\e]0;owned\\x07\\e]52;c;b3duZWQ=")
    await expectAsBefore(pane, before)
  }
  expect(pane.ask('pane_title')).toBe(title)
})

test('what a host says of itself and of its failure is shown, not obeyed', async () => {
  const pane = sitDown(product, { columns: 160, rows: 30 })
  const before = await stateAtPrompt(pane)
  const title = pane.ask('pane_title')
  pane.line(`clear; drover push -n --on evil -- true; echo "code $?"`)
  const failed = await pane.sees('code 125')
  expect(failed).toMatch(
    /error: Job [0-9a-f]{8} could not start: tmux could not open its terminal: tmux \\e\[2J\\e\]0;owned\\x07/,
  )
  await expectAsBefore(pane, before)
  for (const verb of [
    'host ls',
    'host ls -c',
    'host test evil',
    'doctor',
    'ls',
    'status',
    `why ${(await product.jobs())[0]?.id}`,
  ]) {
    pane.line(`clear; drover ${verb}; echo "code $?"`)
    await pane.sees(/code \d/)
    await expectAsBefore(pane, before)
  }
  expect(pane.ask('pane_title')).toBe(title)
})
