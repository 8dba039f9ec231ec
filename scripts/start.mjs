/** `npm start`: installs and builds what is missing or old, then runs Drover in the foreground. `--headless`: the core alone, without a window. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, install, ownNode, requireNode, root, stop, tryRun } from './project.mjs'

const ALREADY_RUNNING = 75
/** As in src/shared/node-flags.ts, which says why. */
const CORE_FLAGS = ['--no-concurrent-recompilation', '--no-concurrent-sparkplug', '--max-semi-space-size=2']
/** As in src/shared/core-memory.ts, which says why. */
const CORE_MEMORY = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '1048576' }

requireNode()
// So far there is nothing but the core: `--headless` is what happens anyway.
const wrong = process.argv.slice(2).find(word => word !== '--headless')
if (wrong !== undefined) stop(`npm start takes only: npm start -- --headless`)
install()
build()
startCore()

function startCore() {
  const core = spawn(ownNode(), [...CORE_FLAGS, join(root, 'out/main/headless.js'), '--foreground'], {
    cwd: '/',
    env: { ...CORE_MEMORY, ...process.env },
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  // A Ctrl+C reaches both of us; the core ends in order, and we with it. A signal sent to us alone is passed on.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => core.kill(signal))
  core.stdout
    .setEncoding('utf8')
    .on('data', text => (text.startsWith('drover core ready') ? sayWhatNext() : process.stdout.write(text)))
  let errors = ''
  core.stderr.setEncoding('utf8').on('data', text => {
    errors += text
  })
  core.on('close', (code, signal) => {
    if (code === ALREADY_RUNNING) return showRunning()
    process.stderr.write(errors)
    process.exit(code ?? (signal ? 1 : 0))
  })
}

function sayWhatNext() {
  const drover = join(root, 'bin/drover')
  console.log(`
Drover runs. In another terminal:

  export PATH="${join(root, 'bin')}:$PATH"    # so that \`drover\` is found
  drover host add USER@HOST            # a machine you reach by ssh; this one is there already, as local
  cd some/folder && drover push -- make

The command line is ${drover}; without it in PATH call it by that name.
More: drover help, drover status, drover doctor. Stop Drover with Ctrl+C: jobs go on on their hosts.
`)
}

function showRunning() {
  console.log('Drover runs already:\n')
  const { status } = tryRun(join(root, 'bin/drover'), ['status'])
  console.log('\nStop it with: drover daemon stop')
  process.exit(status ?? 1)
}
