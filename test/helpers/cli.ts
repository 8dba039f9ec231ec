/** The command line as it is built, as a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { NODE_FLAGS } from '../../src/shared/node-flags.ts'
import { shellQuote } from '../../src/shared/shell-quote.ts'
import { COMPILED } from './test-home.ts'

const ENTRY = join(import.meta.dirname, '../../out/cli/launch.cjs')
if (!existsSync(ENTRY)) throw new Error('The command line is not built: npm run build')

export type CliOptions = { env: Record<string, string>; cwd?: string; as?: 'drover' | 'p' | 'beowulf'; input?: string }
export type CliResult = { code: number | null; signal: string | null; stdout: string; stderr: string }
export type RunningCli = {
  child: ChildProcessWithoutNullStreams
  /** What it has printed so far. */
  output: { stdout: string; stderr: string }
  done: Promise<CliResult>
}

export function startCli(args: readonly string[], { env, cwd = env.HOME, as = 'drover' }: CliOptions): RunningCli {
  const child = spawn(process.execPath, [...NODE_FLAGS, ENTRY, ...args], {
    cwd,
    env: { NODE_COMPILE_CACHE: COMPILED, ...env, DROVER_CALLED_AS: as },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    output.stderr += text
  })
  child.stdin.on('error', () => undefined) // It may end without reading.
  const done = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ ...output, code, signal }))
  })
  return { child, output, done }
}

export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const { child, done } = startCli(args, options)
  child.stdin.end(options.input ?? '')
  return done
}

/** A folder for PATH with `drover` and `p` in it, for tests that type them. */
export function installCommands(home: string): string {
  const folder = join(home, 'bin')
  mkdirSync(folder, { recursive: true })
  for (const name of ['drover', 'p']) {
    const file = join(folder, name)
    const script = `#!/bin/sh\nexport NODE_COMPILE_CACHE=${shellQuote(COMPILED)}\nDROVER_CALLED_AS=${name} exec ${[process.execPath, ...NODE_FLAGS, ENTRY].map(shellQuote).join(' ')} "$@"\n`
    writeFileSync(file, script)
    chmodSync(file, 0o755)
  }
  return folder
}
