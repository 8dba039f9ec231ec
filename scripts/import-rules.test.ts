/** Each import rule of biome.json is shown to hold by a file that breaks it, linted by the same biome with the same settings. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** From highest to lowest: a room may import those in the rows below its own. */
const LAYERS = [
  ['shell'],
  ['api'],
  ['methods'],
  ['relay', 'watch', 'supervisor', 'apps'],
  ['jobs'],
  ['allocator', 'metrics'],
  ['hosts'],
  ['store', 'config'],
]

type Case = { file: string; imports: string }

function refused(): Case[] {
  const cases: Case[] = [
    { file: 'src/shared/a.ts', imports: '../main/clock.ts' },
    { file: 'src/shared/a.ts', imports: 'node:fs' },
    { file: 'src/cli/a.ts', imports: '../main/clock.ts' },
    { file: 'src/cli/verbs/a.ts', imports: '../../main/clock.ts' },
    { file: 'src/cli/a.ts', imports: 'zod' },
    { file: 'src/preload/a.ts', imports: '../main/clock.ts' },
    { file: 'src/preload/a.ts', imports: '../renderer/x.ts' },
    { file: 'src/renderer/views/a.ts', imports: '../../main/clock.ts' },
    { file: 'src/renderer/a.ts', imports: '../cli/x.ts' },
    { file: 'src/main/core.ts', imports: '../cli/x.ts' },
    { file: 'src/main/index.ts', imports: '../renderer/x.ts' },
  ]
  for (const file of ['src/shared/a.ts', 'src/cli/a.ts', 'src/renderer/a.ts', 'src/main/core.ts', 'test/helpers/a.ts'])
    cases.push({ file, imports: 'electron' })
  for (const [row, rooms] of LAYERS.entries()) {
    for (const room of rooms) {
      const forbidden = LAYERS.slice(0, row + 1)
        .flat()
        .filter(other => other !== room)
      for (const other of forbidden) {
        cases.push({ file: `src/main/${room}/a.ts`, imports: `../${other}/x.ts` })
        cases.push({ file: `src/main/${room}/deep/a.ts`, imports: `../../${other}/deep/x.ts` })
      }
      cases.push({ file: `src/main/${room}/a.ts`, imports: '../core.ts' })
      cases.push({ file: `src/main/${room}/a.ts`, imports: '../../cli/x.ts' })
      cases.push({ file: `src/main/${room}/a.ts`, imports: 'electron' })
    }
  }
  return cases
}

function allowed(): Case[] {
  const cases: Case[] = [
    { file: 'src/shared/a.ts', imports: './errors.ts' },
    { file: 'src/cli/verbs/a.ts', imports: '../../shared/errors.ts' },
    { file: 'src/main/core.ts', imports: './api/server.ts' },
    { file: 'src/main/index.ts', imports: 'electron' },
    { file: 'src/main/shell/electron/a.ts', imports: 'electron' },
    { file: 'src/preload/a.ts', imports: 'electron' },
  ]
  for (const [row, rooms] of LAYERS.entries()) {
    for (const room of rooms) {
      cases.push({ file: `src/main/${room}/a.ts`, imports: '../../shared/errors.ts' })
      cases.push({ file: `src/main/${room}/deep/a.ts`, imports: '../b.ts' })
      cases.push({ file: `src/main/${room}/a.ts`, imports: '../log.ts' })
      for (const lower of LAYERS.slice(row + 1).flat()) cases.push({ file: `src/main/${room}/a.ts`, imports: `../${lower}/x.ts` })
    }
  }
  return cases
}

test('every import against the rules is refused', { timeout: 60_000 }, () => {
  const cases = refused()
  const found = lint(cases)
  expect(cases.filter(one => !found.has(key(one)))).toEqual([])
})

test('every import along the rules passes', { timeout: 60_000 }, () => {
  const cases = allowed()
  const found = lint(cases)
  expect(cases.filter(one => found.has(key(one)))).toEqual([])
})

const key = ({ file, imports }: Case) => `${file} ${imports}`

/** Lints a copy of the tree that has only these imports, and gives back those that were refused. */
function lint(cases: Case[]): Set<string> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-rules-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  for (const name of ['biome.json', '.gitignore']) copyFileSync(join(root, name), join(dir, name))
  const importsOf = Map.groupBy(cases, one => one.file)
  for (const [file, list] of importsOf) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), list.map(one => `import '${one.imports}'\n`).join(''))
  }
  const args = [
    'lint',
    '--vcs-enabled=false',
    '--only=style/noRestrictedImports',
    '--max-diagnostics=none',
    '--reporter=json',
    '.',
  ]
  const result = spawnSync(join(root, 'node_modules/.bin/biome'), args, { cwd: dir, encoding: 'utf8', maxBuffer: 64e6 })
  if (result.error) throw result.error
  const report = JSON.parse(result.stdout) as { diagnostics: Diagnostic[] }
  return new Set(report.diagnostics.map(({ location }) => `${location.path} ${lineAt(importsOf, location)}`))
}

type Diagnostic = { location: { path: string; start: { line: number } } }

function lineAt(importsOf: Map<string, Case[]>, location: Diagnostic['location']): string | undefined {
  return importsOf.get(location.path)?.[location.start.line - 1]?.imports
}
