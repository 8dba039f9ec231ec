/** Runs the command line as somebody else than root, for whom a file may be unreadable and a folder unwritable. */
import { execFileSync, spawn } from 'node:child_process'
import { type CliResult, DROVER } from './product.ts'
import { within } from './wait.ts'

export const NOBODY = 65_534
/** Has no entry in the password file. */
export const UNKNOWN = 54_321

/** Gives the folder and all in it to this user, if we may. */
export function giveTo(user: number, ...paths: string[]): void {
  if (isRoot()) execFileSync('chown', ['-R', `${user}:${user}`, ...paths])
}

export type ForeignRun = { env: Record<string, string>; cwd?: string; user?: number; before?: readonly string[] }

/** `before`: words that run the command line, such as `setsid -w`. An empty value in `env` is no variable at all. */
export async function droverAs(words: readonly string[], { env, cwd, user, before = [] }: ForeignRun): Promise<CliResult> {
  const become = user === undefined || !isRoot() ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups']
  const [program = DROVER, ...rest] = [...become, ...before, DROVER, ...words]
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const child = spawn(program, rest, { env: set, cwd: cwd ?? '/', stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', text => (output[name] += text))
  const done = new Promise<number | null>((resolve, reject) => void child.on('error', reject).on('close', resolve))
  try {
    return { code: await within(done, { timeoutMs: 40_000, what: `drover ${words.join(' ')}` }), ...output }
  } finally {
    child.kill('SIGKILL')
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0
}
