/**
 * `npm run check`, the inner loop: format, lint, import rules, types of each environment, shell scripts, unit tests.
 * Runs them side by side, says one line for each, and shows the output of those that failed.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root } from './project.mjs'
import { REPORTERS, writeReport } from './reports.mjs'

type Step = { name: string; command: readonly string[] /** Counted by a report of its own. */; isSuite?: boolean }
type Outcome = { name: string; isOk: boolean; output: string; tookMs: number; isSuite: boolean }

const isColored = process.stdout.isTTY && process.env.NO_COLOR === undefined
const COLOR: Record<string, string> = isColored ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }
const SHELL_SCRIPTS = [
  'bin/drover',
  'assets/package/AppRun',
  'test/helpers/electron-stand-in/electron',
  'src/agent/agent.sh',
  'scripts/setup-debian.sh',
  '.ci/run',
]
/** The longest first, so that none is left over at the end. */
const STEPS: readonly Step[] = [
  {
    name: 'unit tests',
    command: ['vitest', 'run', '--project', 'unit', ...REPORTERS],
    isSuite: true,
  },
  { name: 'types of everything', command: ['tsc', '-p', '.'] },
  { name: 'types of src/main', command: ['tsc', '-p', 'src/main'] },
  { name: 'types of src/cli', command: ['tsc', '-p', 'src/cli'] },
  { name: 'types of src/renderer', command: ['tsc', '-p', 'src/renderer'] },
  { name: 'types of src/preload', command: ['tsc', '-p', 'src/preload'] },
  { name: 'types of the stand-in', command: ['tsc', '-p', 'test/helpers/electron-stand-in'] },
  { name: 'types of test/e2e', command: ['tsc', '-p', 'test/e2e'] },
  { name: 'types of bench', command: ['tsc', '-p', 'bench'] },
  { name: 'types of src/shared', command: ['tsc', '-p', 'src/shared'] },
  { name: 'shell scripts', command: ['shellcheck', ...SHELL_SCRIPTS] },
  {
    name: 'format, lint and import rules',
    command: ['biome', 'ci', `--colors=${isColored ? 'force' : 'off'}`, '--error-on-warnings', '.'],
  },
]

await main()

async function main(): Promise<void> {
  const startedAt = performance.now()
  const queue = [...STEPS]
  const outcomes: Outcome[] = []
  const work = async () => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      const outcome = await runStep(step)
      outcomes.push(outcome)
      console.log(`${outcome.isOk ? 'ok  ' : 'FAIL'} ${step.name.padEnd(32)} ${(outcome.tookMs / 1000).toFixed(1)} s`)
    }
  }
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work))
  const failed = outcomes.filter(outcome => !outcome.isOk)
  reportSteps(outcomes.filter(outcome => !outcome.isSuite))
  for (const { name, output } of failed) console.log(`\n── ${name} ──\n${output.trim()}`)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(failed.length === 0 ? `check passed in ${seconds} s` : `\ncheck failed: ${failed.map(one => one.name).join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

/** A step that is no test of its own, such as the formatter, counts as one. */
function reportSteps(steps: readonly Outcome[]): void {
  const failures = steps.filter(step => !step.isOk).map(({ name, output }) => ({ where: name, message: output.trim() }))
  writeReport('check', { passed: steps.length - failures.length, failed: failures.length, skipped: 0, failures, retried: [] })
}

function runStep({ name, command: [program = '', ...args], isSuite = false }: Step): Promise<Outcome> {
  const startedAt = performance.now()
  const env = { ...process.env, ...COLOR, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        output += text
      })
    }
    const done = (isOk: boolean) => resolve({ name, isOk, output, tookMs: performance.now() - startedAt, isSuite })
    child.on('error', error => {
      output += `${program}: ${error.message}; scripts/setup-debian.sh installs what the tests need`
      done(false)
    })
    child.on('close', code => done(code === 0))
  })
}
