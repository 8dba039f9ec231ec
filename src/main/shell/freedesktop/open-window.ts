/** Opens the window in a browser of the person's desktop. It owns the redirect files; the browser is nobody's child. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { DISPLAY_VARIABLES, type Display } from '../../../shared/contract.ts'
import { signInUrl } from '../../../shared/sign-in.ts'
import { within } from '../../within.ts'
import type { WindowRequest, WindowResult } from '../shell.ts'
import { type Candidate, candidates } from './browsers.ts'
import { removeRedirect, writeRedirect } from './redirect-file.ts'

export type Desktop = {
  env: NodeJS.ProcessEnv
  /** Where redirect files stand: a 0700 folder of ours. */
  folder: string
}

/** What ends with an error before this was not able to start. The page signs in sooner, mostly. */
const START_MS = 2_000

/** Settles when the page is there, or when a program runs and it may come yet. Never rejects for what the desktop lacks. */
export async function openWindow(
  { display, serve, route, issueToken }: WindowRequest,
  { env, folder }: Desktop,
): Promise<WindowResult> {
  if (!display.DISPLAY && !display.WAYLAND_DISPLAY) return { openedWith: null, isShown: false, problem: null }
  const address = await serve()
  const { promise: signedIn, resolve: hasSignedIn } = Promise.withResolvers<'signed in'>()
  const name = randomBytes(9).toString('base64url')
  let path: string | undefined
  const remove = () => {
    if (path !== undefined) removeRedirect(path)
  }
  const token = issueToken(() => {
    remove()
    hasSignedIn('signed in')
  })
  try {
    path = writeRedirect(folder, name, signInUrl({ address, token, route }))
    const failures: string[] = []
    for (const candidate of candidates(pathToFileURL(path).href, env.PATH ?? '', display)) {
      const became = await start(candidate, environment(env, display), signedIn)
      if (!('failure' in became)) return { openedWith: candidate.name, isShown: became.isShown, problem: null }
      failures.push(became.failure)
    }
    remove()
    return notOpened(failures)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return notOpened([`The file that leads a browser to the window could not be written (${why})`])
  }
}

type Start = { isShown: boolean } | { failure: string }

/** What it has become: the page has signed in, it runs, it has handed the page on and ended well, or it has failed. */
async function start({ name, program, args }: Candidate, env: NodeJS.ProcessEnv, signedIn: Promise<'signed in'>): Promise<Start> {
  const child = spawn(program, args, { env, cwd: '/', detached: true, stdio: 'ignore' })
  child.unref()
  const failed = new Promise<string>(resolve => {
    child.once('error', error => resolve(`${name} could not be started (${error.message})`))
    child.once('exit', (code, signal) => {
      if (code !== 0) resolve(`${name} ended at once (${signal ?? `exit code ${code}`})`)
    })
  })
  const first = await within<string | null>(Promise.race([signedIn, failed]), START_MS, () => null)
  return first === null || first === 'signed in' ? { isShown: first !== null } : { failure: first }
}

function notOpened(failures: readonly string[]): WindowResult {
  const problem =
    failures.length === 0
      ? 'No browser was found here. Install Chromium, or set BROWSER to the browser you have'
      : `${failures.join('; ')}. Start a browser by hand, and open the address in it`
  return { openedWith: null, isShown: false, problem }
}

/** The core may have been started on another display, or on none. */
function environment(env: NodeJS.ProcessEnv, display: Display): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !DISPLAY_VARIABLES.some(variable => variable === name))
  return { ...Object.fromEntries(own), ...display }
}
