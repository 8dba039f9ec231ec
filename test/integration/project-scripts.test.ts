/** The scripts behind the two commands of the README: what they install, build and count, in projects of the test's own. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')

/** A project without packages, so that the true npm installs it in a moment, and with a build that only says that it ran. */
function makeProject(): { dir: string; prepare(): string } {
  const dir = temporaryFolder()
  for (const folder of ['scripts', 'src/deep']) mkdirSync(join(dir, folder), { recursive: true })
  for (const name of readdirSync(join(root, 'scripts')).filter(file => file.endsWith('.mjs')))
    copyFileSync(join(root, 'scripts', name), join(dir, 'scripts', name))
  writeFileSync(join(dir, 'package.json'), '{"name":"x","version":"1.0.0","type":"module"}')
  writeFileSync(join(dir, 'package-lock.json'), '{"name":"x","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"x"}}}')
  writeFileSync(join(dir, 'src/deep/a.ts'), '')
  const build = `import { mkdirSync, writeFileSync } from 'node:fs'\nmkdirSync('out', { recursive: true }); writeFileSync('out/.built', '')`
  writeFileSync(join(dir, 'scripts/build.ts'), build)
  writeFileSync(join(dir, 'scripts/bundles.ts'), '')
  const home = temporaryFolder()
  const program = `import('${join(dir, 'scripts/project.mjs')}').then(project => { project.install(); project.build() })`
  const env = { HOME: home, PATH: process.env.PATH ?? '' }
  return { dir, prepare: () => execFileSync(process.execPath, ['-e', program], { cwd: dir, env, encoding: 'utf8' }) }
}

const INSTALLS = /Installing packages/
const BUILDS = /Building/

test('packages are installed once, and again when the lock file changed or node_modules is gone', { timeout: 120_000 }, () => {
  const { dir, prepare } = makeProject()
  expect(prepare()).toMatch(INSTALLS)
  expect(prepare()).not.toMatch(INSTALLS)
  writeFileSync(join(dir, 'package-lock.json'), '{"name":"x","version":"1.0.1","lockfileVersion":3,"packages":{"":{"name":"x"}}}')
  expect(prepare()).toMatch(INSTALLS)
  rmSync(join(dir, 'node_modules'), { recursive: true })
  expect(prepare()).toMatch(INSTALLS)
  expect(prepare()).toBe('')
})

test('the build is made once, and again when a source was changed, added or removed, but not for a test', () => {
  const { dir, prepare } = makeProject()
  expect(prepare()).toMatch(BUILDS)
  expect(prepare()).not.toMatch(BUILDS)
  // Seconds later, as far as the files' times say.
  const later = (path: string, seconds: number) => utimesSync(path, Date.now() / 1000 + seconds, Date.now() / 1000 + seconds)
  const settle = () => {
    prepare()
    later(join(dir, 'out/.built'), 100)
    expect(prepare()).not.toMatch(BUILDS)
  }
  settle()
  later(join(dir, 'src/deep/a.ts'), 200)
  expect(prepare()).toMatch(BUILDS)
  later(join(dir, 'src/deep/a.ts'), 0)
  settle()
  rmSync(join(dir, 'src/deep/a.ts'))
  later(join(dir, 'src/deep'), 200)
  expect(prepare()).toMatch(BUILDS)
  later(join(dir, 'src/deep'), 0)
  settle()
  writeFileSync(join(dir, 'src/deep/a.test.ts'), '')
  later(join(dir, 'src/deep'), 0)
  later(join(dir, 'src/deep/a.test.ts'), 200)
  expect(prepare()).not.toMatch(BUILDS)
})

test('the line of CI adds up all reports, and agrees with the exit code', () => {
  const { dir } = makeProject()
  const count = (code: string) =>
    execFileSync(process.execPath, [join(dir, 'scripts/count-tests.mjs'), code], { encoding: 'utf8' })
  expect(count('1')).toBe('0 passed, 1 failed, 0 skipped\n')
  const reports = join(dir, 'node_modules/.cache/drover/reports')
  mkdirSync(reports, { recursive: true })
  const report = { passed: 5, failed: 0, skipped: 2, failures: [], retried: [] }
  writeFileSync(join(reports, 'unit.json'), JSON.stringify(report))
  writeFileSync(join(reports, 'check.json'), JSON.stringify({ ...report, passed: 2, skipped: 0 }))
  expect(count('0')).toBe('7 passed, 0 failed, 2 skipped\n')
  expect(count('1')).toBe('7 passed, 1 failed, 2 skipped\n')
  writeFileSync(join(reports, 'integration.json'), JSON.stringify({ ...report, failed: 2 }))
  expect(count('1')).toBe('12 passed, 2 failed, 4 skipped\n')
})

