/** `npm start` of the built product: what it says, what a second one says, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { coreCommand } from '../../src/cli/start-core.ts'
import { CORE_MEMORY } from '../../src/shared/core-memory.ts'
import { pidsWithEnv, processArguments, processText, signalAll } from '../helpers/processes.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor, within } from '../helpers/wait.ts'

const root = join(import.meta.dirname, '../..')

type Started = { child: ChildProcess; output(): string; ended: Promise<number | null> }

function makeHome(more: Record<string, string> = {}): { start(...words: string[]): Started; pids(): number[]; log(): string } {
  const home = temporaryFolder()
  const pids = () => pidsWithEnv(`DROVER_TEST_START=${home}`)
  onTestFinished(async () => {
    await waitFor(() => {
      signalAll(pids(), 'SIGKILL')
      return pids().length === 0
    })
  })
  const env = { HOME: home, TMPDIR: home, PATH: process.env.PATH ?? '', SHELL: '/bin/sh', DROVER_TEST_START: home, ...more }
  const start = (...words: string[]): Started => {
    // A process group of its own, so that a test can press Ctrl+C for it.
    const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...words], { env, cwd: home, detached: true })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => {
        output += text
      })
    }
    return { child, output: () => output, ended: once(child, 'close').then(([code]) => code) }
  }
  return { start, pids, log: () => readFileSync(join(home, '.local/state/drover/core.log'), 'utf8') }
}

test('it says what to type next; a second one shows that it runs; Ctrl+C ends it in order', { timeout: 120_000 }, async () => {
  const { start, pids } = makeHome()
  const first = start('--headless')
  await waitFor(() => first.output().includes('Stop Drover with Ctrl+C'), { timeoutMs: 60_000, what: 'npm start to be ready' })
  expect(first.output()).toContain(`${join(root, 'bin/drover')}`)
  expect(first.output()).toContain('drover push -- make')
  expect(first.output()).toContain('drover host add')

  // What keeps it small is written in two places.
  const commands = pids().map(pid => processArguments(pid).join(' '))
  expect(commands.join('\n')).toContain(coreCommand(process.env).args.slice(0, -1).join(' '))
  const environments = pids().map(processText)
  for (const [name, value] of Object.entries(CORE_MEMORY)) expect(environments.join('\0')).toContain(`${name}=${value}`)

  const second = start()
  expect(await within(second.ended, { timeoutMs: 30_000 })).toBe(0)
  expect(second.output()).toMatch(/Drover runs already[\s\S]*process \d+/)

  process.kill(-(first.child.pid ?? 0), 'SIGINT')
  expect(await within(first.ended)).toBe(0)
  await waitFor(() => pids().length === 0, { what: 'nothing to be left' })
})

test('a signal to it alone ends the core with it', { timeout: 120_000 }, async () => {
  const { start, pids } = makeHome()
  const { child, output, ended } = start('--headless')
  await waitFor(() => output().includes('Stop Drover with Ctrl+C'), { timeoutMs: 60_000, what: 'npm start to be ready' })
  child.kill('SIGTERM')
  expect(await within(ended)).toBe(0)
  await waitFor(() => pids().length === 0, { what: 'nothing to be left' })
})

test('without Electron and without a display it says so, and where a browser can open the window', {
  timeout: 120_000,
}, async () => {
  const { start, pids } = makeHome()
  const { child, output, ended } = start()
  await waitFor(() => /^http:\S+#token=/m.test(output()), { timeoutMs: 60_000, what: 'the address' })
  expect(output()).toMatch(/^The window is a browser’s: there is no display here\.$/m)
  child.kill('SIGTERM')
  expect(await within(ended)).toBe(0)
  await waitFor(() => pids().length === 0, { what: 'nothing to be left' })
})

test('with Electron, for which a stand-in is put here, it opens the window; Ctrl+C ends it in order', {
  timeout: 120_000,
}, async () => {
  const folder = join(root, 'test/helpers/electron-stand-in')
  const { start, pids, log } = makeHome({ ELECTRON_OVERRIDE_DIST_PATH: folder, STAND_IN_NODE: process.execPath })
  const first = start()
  await waitFor(() => log().includes('core ready'), { timeoutMs: 60_000, what: 'its core' })
  const second = start()
  expect(await within(second.ended, { timeoutMs: 30_000 })).toBe(0)
  expect(second.output()).toContain('Drover’s window is open already')
  process.kill(-(first.child.pid ?? 0), 'SIGINT')
  const code = await within(first.ended)
  expect([code, first.output()]).toEqual([0, expect.not.stringContaining('a mistake of ours')])
  await waitFor(() => pids().length === 0, { what: 'nothing to be left' })
})

test('an Electron that this system cannot run gives way to the browser', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'electron'), '#!/bin/sh\necho cannot make a sandbox\nkill -TRAP $$\n', { mode: 0o755 })
  const { start } = makeHome({ ELECTRON_OVERRIDE_DIST_PATH: folder })
  const { child, output, ended } = start()
  await waitFor(() => /^http:\S+#token=/m.test(output()), { timeoutMs: 60_000, what: 'the address' })
  expect(output()).toMatch(/cannot make a sandbox\nThe window is a browser’s: Electron ended at once \(SIGTRAP\)/)
  child.kill('SIGTERM')
  expect(await within(ended)).toBe(0)
})

test('words it does not know are refused', async () => {
  const { output, ended } = makeHome().start('--window')
  expect(await within(ended)).toBe(1)
  expect(output()).toContain('npm start -- --headless')
})
