/**
 * Which ignore rules hold in a folder, and what they leave out, as git itself says. A scope is one repository's work tree, or, outside
 * any repository, the pushed folder with a scratch repository beside it, so that `.gitignore` files count there too.
 */
import { lstatSync, mkdirSync, mkdtempSync, rmSync, type Stats, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, displayPath } from '../byte-path.ts'
import { askGit, type GitAnswer } from './git.ts'

export type IgnoreScope = {
  /** Where git is asked: an absolute byte path without a `/` at its end, so empty for `/`. */
  cwd: string
  /** The same place relative to the pushed folder: empty, or ending in `/`. */
  prefix: string
  /** Which repository: `--git-dir` and `--work-tree`. Named outright, so that neither core.worktree nor a search decides. */
  repository: readonly string[]
}

/** The scope of a folder that is itself the top of a work tree. */
export function ownScope(cwd: string, prefix: string): IgnoreScope {
  return { cwd, prefix, repository: ['--git-dir=.git', '--work-tree=.'] }
}

/**
 * The scope of the pushed folder and what it leaves out: the repository whose work tree it is or lies in. Null outside of any, as well
 * as when that repository ignores the folder as a whole: whoever pushes an ignored folder means what is in it.
 */
export async function enclosingScope(
  folder: string,
  signal: AbortSignal,
): Promise<{ scope: IgnoreScope; ignored: string[] } | null> {
  const device = stat(folder || '/')?.dev
  for (let top = folder; ; top = top.slice(0, top.lastIndexOf('/'))) {
    // As git does: a repository does not reach over the edge of a file system.
    if (stat(top || '/')?.dev !== device) return null
    if (stat(`${top}/.git`)) {
      const scope = top === folder ? ownScope(folder, '') : scopeBelow(top, folder)
      if (scope === null || (top !== folder && (await isIgnored(scope, signal)))) return null
      const ignored = await listIgnored(scope, signal)
      if (ignored) return { scope, ignored }
    }
    if (top === '') return null
  }
}

/** Runs `work` with a scope that knows no repository. */
export async function withScratchScope<T>(folder: string, work: (scope: IgnoreScope) => Promise<T>): Promise<T> {
  const gitDir = makeScratch()
  try {
    mkdirSync(join(gitDir, 'objects'))
    mkdirSync(join(gitDir, 'refs'))
    writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n')
    return await work({ cwd: folder, prefix: '', repository: [`--git-dir=${gitDir}`, '--work-tree=.'] })
  } finally {
    rmSync(gitDir, { recursive: true, force: true })
  }
}

/** A core outlives the TMPDIR that it was started with: then /tmp will do. */
function makeScratch(): string {
  let problem: unknown
  for (const place of [tmpdir(), '/tmp'].filter(isAbsolute)) {
    try {
      return mkdtempSync(join(place, 'drover-scan-'))
    } catch (error) {
      problem ??= error
    }
  }
  const { code, message } = problem as NodeJS.ErrnoException
  const advice = 'Start the core anew with TMPDIR set to a folder of yours'
  throw new AppError(code === 'ENOSPC' ? 'DISK_FULL' : 'BAD_CONFIG', `Git gets no temporary folder: ${message}. ${advice}`, {
    cause: problem,
  })
}

/**
 * What the rules leave out, as byte paths relative to the pushed folder; of a folder that a rule names, only the folder itself.
 * Null if git says that there is no repository.
 */
export async function listIgnored(scope: IgnoreScope, signal: AbortSignal): Promise<string[] | null> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']
  const answer = await askGit({ cwd: scope.cwd, args: [...scope.repository, ...args], signal })
  if (isNoRepository(answer)) return null
  if (answer.code !== 0) throw gitFailed(scope, answer)
  const names = answer.stdout.split('\0').slice(0, -1)
  return names.flatMap((name, index) => {
    if (!name.endsWith('/')) return [scope.prefix + name]
    // Git names a folder, too, when no rule names it but all of its files are ignored: then these follow.
    const isNamedByRule = name !== './' && !names[index + 1]?.startsWith(name)
    return isNamedByRule ? [scope.prefix + name.slice(0, -1)] : []
  })
}

/** The rule that leaves each path out, as `file:line: pattern`. Paths are relative to the pushed folder. */
export async function explainIgnored(
  scope: IgnoreScope,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const input = paths.map(path => `./${path.slice(scope.prefix.length)}\0`).join('')
  const args = [...scope.repository, 'check-ignore', '--verbose', '--stdin', '-z']
  const answer = await askGit({ cwd: scope.cwd, args, input, signal })
  if (answer.code > 1) throw gitFailed(scope, answer)
  const rules = new Map<string, string>()
  const fields = answer.stdout.split('\0')
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [source = '', line = '', pattern = '', path = ''] = fields.slice(index, index + 4)
    const file = source.startsWith('/') ? source : scope.prefix + source
    rules.set(scope.prefix + path.slice(2), `${displayPath(file)}:${line}: ${displayPath(pattern)}`)
  }
  return rules
}

async function isIgnored(scope: IgnoreScope, signal: AbortSignal): Promise<boolean> {
  const args = [...scope.repository, 'check-ignore', '--quiet', '.']
  return (await askGit({ cwd: scope.cwd, args, signal })).code === 0
}

/** Null for a folder inside a `.git`: no rules hold there. */
function scopeBelow(top: string, folder: string): IgnoreScope | null {
  const below = folder.slice(top.length + 1).split('/')
  if (below.includes('.git')) return null
  const up = below.map(() => '..').join('/')
  return { cwd: folder, prefix: '', repository: [`--git-dir=${up}/.git`, `--work-tree=${up}`] }
}

function isNoRepository(answer: GitAnswer): boolean {
  return answer.code === 128 && /not a git repository|invalid gitfile format/.test(answer.stderr)
}

function gitFailed(scope: IgnoreScope, answer: GitAnswer): AppError {
  const place = displayPath(scope.cwd)
  const message = `git cannot say what ${place} ignores: ${displayPath(answer.stderr) || `exit code ${answer.code}`}`
  return new AppError('BAD_INPUT', message)
}

function stat(path: string): Stats | undefined {
  return lstatSync(bytesOf(path), { throwIfNoEntry: false })
}
