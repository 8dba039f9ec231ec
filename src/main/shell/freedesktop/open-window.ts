/** Opens the window in a browser of the person's desktop. It owns the redirect files; the browser is nobody's child. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { DISPLAY_VARIABLES, type Display } from '../../../shared/contract.ts'
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

export async function openWindow(
  { display, address, issueToken }: WindowRequest,
  { env, folder }: Desktop,
): Promise<WindowResult> {
  const { promise: redeemed, resolve: hasRedeemed } = Promise.withResolvers<'shown'>()
  let path: string | undefined
  const token = issueToken(() => {
    if (path !== undefined) removeRedirect(path)
    hasRedeemed('shown')
  })
  path = writeRedirect(folder, randomBytes(9).toString('base64url'), `${address}/#token=${token}`)
  const programs = candidates(pathToFileURL(path).href, env.PATH ?? '', display)
  const failures: string[] = []
  for (const candidate of programs) {
    const failure = await start(candidate, environment(env, display), redeemed)
    if (failure === null) return { openedWith: candidate.name, problem: null }
    failures.push(failure)
  }
  removeRedirect(path)
  if (failures.length === 0)
    return { openedWith: null, problem: 'No browser was found here. Install Chromium, or set BROWSER to the browser you have' }
  return { openedWith: null, problem: `${failures.join('; ')}. Start a browser by hand and open the address in it` }
}

/** Null when it runs, has shown the page, or has handed it on and ended well; else what became of it. */
async function start(
  { name, program, args }: Candidate,
  env: NodeJS.ProcessEnv,
  shown: Promise<'shown'>,
): Promise<string | null> {
  const child = spawn(program, args, { env, cwd: '/', detached: true, stdio: 'ignore' })
  child.unref()
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<string | null>(resolve => {
    child.once('error', error => resolve(`${name} could not be started (${error.message})`))
    child.once('exit', (code, signal) => resolve(code === 0 ? null : `${name} ended at once (${signal ?? `exit code ${code}`})`))
    timer = setTimeout(() => resolve(null), START_MS)
  })
  const result = await Promise.race([ended, shown])
  clearTimeout(timer)
  return result === 'shown' ? null : result
}

/** The core may have been started on another display, or on none. */
function environment(env: NodeJS.ProcessEnv, display: Display): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !DISPLAY_VARIABLES.some(variable => variable === name)))
  return { ...own, ...display }
}
