/**
 * terminal:feed: 200 MB into our terminal as they would come from the core, without tmux, against xterm.js by itself on the same page: the
 * same bytes, options and drawing, in turn.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { PageFiles } from '../src/main/api/page-files.ts'
import { against, type BenchRow } from './bench.ts'
import { interleaved } from './measure.ts'
import { inBrowser } from './window.ts'

export const names = ['terminal:feed']

/** Of a megabyte. */
const BLOCKS = 200
const RUNS = 5

export async function bench(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-bench-'))
  const server = createServer((request, response) => {
    if (!files.answer(request, response)) response.writeHead(404).end()
  })
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'feed-page'),
    base: './',
    logLevel: 'error',
    build: { outDir: dir, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  })
  const files = new PageFiles(dir)
  try {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return await inBrowser(async page => {
      await page.goto(`http://127.0.0.1:${port}/`)
      const rate = (tookMs: number) => (BLOCKS / tookMs) * 1_000
      const rates = await interleaved(
        {
          ours: async () => rate(await page.evaluate(blocks => window.feedOurs(blocks), BLOCKS)),
          peer: async () => rate(await page.evaluate(blocks => window.feedXterm(blocks), BLOCKS)),
        },
        { n: RUNS, warmUps: 1 },
      )
      const drawing = (await page.evaluate(() => window.hasGraphicsCard())) ? 'by WebGL' : 'without WebGL: no graphics card'
      const peerCommand = `new Terminal(OPTIONS).write(bytes), with unicode11, ${drawing}`
      return [against({ name: 'terminal:feed', unit: 'MB/s', better: 'higher', aim: 0.8, ...rates, peerCommand })]
    })
  } finally {
    server.close()
    rmSync(dir, { recursive: true, force: true })
  }
}
