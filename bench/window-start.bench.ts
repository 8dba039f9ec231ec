/**
 * window-start: from `npm start` until the window's page can be used, with everything installed and built, a browser that runs already and
 * has had the page before: npm, the core, its address, the page, and this machine shown as connected. And what the page's code weighs.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { pidsWithEnv, signalAll } from '../test/helpers/processes.ts'
import { freePort } from '../test/helpers/tcp.ts'
import { waitFor, within } from '../test/helpers/wait.ts'
import { againstAim, type BenchRow, median, range } from './bench.ts'
import { epochMicroseconds } from './measure.ts'
import { inBrowser } from './window.ts'

export const names = ['window-start']

const ROOT = join(import.meta.dirname, '..')
const AIM_S = 1.5
const AIM_KB = 350
const RUNS = 10
const WARM_UPS = 2
/** Fonts are not among them: they are packed already, and come when a letter asks for one. */
const PACKED = ['.html', '.js', '.css', '.svg']

export async function bench(): Promise<BenchRow[]> {
  const home = mkdtempSync(join(tmpdir(), 'drover-bench-'))
  mkdirSync(join(home, '.config/drover'), { recursive: true })
  writeFileSync(join(home, '.config/drover/config.yaml'), `web:\n  port: ${await freePort()}\n`)
  try {
    const seconds = await inBrowser(async page => {
      const taken: number[] = []
      for (let run = -WARM_UPS; run < RUNS; run++) {
        const tookS = await start(home, page)
        if (run >= 0) taken.push(tookS)
      }
      return taken
    })
    const { wholeKb, firstKb } = weigh()
    const lower = { better: 'lower' } as const
    return [
      againstAim({
        ...lower,
        name: 'window-start',
        unit: 's',
        aim: AIM_S,
        ours: median(seconds),
        n: RUNS,
        spread: range(seconds),
      }),
      againstAim({
        ...{ ...lower, name: 'window-start:size', unit: 'KB gzipped', aim: AIM_KB, n: 1 },
        ...{ ours: wholeKb, spread: `${Math.round(firstKb)} KB of it before the first terminal` },
      }),
    ]
  } finally {
    await waitFor(() => {
      const left = pidsWithEnv(`DROVER_BENCH=${home}`)
      signalAll(left, 'SIGKILL')
      return left.length === 0
    })
    rmSync(home, { recursive: true, force: true })
  }
}

async function start(home: string, page: Page): Promise<number> {
  const { PATH = '' } = process.env
  const env = { HOME: home, TMPDIR: home, PATH, SHELL: '/bin/sh', LANG: 'C.UTF-8', DROVER_BENCH: home }
  const startedAt = epochMicroseconds()
  // A process group of its own, so that Ctrl+C can be pressed for it.
  const npm = spawn('npm', ['start'], { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(npm, 'close')
  const address = Promise.withResolvers<string>()
  let said = ''
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding('utf8').on('data', text => {
      said += text
      const [url] = /^http:\S+#token=\S+(?=\n)/m.exec(said) ?? []
      if (url !== undefined) address.resolve(url)
    })
  try {
    const url = await within(address.promise, { timeoutMs: 60_000, what: 'the address of npm start' }).catch(cause => {
      throw new Error(`npm start gave no address: ${said}`, { cause })
    })
    await page.goto(url, { waitUntil: 'commit' })
    const usableAt = await page.evaluate(async () =>
      window.bench.epoch(await window.bench.seen({ selector: '.status-bar', text: '^1 of 1 host' })),
    )
    return (usableAt * 1_000 - startedAt) / 1_000_000
  } finally {
    await page.goto('about:blank')
    process.kill(-(npm.pid ?? 0), 'SIGINT')
    await within(closed, { timeoutMs: 30_000, what: 'the end of npm start' })
  }
}

function weigh(): { wholeKb: number; firstKb: number } {
  const folder = join(ROOT, 'out/renderer')
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  let [wholeKb, firstKb] = [0, 0]
  for (const name of globSync('**/*', { cwd: folder }).filter(one => PACKED.includes(extname(one)))) {
    const kb = gzipSync(readFileSync(join(folder, name)), { level: 9 }).length / 1_024
    wholeKb += kb
    // What the page names itself; the rest is asked for later.
    if (name === 'index.html' || page.includes(name)) firstKb += kb
  }
  return { wholeKb, firstKb }
}
