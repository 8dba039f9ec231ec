/**
 * Entry of Drover in Electron: the same core as headless.ts runs, with a window of its own, from the first start to the last farewell.
 * One of it runs for a person: a second start brings the window of the first to the front.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app, dialog, Menu, session } from 'electron'
import { toErrorBody } from '../shared/errors.ts'
import { VERSION } from '../shared/version.ts'
import { systemPaths } from './config/paths.ts'
import { createCore } from './core.ts'
import { endOnMistakes } from './last-words.ts'
import { ensurePrivateFolder } from './private-files.ts'
import { preloadUrl } from './resources.ts'
import type { RunningCore } from './running-core.ts'
import { guardAll } from './shell/electron/guard.ts'
import { buildMenu } from './shell/electron/menu.ts'
import { claimScheme, servePage } from './shell/electron/page.ts'
import { electronShell, servePorts } from './shell/electron/shell.ts'
import { Window } from './shell/electron/window.ts'
import { leaving } from './shell/leaving.ts'
import { startHeadless } from './start-headless.ts'
import { takeOver } from './take-over.ts'

const HAND_OVER_MS = 15_000
/** Longer than the core gives calls under way. */
const CLOSE_TIMEOUT_MS = 10_000

const { note, fail } = endOnMistakes('window')

/** Before there is a core there is nothing to end in order. */
let leave: (reason: string) => Promise<void> = async () => app.exit(0)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void leave(signal).catch(fail))

const { env } = process
const paths = systemPaths(env)
/** Chromium's profile. Electron's own choice would be the folder of config.yaml. */
const profile = join(dirname(paths.logFile), 'window')
ensurePrivateFolder(profile)
app.setPath('userData', profile)
app.enableSandbox()
claimScheme()
if (app.requestSingleInstanceLock()) void app.whenReady().then(run)
else {
  say('Drover’s window is open already; it was brought to the front')
  app.exit(0)
}

async function run(): Promise<void> {
  const window = new Window({
    preload: fileURLToPath(preloadUrl),
    stateFile: join(profile, 'window.json'),
    warn: (message, error) => note(`${message}: ${error}`),
  })
  const core = await start(window)
  guardAll(session.defaultSession)
  servePage()
  const ports = servePorts(core)
  Menu.setApplicationMenu(buildMenu({ show: hash => window.show(hash) }))
  endInOrder({ core, window, closePorts: () => ports.close() })
  app.on('second-instance', () => window.show())
  app.on('activate', () => window.show())
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  window.show()
}

async function start(window: Window): Promise<RunningCore> {
  try {
    const create = () => createCore({ env, version: VERSION, makeShell: options => electronShell(window, options) })
    return await takeOver({ create, socketPathFile: paths.socketPathFile, timeoutMs: HAND_OVER_MS })
  } catch (cause) {
    const { code, message } = toErrorBody(cause)
    if (code === 'INTERNAL') return fail(cause)
    note(message)
    dialog.showErrorBox('Drover cannot start', message)
    app.exit(1)
    return await new Promise(() => undefined) // The exit is on its way.
  }
}

type Ending = { core: RunningCore; window: Window; closePorts(): void }

function endInOrder({ core, window, closePorts }: Ending): void {
  let step: 'open' | 'asking' | 'closing' | 'closed' = 'open'
  const close = async (reason: string) => {
    if (step === 'closing' || step === 'closed') return
    step = 'closing'
    const { isKept } = core
    const { summary } = leaving(core.work(), isKept)
    setTimeout(() => {
      note(`The core did not close within ${CLOSE_TIMEOUT_MS / 1000} s and is ended`)
      app.exit(1)
    }, CLOSE_TIMEOUT_MS).unref()
    closePorts()
    await core.close(reason)
    if (isKept) startHeadless(env, paths.logFile)
    if (summary) say(summary)
    step = 'closed'
    app.quit()
  }
  leave = close
  app.on('before-quit', event => {
    if (step === 'closed') return
    event.preventDefault()
    if (step !== 'open') return
    step = 'asking'
    void mayLeave(core, window)
      .then(async isSure => {
        if (isSure) await close('the window was quit')
        else if (step === 'asking') {
          step = 'open'
          window.show()
        }
      })
      .catch(fail)
  })
  // Somebody else asked it to end.
  void core.closed.then(() => {
    if (step === 'closing' || step === 'closed') return
    step = 'closed'
    app.quit()
  })
}

async function mayLeave(core: RunningCore, window: Window): Promise<boolean> {
  const { question } = leaving(core.work(), core.isKept)
  if (!question) return true
  const options = {
    type: 'question' as const,
    buttons: ['Quit', 'Stay'],
    defaultId: 1,
    cancelId: 1,
    title: 'Drover',
    ...question,
  }
  const { native } = window
  const { response } = await (native ? dialog.showMessageBox(native, options) : dialog.showMessageBox(options))
  return response === 0
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
