/**
 * `npm run build`: makes out/ from src/. It is built aside and then put in place as a whole, so that a command line started
 * meanwhile sees the old build or the new one, never half of one.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuiltFile, bundleCli, bundleCore, bundlePreload, bundleRenderer, copyAgent, copyTrayIcons } from './bundles.ts'

const root = join(import.meta.dirname, '..')
const sourceDir = join(root, 'src')
const workDir = join(root, `node_modules/.cache/drover/build-${process.pid}`)

// Whatever the shell says: the page's packages take it for a wish to be debugged, and would name the folder they were built in.
process.env.NODE_ENV = 'production'
await main()

async function main(): Promise<void> {
  const startedAt = performance.now()
  const outDir = join(workDir, 'out')
  mkdirSync(outDir, { recursive: true })
  try {
    const core = await bundleCore({ sourceDir, outDir })
    const cli = await bundleCli({ entry: join(sourceDir, 'cli/index.ts'), outDir })
    const preload = await bundlePreload({ sourceDir, outDir })
    const renderer = await bundleRenderer({ sourceDir, outDir })
    copyAgent({ sourceDir, outDir })
    copyTrayIcons({ assetsDir: join(root, 'assets'), outDir })
    // What scripts/freshness.mjs compares with the sources.
    writeFileSync(join(outDir, '.built'), '')
    putInPlace(outDir, join(root, 'out'))
    report([...core, ...cli, ...preload, ...renderer], performance.now() - startedAt)
  } catch (error) {
    // The bundler's messages show the place in the source; where in the bundler they were made helps nobody.
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    rmSync(workDir, { recursive: true, force: true })
  }
}

/** Two builds at once are harmless: the later one wins. */
function putInPlace(from: string, to: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      if (existsSync(to)) renameSync(to, join(workDir, `old-${attempt}`))
      renameSync(from, to)
      return
    } catch (error) {
      if (attempt === 10) throw error
    }
  }
}

/** Many small parts are one line: of the command line's only the first is loaded by every command. */
function report(files: BuiltFile[], tookMs: number): void {
  const others = files.filter(file => !isCliPart(file) && !isFont(file))
  for (const { name, bytes } of [
    ...others,
    together('cli/…', files.filter(isCliPart)),
    together('renderer/… fonts', files.filter(isFont)),
  ])
    console.log(`  ${name.padEnd(30)} ${(bytes / 1024).toFixed(1).padStart(8)} KB`)
  console.log(`built out/ in ${(tookMs / 1000).toFixed(2)} s`)
}

function together(name: string, files: BuiltFile[]): BuiltFile {
  return { name: `${name} ${files.length} parts`, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

function isFont({ name }: BuiltFile): boolean {
  return name.endsWith('.woff2')
}

function isCliPart({ name }: BuiltFile): boolean {
  return name.startsWith('cli/') && name !== 'cli/index.cjs'
}
