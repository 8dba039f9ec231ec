/**
 * `npm run build`: makes out/ from src/. It is built aside and then put in place as a whole, so that a command line started
 * meanwhile sees the old build or the new one, never half of one.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuiltFile, bundleCli, bundleCore, copyAgent } from './bundles.ts'

const root = join(import.meta.dirname, '..')
const sourceDir = join(root, 'src')
const workDir = join(root, `node_modules/.cache/drover/build-${process.pid}`)

await main()

async function main(): Promise<void> {
  const startedAt = performance.now()
  const outDir = join(workDir, 'out')
  mkdirSync(outDir, { recursive: true })
  try {
    const core = await bundleCore({ sourceDir, outDir })
    const cli = await bundleCli({ entry: join(sourceDir, 'cli/index.ts'), outDir })
    copyAgent({ sourceDir, outDir })
    // What scripts/freshness.mjs compares with the sources.
    writeFileSync(join(outDir, '.built'), '')
    putInPlace(outDir, join(root, 'out'))
    report([...core, ...cli], performance.now() - startedAt)
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

/** The command line's many small parts are one line: only the first is loaded by every command. */
function report(files: BuiltFile[], tookMs: number): void {
  const [parts, others] = [files.filter(isCliPart), files.filter(file => !isCliPart(file))]
  const all = { name: `cli/… ${parts.length} parts`, bytes: parts.reduce((sum, part) => sum + part.bytes, 0) }
  for (const { name, bytes } of [...others, all]) console.log(`  ${name.padEnd(30)} ${(bytes / 1024).toFixed(1).padStart(8)} KB`)
  console.log(`built out/ in ${(tookMs / 1000).toFixed(2)} s`)
}

function isCliPart({ name }: BuiltFile): boolean {
  return name.startsWith('cli/') && name !== 'cli/index.cjs'
}
