/**
 * What is built from what: the core with its workers as ES modules, without Electron and in it; the command line as small CommonJS files;
 * the window's page by vite; and what runs before it in Electron.
 * build.ts runs it; the tests give it entries of their own.
 */
import { chmodSync, copyFileSync, cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { type OutputChunk, type RolldownOutput, rolldown } from 'rolldown'
import { build as viteBuild } from 'vite'

export type BuiltFile = { name: string; bytes: number }

/** Have native parts or load their own files, so they stay in node_modules. The last two only speed up `ws` where someone installed them. */
const EXTERNAL = [/^node:/, 'better-sqlite3', /^ssh2(\/|$)/, '@lydell/node-pty', 'electron', 'bufferutil', 'utf-8-validate']

/** What nearly every command loads, in one file rather than ten, and what all that follow a job do: each file costs a fifth of a millisecond. */
const CLI_BASE =
  /[/\\]src[/\\](shared[/\\](?!core-(connection|stream))|cli[/\\](client|find-core|reach-core|http-answer|http-call|errors|table|width|output|delay)\.ts)/
const CLI_FOLLOW =
  /[/\\]src[/\\](shared[/\\]core-(connection|stream)|cli[/\\](launch|job-watch|job-exit|stream-job|attach-job|attach-terminal|terminal|keys|ask|progress|values|folder|pulled-files|polite-stop|alternate-screen|random-id|repeatable|session|open-connection|websocket-client)\.ts)/

/**
 * The compile cache keeps the parsed form of the command line, which makes every start but the first faster. No home: no cache.
 * Its folder is made here: see src/shared/make-folders.ts for what Node would do where none can be.
 */
const LAUNCHER = `'use strict'
const { existsSync, mkdirSync } = require('node:fs')
const { HOME, XDG_CACHE_HOME } = process.env
const cache = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : HOME?.startsWith('/') && HOME + '/.cache'
const make = folder => {
  if (existsSync(folder)) return
  make(folder.slice(0, folder.lastIndexOf('/')) || '/')
  mkdirSync(folder, 0o700)
}
if (cache) {
  try {
    make(cache + '/drover/compiled')
    require('node:module').enableCompileCache(cache + '/drover/compiled')
  } catch {
    // Without it every start is as the first one.
  }
}
require('./index.cjs')
`

/** Each `*.worker.ts` becomes `out/main/<name>.worker.js`; see src/main/resources.ts for how it is found. */
export async function bundleCore({ sourceDir, outDir }: { sourceDir: string; outDir: string }): Promise<BuiltFile[]> {
  const entries: Record<string, string> = {
    headless: join(sourceDir, 'main/headless.ts'),
    index: join(sourceDir, 'main/index.ts'),
  }
  for (const file of globSync('main/**/*.worker.ts', { cwd: sourceDir })) {
    const name = basename(file, '.ts')
    if (entries[name] !== undefined) throw new Error(`Two workers are named ${name}: ${entries[name]} and ${file}`)
    entries[name] = join(sourceDir, file)
  }
  const build = await rolldown({ input: entries, platform: 'node', external: EXTERNAL, tsconfig: false })
  const result = await build.write({
    dir: join(outDir, 'main'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[name]-[hash].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
  })
  await build.close()
  refuseHttpImports(chunksOf(result))
  return filesOf('main', result)
}

/** Lazily imported verbs become chunks of their own, so `ls` loads no terminal code. */
export async function bundleCli({ entry, outDir }: { entry: string; outDir: string }): Promise<BuiltFile[]> {
  const build = await rolldown({ input: { index: entry }, platform: 'node', external: EXTERNAL, tsconfig: false })
  const result = await build.write({
    dir: join(outDir, 'cli'),
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: {
      groups: [
        { name: 'base', test: CLI_BASE },
        { name: 'follow', test: CLI_FOLLOW },
      ],
    },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  })
  await build.close()
  refuseServerCode(chunksOf(result))
  writeFileSync(join(outDir, 'cli/launch.cjs'), LAUNCHER)
  return filesOf('cli', result)
}

/** One file of CommonJS: a sandboxed preload can load nothing but Electron's own modules. */
export async function bundlePreload({ sourceDir, outDir }: { sourceDir: string; outDir: string }): Promise<BuiltFile[]> {
  const build = await rolldown({ input: { index: join(sourceDir, 'preload/index.ts') }, external: ['electron'], tsconfig: false })
  const result = await build.write({ dir: join(outDir, 'preload'), format: 'cjs', entryFileNames: '[name].cjs' })
  await build.close()
  return filesOf('preload', result)
}

/** What stands for itself in a compressed form already. */
const IS_COMPRESSED = /\.(woff2|png)$/

/** The window's page, with everything it needs; `x.br` beside each text, for links that are slow. */
export async function bundleRenderer({ sourceDir, outDir }: { sourceDir: string; outDir: string }): Promise<BuiltFile[]> {
  const out = join(outDir, 'renderer')
  await viteBuild({
    configFile: false,
    root: join(sourceDir, 'renderer'),
    base: './',
    logLevel: 'warn',
    build: {
      outDir: out,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // All of it stands on this computer; what may be loaded later is loaded later.
      chunkSizeWarningLimit: 2_000,
      // Packages mark what runs in browsers; here all of it does.
      rolldownOptions: {
        onLog: (level, log, tell) => void (log.code === 'MODULE_LEVEL_DIRECTIVE' || tell(level, log)),
        // Classes that read of one another as they are defined would all be kept: six kinds of chart for the one we draw.
        treeshake: { propertyReadSideEffects: false },
      },
    },
  })
  return globSync('**/*.*', { cwd: out }).map(name => {
    const bytes = readFileSync(join(out, name))
    if (IS_COMPRESSED.test(name)) return { name: `renderer/${name}`, bytes: bytes.length }
    const compressed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
    writeFileSync(join(out, `${name}.br`), compressed)
    return { name: `renderer/${name}`, bytes: compressed.length }
  })
}

export function copyAgent({ sourceDir, outDir }: { sourceDir: string; outDir: string }): void {
  mkdirSync(join(outDir, 'agent'), { recursive: true })
  copyFileSync(join(sourceDir, 'agent/agent.sh'), join(outDir, 'agent/agent.sh'))
  chmodSync(join(outDir, 'agent/agent.sh'), 0o755)
}

/** Of the drawings only what was drawn of them. */
export function copyTrayIcons({ assetsDir, outDir }: { assetsDir: string; outDir: string }): void {
  cpSync(join(assetsDir, 'tray'), join(outDir, 'tray'), { recursive: true, filter: source => !source.endsWith('.svg') })
}

/** The command line's start is measured in milliseconds: zod alone would cost more than all of it. */
function refuseServerCode(chunks: OutputChunk[]): void {
  for (const chunk of chunks) {
    const heavy = chunk.moduleIds.find(id => /[/\\]node_modules[/\\]|[/\\]shared[/\\]contract(\.ts$|[/\\])/.test(id))
    if (heavy === undefined) continue
    const importers = chunk.moduleIds.filter(id => !id.includes('node_modules')).join(', ')
    throw new Error(
      `The command line must load no packages and of contract.ts only types, but its ${chunk.fileName} holds ${heavy}. Use \`import type\` in one of: ${importers}`,
    )
  }
}

/** See src/main/node-http.ts. */
function refuseHttpImports(chunks: OutputChunk[]): void {
  const chunk = chunks.find(({ imports }) => imports.includes('node:http'))
  if (chunk) throw new Error(`The core must load node:http by src/main/node-http.ts, but its ${chunk.fileName} imports it`)
}

function chunksOf(result: RolldownOutput): OutputChunk[] {
  return result.output.filter(file => file.type === 'chunk')
}

function filesOf(folder: string, result: RolldownOutput): BuiltFile[] {
  return chunksOf(result).map(chunk => ({ name: `${folder}/${chunk.fileName}`, bytes: Buffer.byteLength(chunk.code) }))
}
