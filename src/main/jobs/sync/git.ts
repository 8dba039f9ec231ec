/**
 * Asks git, for a scan. The folder may be hostile: nothing that its configuration names is ever run, fetched or written, and no
 * variable of our own environment reaches it. What the user's own configuration says stays, for it is part of git's answer.
 */
import { isUtf8 } from 'node:buffer'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, byteText, displayPath } from '../byte-path.ts'

export type GitRequest = {
  /** Where it runs: an absolute byte path; empty is `/`. */
  cwd: string
  args: readonly string[]
  input?: string
  signal: AbortSignal
}
/** Outputs are byte strings. */
export type GitAnswer = { code: number; stdout: string; stderr: string }

/** A FIFO in place of an ignore file would keep git for ever. */
const DEADLINE_MS = 120_000
const STDERR_LIMIT = 4096

/** Everything by which a repository's configuration could run a program or write a file while git only looks. */
const HARMLESS = [
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.untrackedCache=false',
    'core.pager=cat',
    'submodule.recurse=false',
  ],
  ...['core.sshCommand=false', 'credential.helper=', 'protocol.allow=never', 'gc.auto=0', 'maintenance.auto=false'],
].flatMap(setting => ['-c', setting])

/** @throws {AppError} `MISSING_TOOL`, `CANCELLED`, `TIMEOUT`. A git that fails is an answer. */
export async function askGit(request: GitRequest): Promise<GitAnswer> {
  const { cwd, args, input = '', signal } = request
  const { file, words } = commandFor(cwd, [...HARMLESS, ...args])
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  const child = spawn(file, words.args, {
    cwd: words.cwd,
    env: gitEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, deadline]),
    killSignal: 'SIGKILL',
  })
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + byteText(chunk)).slice(-STDERR_LIMIT)
  })
  child.stdin.on('error', () => undefined) // It may end without reading all; its exit code tells.
  child.stdin.end(bytesOf(input))
  return new Promise((resolve, reject) => {
    child.once('error', error => reject(spawnError(error, { signal, deadline, cwd })))
    child.once('close', code => resolve({ code: code ?? 128, stdout: byteText(Buffer.concat(stdout)), stderr: stderr.trim() }))
  })
}

/** Node passes words as UTF-8 only: a place with another name is told to a shell in octal. */
function commandFor(cwd: string, args: string[]): { file: string; words: { args: string[]; cwd: string } } {
  const bytes = bytesOf(cwd || '/')
  if (isUtf8(bytes)) return { file: 'git', words: { args, cwd: bytes.toString('utf8') } }
  const octal = [...bytes].map(byte => `\\0${byte.toString(8).padStart(3, '0')}`).join('')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is shell
  const script = 'd=$(printf %b. "$1"); cd "${d%.}" && shift && exec git "$@"'
  return { file: '/bin/sh', words: { args: ['-c', script, 'sh', octal, ...args], cwd: '/' } }
}

function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') && !name.startsWith('LC_'))
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // A repository that lacks objects would fetch them by a program that its configuration names.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
  }
}

function spawnError(error: Error, run: { signal: AbortSignal; deadline: AbortSignal; cwd: string }): AppError {
  const place = displayPath(run.cwd)
  if (run.signal.aborted) return new AppError('CANCELLED', 'It was cancelled')
  if (run.deadline.aborted) {
    return new AppError(
      'TIMEOUT',
      `git needed more than ${DEADLINE_MS / 1000} s in ${place}. See what it waits for with: git status --ignored`,
    )
  }
  if (!existsSync(bytesOf(run.cwd || '/')))
    return new AppError('NOT_FOUND', `The folder ${place} is no longer there`, { cause: error })
  const details = { tool: 'git', host: 'local', install: 'apt-get install git' }
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new AppError(
      'MISSING_TOOL',
      `git is needed to know what ${place} ignores, and is not installed. Install it: apt-get install git`,
      {
        cause: error,
        details,
      },
    )
  }
  return new AppError('BAD_INPUT', `git cannot be run in ${place}: ${error.message}`, { cause: error })
}