const FAILING_SUITE = `
import { expect, test } from 'vitest'
let tries = 0
test('holds', () => {})
test.skip('is left out', () => {})
test('fails', () => expect(1).toBe(2))
test('holds the second time', { retry: 1 }, () => { tries += 1; if (tries === 1) throw new Error('not yet') })
test('throws when it is over', () => { setTimeout(() => { throw new Error('too late') }, 10) })
test('waits for that', () => new Promise(resolve => { setTimeout(resolve, 200) }))
`

test('a suite reports what failed, what failed outside of any test or could not be loaded, and what passed the second time', () => {
  const { dir } = makeProject()
  writeFileSync(join(dir, 'mixed.test.ts'), FAILING_SUITE)
  writeFileSync(join(dir, 'vitest.config.js'), `export default { test: { name: 'some' } }`)
  writeFileSync(join(dir, 'broken.test.ts'), `import './there-is-none.ts'`)
  mkdirSync(join(dir, 'node_modules'))
  symlinkSync(join(root, 'node_modules/vitest'), join(dir, 'node_modules/vitest'))
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const reporter = join(dir, 'scripts/vitest-reporter.mjs')
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--root', dir, '--reporter', reporter], { encoding: 'utf8' })
  expect(status).toBe(1)
  const report = JSON.parse(readFileSync(join(dir, 'node_modules/.cache/drover/reports/some.json'), 'utf8'))
  expect(report).toMatchObject({ passed: 4, failed: 3, skipped: 1 })
  const told = (ones: { where: string; message: string }[]) =>
    ones.map(({ where, message }) => `${where}: ${message.split('\n')[0]}`).sort()
  expect(told(report.failures)).toEqual([
    `broken.test.ts: Error: Cannot find module './there-is-none.ts' imported from ${dir}/broken.test.ts`,
    'mixed.test.ts > fails: AssertionError: expected 1 to be 2 // Object.is equality',
    'mixed.test.ts, outside of its tests: Error: too late',
  ])
  expect(told(report.retried)).toEqual(['mixed.test.ts > holds the second time: Error: not yet'])
})

/** The commands of this machine, but for those left out. */
function machineWithout(programs: readonly string[], more: Record<string, string> = {}): string {
  const bin = temporaryFolder()
  for (const program of ['sh', 'id', 'env', ...needed()])
    if (!programs.includes(program)) symlinkSync('/bin/true', join(bin, program))
  for (const program of ['sh', 'id']) {
    rmSync(join(bin, program))
    symlinkSync(`/usr/bin/${program}`, join(bin, program))
  }
  for (const [program, text] of Object.entries(more)) {
    rmSync(join(bin, program), { force: true })
    writeFileSync(join(bin, program), text)
    chmodSync(join(bin, program), 0o755)
  }
  return bin
}

/** By their names alone; what is asked for by its path is there or not, whatever the PATH. */
function needed(): string[] {
  const script = readFileSync(join(root, 'scripts/setup-debian.sh'), 'utf8')
  return [...script.matchAll(/^([^/\s:]+):\S+$/gm)].map(([, program]) => program ?? '')
}

const setup = (bin: string) =>
  spawnSync('/bin/sh', [join(root, 'scripts/setup-debian.sh')], { env: { PATH: bin, LOG: join(bin, 'log') }, encoding: 'utf8' })

test('where nothing is missing nothing is touched, not even asked', () => {
  const bin = machineWithout([], { 'apt-get': '#!/bin/sh\necho called >>"$LOG"\n' })
  expect(setup(bin)).toMatchObject({ status: 0, stdout: '', stderr: '' })
  expect(existsSync(join(bin, 'log'))).toBe(false)
})

test('without root the one line to type is printed', () => {
  const bin = machineWithout(['tmux', 'rsync'], { 'apt-get': '#!/bin/sh\n', id: '#!/bin/sh\necho 1000\n' })
  const result = setup(bin)
  expect(result.status).toBe(1)
  expect(result.stderr).toContain('  sudo apt-get install -y tmux rsync\n')
})

test('root installs just what is missing; old package lists are renewed and it is tried again', () => {
  const apt = '#!/bin/sh\necho "$*" >>"$LOG"\ncase $1 in install) [ -e "$LOG.updated" ] ;; update) : >"$LOG.updated" ;; esac\n'
  const bin = machineWithout(['tmux', 'git'], {
    'apt-get': apt,
    env: '#!/bin/sh\nshift\nexec "$@"\n',
    id: '#!/bin/sh\necho 0\n',
  })
  expect(setup(bin).status).toBe(0)
  const install = 'install -y -q --no-install-recommends tmux git'
  expect(execFileSync('cat', [join(bin, 'log')], { encoding: 'utf8' })).toBe(`${install}\nupdate -q\n${install}\n`)
})
