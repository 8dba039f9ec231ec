/** The browser that draws: Debian's Chromium, started with the app and ended with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { Cdp } from './cdp.ts'

let child: ChildProcess | undefined
let started: Promise<Cdp> | undefined

/** @param profile the folder for what Chromium keeps */
export function startChromium(profile: string): Promise<Cdp> {
  started ??= start(profile)
  return started
}

export function chromium(): Promise<Cdp> {
  if (!started) throw new Error('stand-in: there is no window before the app is ready')
  return started
}

export async function endChromium(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise(resolve => child?.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

async function start(profile: string): Promise<Cdp> {
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--no-startup-window']
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--password-store=basic']
  const own = ['--remote-debugging-port=0', `--user-data-dir=${join(profile, 'chromium')}`]
  // In a group of its own: a Ctrl+C is the app's to answer.
  const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe']
  const program = spawn('/usr/bin/chromium', [...args, ...quiet, ...own], { stdio, detached: true })
  child = program
  process.once('exit', () => program.kill('SIGKILL'))
  const url = await new Promise<string>((resolve, reject) => {
    let errors = ''
    program.once('error', reject)
    program.once('exit', code => reject(new Error(`stand-in: Chromium ended with ${code}: ${errors}`)))
    program.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = `${errors}${text}`.slice(-10_000)
      const found = /DevTools listening on (ws:\S+)/.exec(errors)?.[1]
      if (found) resolve(found)
    })
  })
  const cdp = await Cdp.connect(url)
  await cdp.browser.send('Target.setDiscoverTargets', { discover: true })
  // What a page opens by itself is told of to the app, which has the word; no such window is drawn.
  cdp.browser.on('Target.targetCreated', ({ targetInfo: { openerId, targetId } }) => {
    if (openerId) void cdp.browser.send('Target.closeTarget', { targetId }).catch(() => undefined)
  })
  // What Playwright waits for.
  process.stderr.write(`DevTools listening on ${url}\n`)
  return cdp
}
