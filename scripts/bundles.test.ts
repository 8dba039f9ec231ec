/** What the build refuses, and what it makes, on entries of the test's own. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/helpers/temporary-folder.ts'
import { bundleCli, bundleCore, bundlePreload } from './bundles.ts'

const root = join(import.meta.dirname, '..')

/** A clone with these files, and the packages of the real one. */
function tree(files: Record<string, string>): { sourceDir: string; outDir: string } {
  const dir = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
  return { sourceDir: join(dir, 'src'), outDir: join(dir, 'out') }
}

test('a command line that loads a package is refused, by the name of both', async () => {
  const { sourceDir, outDir } = tree({
    'src/cli/index.ts': `import { check } from './check.ts'\ncheck('x')`,
    'src/cli/check.ts': `import { z } from 'zod'\nexport const check = (text: string) => z.string().parse(text)`,
  })
  await expect(bundleCli({ entry: join(sourceDir, 'cli/index.ts'), outDir })).rejects.toThrow(/zod.*check\.ts/s)
})

test('a command line that loads the contract is refused; its types alone are free', async () => {
  const contract = `export const contract = { a: 1 }\nexport type Method = keyof typeof contract`
  const loads = tree({
    'src/shared/contract.ts': contract,
    'src/cli/index.ts': `import { contract } from '../shared/contract.ts'\nconsole.log(contract)`,
  })
  await expect(bundleCli({ entry: join(loads.sourceDir, 'cli/index.ts'), outDir: loads.outDir })).rejects.toThrow(/contract\.ts/)
  const types = tree({
    'src/shared/contract.ts': contract,
    'src/cli/index.ts': `import type { Method } from '../shared/contract.ts'\nconst method: Method = 'a'\nconsole.log(method)`,
  })
  await bundleCli({ entry: join(types.sourceDir, 'cli/index.ts'), outDir: types.outDir })
  expect(readFileSync(join(types.outDir, 'cli/index.cjs'), 'utf8')).not.toContain('contract')
})

test('the built command line runs, loads lazy parts only when needed, and keeps its compiled form in the cache', async () => {
  const { sourceDir, outDir } = tree({
    'src/cli/index.ts': `if (process.argv[2]) import('./verb.ts').then(({ run }) => run())\nelse console.log('short')`,
    'src/cli/verb.ts': `export const run = () => console.log('long', import.meta.filename.endsWith('.ts'))`,
  })
  await bundleCli({ entry: join(sourceDir, 'cli/index.ts'), outDir })
  const home = temporaryFolder()
  const run = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    execFileSync(process.execPath, [join(outDir, 'cli/launch.cjs'), ...args], { env, encoding: 'utf8' })
  expect(run({ HOME: home })).toBe('short\n')
  expect(run({ HOME: home }, 'x')).toBe('long false\n')
  expect(readdirSync(join(home, '.cache/drover/compiled'))).not.toEqual([])
  const cache = temporaryFolder()
  expect(run({ HOME: home, XDG_CACHE_HOME: cache })).toBe('short\n')
  expect(readdirSync(cache)).toEqual(['drover'])
  expect(run({ XDG_CACHE_HOME: 'relative' })).toBe('short\n')
})

test('workers stand beside the core under their own names, of which there can be no two', async () => {
  const { sourceDir, outDir } = tree({
    'src/main/headless.ts': `import BetterSqlite3 from 'better-sqlite3'\nconsole.log(typeof BetterSqlite3)`,
    'src/main/index.ts': `import { app } from 'electron'\napp.quit()`,
    'src/main/jobs/sync/scan.worker.ts': `console.log('scan')`,
  })
  await bundleCore({ sourceDir, outDir })
  expect(readdirSync(join(outDir, 'main')).filter(name => name.endsWith('.js'))).toEqual([
    'headless.js',
    'index.js',
    'scan.worker.js',
  ])
  expect(execFileSync(process.execPath, [join(outDir, 'main/headless.js')], { encoding: 'utf8' })).toBe('function\n')
  const twice = tree({
    'src/main/headless.ts': '',
    'src/main/index.ts': '',
    'src/main/a/scan.worker.ts': '',
    'src/main/b/scan.worker.ts': '',
  })
  await expect(bundleCore(twice)).rejects.toThrow(/Two workers are named scan\.worker/)
})

test('what runs before the page is one file, which loads Electron and nothing else', async () => {
  const { sourceDir, outDir } = tree({
    'src/preload/index.ts': `import { ipcRenderer } from 'electron'\nimport { CHANNEL } from '../shared/channel.ts'\nipcRenderer.send(CHANNEL)`,
    'src/shared/channel.ts': `export const CHANNEL = 'drover.connect'`,
  })
  await bundlePreload({ sourceDir, outDir })
  expect(readdirSync(join(outDir, 'preload'))).toEqual(['index.cjs'])
  const text = readFileSync(join(outDir, 'preload/index.cjs'), 'utf8')
  expect(text.match(/require\([^)]*\)/g)).toEqual(['require("electron")'])
  expect(text).toContain('drover.connect')
})
