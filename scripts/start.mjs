/**
 * `npm start`: installs and builds what is missing or old, then runs Drover in the foreground: in Electron where it is or can be had, else
 * its core, with the window in a browser. `--headless`: the core alone, without a window.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { findElectron } from './electron.mjs'
import { build, install, ownNode, requireNode, root, stop, tryRun } from './project.mjs'

const ALREADY_RUNNING = 75
/** As in src/shared/node-flags.ts, which says why. */
const CORE_FLAGS = ['--no-concurrent-recompilation', '--no-concurrent-sparkplug', '--max-semi-space-size=2']
/** As in src/shared/core-memory.ts, which says why. */
const CORE_MEMORY = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '1048576' }
/** An Electron that this system cannot run dies by a signal, before its first window. */
const CRASHES = ['SIGTRAP', 'SIGABRT', 'SIGSEGV', 'SIGILL', 'SIGBUS']
const CRASH_MS = 10_000

requireNode()
const words = process.argv.slice(2)
const wrong = words.find(word => word !== '--headless')
if (wrong !== undefined) stop(`npm start takes only: npm start -- --headless`)
install()
build()
if (words.includes('--headless')) startCore({ withWindow: false })
else await start()

async function start() {
  const { program, reason } = await findElectron({ say: console.log })
  if (program) startElectron(program)
  else {
    console.log(`The window is a browser’s: ${reason}.`)
    startCore({ withWindow: true })
  }
}

function startElectron(program) {
  const startedAt = Date.now()
  const electron = spawn(program, [root], { stdio: 'inherit' })
  passSignals(electron)
  const showInBrowser = why => {
    console.log(`The window is a browser’s: Electron ${why}.`)
    startCore({ withWindow: true })
  }
  electron.once('error', error => showInBrowser(`could not be started (${error.message})`))
  electron.once('exit', (code, signal) => {
    if (CRASHES.includes(signal) && Date.now() - startedAt < CRASH_MS)
      showInBrowser(`ended at once (${signal}), with the words above`)
    else process.exit(code ?? 1)
  })
}

function startCore({ withWindow }) {
  const core = spawn(ownNode(), [...CORE_FLAGS, join(root, 'out/main/headless.js'), '--foreground'], {
    cwd: '/',
    env: { ...CORE_MEMORY, ...process.env },
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  passSignals(core)
  core.stdout.setEncoding('utf8').on('data', text => {
    if (!text.startsWith('drover core ready')) process.stdout.write(text)
    else sayWhatNext(withWindow)
  })
  let errors = ''
  core.stderr.setEncoding('utf8').on('data', text => {
    errors += text
  })
  core.on('close', (code, signal) => {
    if (code === ALREADY_RUNNING) return showRunning(withWindow)
    process.stderr.write(errors)
    process.exit(code ?? (signal ? 1 : 0))
  })
}

/** A Ctrl+C reaches both of us; it ends in order, and we with it. A signal sent to us alone is passed on. */
function passSignals(child) {
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
}

function sayWhatNext(withWindow) {
  const drover = join(root, 'bin/drover')
  console.log(`
Drover runs. In another terminal:

  export PATH="${join(root, 'bin')}:$PATH"    # so that \`drover\` is found
  drover host add USER@HOST            # a machine you reach by ssh; this one is there already, as local
  cd some/folder && drover push -- make

The command line is ${drover}; without it in PATH call it by that name.
More: drover help, drover status, drover doctor, drover open. Stop Drover with Ctrl+C: jobs go on on their hosts.
`)
  if (withWindow) spawn(drover, ['open'], { stdio: ['ignore', 'inherit', 'inherit'] })
}

function showRunning(withWindow) {
  console.log('Drover runs already:\n')
  const drover = join(root, 'bin/drover')
  const { status } = tryRun(drover, ['status'])
  if (withWindow) tryRun(drover, ['open'])
  console.log('\nStop it with: drover daemon stop')
  process.exit(status ?? 1)
}
